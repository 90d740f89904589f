package web

import (
	"cmp"
	"encoding/xml"
	"strconv"
	"time"

	"github.com/logbook-go/logbook/ticketing"
)

// feed is an Atom feed, RFC 4287.
type feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []feedLink  `xml:"link"`
	Author  feedAuthor  `xml:"author"`
	Entries []feedEntry `xml:"entry"`
}

type feedAuthor struct {
	Name string `xml:"name"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type feedEntry struct {
	ID       string     `xml:"id"`
	Title    string     `xml:"title"`
	Updated  string     `xml:"updated"`
	Link     feedLink   `xml:"link"`
	Category []feedTerm `xml:"category"`
	Summary  string     `xml:"summary"`
}

type feedTerm struct {
	Term string `xml:"term,attr"`
}

// atom serves the tickets of a list as a feed. The id of an entry changes when its ticket
// regresses, so that readers see it again, but not with each record.
func (x *exchange) atom() error {
	q, err := readListing(x.r.URL.Query()).query(x.now)
	if err != nil {
		return err
	}
	q.Limit = pageSize
	tickets, err := x.store.Tickets(x.ctx, q)
	if err != nil {
		return err
	}
	base := x.origin()
	f := feed{ID: base + x.path + "/feed.atom", Title: "Tickets of Logbook", Author: feedAuthor{"Logbook"}, Updated: feedTime(x.now),
		Links: []feedLink{{"self", base + x.path + x.Here}, {"", base + x.path + "/"}}}
	for _, t := range tickets {
		f.Entries = append(f.Entries, newFeedEntry(t, base+x.path+ticketPath(t.ID)))
	}
	if len(tickets) > 0 {
		f.Updated = f.Entries[0].Updated
	}
	text, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	x.w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	x.w.Header().Set("Cache-Control", "private, no-cache")
	_, _ = x.w.Write(append([]byte(xml.Header), text...)) // the client is gone
	return nil
}

func newFeedEntry(t *ticketing.Ticket, link string) feedEntry {
	return feedEntry{
		ID: link + "?regressions=" + strconv.Itoa(t.Regressions), Title: t.Level.String() + ": " + cmp.Or(line(t.Title), "(no message)"),
		Updated: feedTime(t.LastSeen), Link: feedLink{Href: link}, Category: []feedTerm{{t.State.String()}, {t.Level.String()}},
		Summary: plural(t.Count, "record") + " of " + line(t.Channel) + " at " + line(t.Location) + ", app " + line(t.AppID),
	}
}

func feedTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// origin returns the scheme and host of the address by which the client came.
func (x *exchange) origin() string {
	if x.secure() {
		return "https://" + x.r.Host
	}
	return "http://" + x.r.Host
}
