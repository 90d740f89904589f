package limit

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// Site is the key by which records are counted.
type Site struct {
	Level         logbook.Level
	Channel, File string
	Line          int
	Text          string // if the place of the call is not known, or does not matter
}

// SiteOf returns the call site of a record: level, channel and place, or its template if
// the caller is not known. The attribute "fingerprint", which groups tickets, too, replaces
// the place.
func SiteOf(r *logbook.Record) Site {
	if own := r.Text("fingerprint"); own != "" {
		return Site{Level: r.Level(), Channel: r.Channel(), Text: Key(own)}
	}
	s := r.Source()
	site := Site{Level: r.Level(), Channel: r.Channel(), File: s.File, Line: s.Line}
	if s.File == "" {
		site.Text = Key(r.Template())
	}
	return site
}

// maxKey bounds the length of a key.
const maxKey = 256

// Key returns the part of s that is used as a key. It shares the memory of s.
func Key(s string) string {
	if len(s) <= maxKey {
		return s
	}
	return text.Whole(s[:maxKey])
}

// Windows has the windows of the known sites, each with a count of the user's type. The
// caller must lock.
type Windows[T any] struct {
	Per  time.Duration // length of each window; the next one begins with a record after its end
	Size int           // number of sites known at a time

	sites map[Site]*Window[T]
}

// Window is the time since its Start, at one site.
type Window[T any] struct {
	Start time.Time
	Count T
}

// At returns the window of a site. If it begins now, renewed is true; its Count is then
// still that of the previous window. If there are too many sites, the third with the
// oldest windows is forgotten, and their counts are returned.
func (ws *Windows[T]) At(site Site, now time.Time) (w *Window[T], renewed bool, forgotten []T) {
	if w = ws.sites[site]; w != nil {
		if renewed = now.Sub(w.Start) >= ws.Per; renewed {
			w.Start = now
		}
		return w, renewed, nil
	}
	if len(ws.sites) >= ws.Size {
		forgotten = ws.forget(max(1, ws.Size/3))
	}
	if ws.sites == nil {
		ws.sites = make(map[Site]*Window[T])
	}
	w = &Window[T]{Start: now}
	// Both may be parts of large texts, so copy them.
	site.Text, site.Channel = strings.Clone(site.Text), strings.Clone(site.Channel)
	ws.sites[site] = w
	return w, true, forgotten
}

// forget removes the n sites with the oldest windows.
func (ws *Windows[T]) forget(n int) (forgotten []T) {
	oldest := slices.SortedFunc(maps.Keys(ws.sites), func(a, b Site) int {
		return ws.sites[a].Start.Compare(ws.sites[b].Start)
	})
	for _, site := range oldest[:n] {
		forgotten = append(forgotten, ws.sites[site].Count)
		delete(ws.sites, site)
	}
	return forgotten
}

// Find returns the window of a site, or nil if the site is not known.
func (ws *Windows[T]) Find(site Site) *Window[T] { return ws.sites[site] }

// Len returns the number of known sites.
func (ws *Windows[T]) Len() int { return len(ws.sites) }

// All yields the known sites.
func (ws *Windows[T]) All() iter.Seq2[Site, *Window[T]] { return maps.All(ws.sites) }
