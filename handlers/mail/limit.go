package mail

import (
	"cmp"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/limit"
	"github.com/logbook-go/logbook/logbook"
)

const maxSites = 512

// occurrences are the counts of a site since its window began.
type occurrences struct {
	seen, sent int
	suppressed int             // of those seen, not yet reported
	past       counts          // of earlier windows, not yet reported
	to         []*mail.Address // recipients of the last mail
}

type window = limit.Window[occurrences]

// unreported returns how many suppressed records no mail has reported.
func (o *occurrences) unreported() int { return o.suppressed + o.past.suppressed }

// counts are numbers of suppressed records, and of occurrences of their site meanwhile.
type counts struct{ suppressed, occurred int }

func (c *counts) add(more counts) {
	c.suppressed += more.suppressed
	c.occurred += more.occurred
}

// permit allows a mail, and has the counts that the mail reports.
type permit struct {
	site      limit.Site
	window    *window
	start     time.Time // of the window then
	past      counts
	forgotten int // suppressed records of forgotten sites
}

// limiter bounds the mails for each site. It is safe for concurrent use.
type limiter struct {
	limit int

	mu        sync.Mutex
	windows   limit.Windows[occurrences]
	forgotten int
}

func newLimiter(records int, delta time.Duration) *limiter {
	// As in Python's Logbook, a record at the very end of a window belongs to it.
	per := cmp.Or(delta, defaultDelta) + 1
	return &limiter{limit: records, windows: limit.Windows[occurrences]{Per: per, Size: maxSites}}
}

// take returns a permit for a mail, or nil if the record is suppressed.
func (l *limiter) take(r *logbook.Record) *permit {
	now, site := time.Now(), limit.SiteOf(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	w, renewed, forgotten := l.windows.At(site, now)
	for i := range forgotten {
		l.forgotten += forgotten[i].unreported()
	}
	o := &w.Count
	if renewed {
		if o.suppressed > 0 {
			o.past.add(counts{o.suppressed, o.seen})
		}
		o.seen, o.sent, o.suppressed = 0, 0, 0
	}
	o.seen++
	if o.sent >= l.limit {
		o.suppressed++
		return nil
	}
	o.sent++
	p := &permit{site: site, window: w, start: w.Start, past: o.past, forgotten: l.forgotten}
	o.past, l.forgotten = counts{}, 0
	return p
}

// setRecipients records the recipients of the mail, for a later summary.
func (l *limiter) setRecipients(p *permit, to []*mail.Address) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.window.Count.to = to
}

// giveBack returns the permit of a mail that was not delivered, with its counts.
func (l *limiter) giveBack(p *permit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgotten += p.forgotten
	if l.windows.Find(p.site) != p.window {
		l.forgotten += p.past.suppressed
		return
	}
	p.window.Count.past.add(p.past)
	if p.window.Start.Equal(p.start) {
		p.window.Count.sent--
	}
}

// summary is the content of a last mail.
type summary struct {
	to        []*mail.Address // nil: not known
	sites     []siteCount
	forgotten int
}

type siteCount struct {
	limit.Site
	suppressed int
}

// takeUnreported removes all unreported counts, and returns them for each set of
// recipients.
func (l *limiter) takeUnreported() []*summary {
	l.mu.Lock()
	defer l.mu.Unlock()
	byRecipients := map[string]*summary{}
	for site, w := range l.windows.All() {
		o := &w.Count
		n := o.unreported()
		if n == 0 {
			continue
		}
		o.suppressed, o.past = 0, counts{}
		var key strings.Builder
		for _, a := range o.to {
			key.WriteString(a.Address + "\n")
		}
		s := byRecipients[key.String()]
		if s == nil {
			s = &summary{to: o.to}
			byRecipients[key.String()] = s
		}
		s.sites = append(s.sites, siteCount{site, n})
	}
	if l.forgotten > 0 && len(byRecipients) == 0 {
		byRecipients[""] = new(summary)
	}
	var all []*summary
	for _, key := range slices.Sorted(maps.Keys(byRecipients)) {
		s := byRecipients[key]
		slices.SortFunc(s.sites, func(a, b siteCount) int {
			return cmp.Or(cmp.Compare(b.suppressed, a.suppressed), cmp.Compare(b.Level, a.Level),
				cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
		})
		s.forgotten, l.forgotten = l.forgotten, 0
		all = append(all, s)
	}
	return all
}

// unreported returns how many suppressed records no mail has reported.
func (l *limiter) unreported() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.forgotten
	for _, w := range l.windows.All() {
		n += w.Count.unreported()
	}
	return n
}

// giveSummaryBack undoes takeUnreported for a mail that was not delivered.
func (l *limiter) giveSummaryBack(s *summary) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgotten += s.forgotten
	for _, c := range s.sites {
		if w := l.windows.Find(c.Site); w != nil {
			w.Count.past.add(counts{c.suppressed, c.suppressed})
		} else {
			l.forgotten += c.suppressed
		}
	}
}
