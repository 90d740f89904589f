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

// occurrences are those of a site since its window began.
type occurrences struct {
	seen, sent int
	suppressed int             // of those seen, and reported by no mail
	past       counts          // of earlier windows, reported by no mail
	to         []*mail.Address // whom the last mail went to
}

type window = limit.Window[occurrences]

// untold returns how many suppressed records no mail has reported.
func (o *occurrences) untold() int { return o.suppressed + o.past.suppressed }

// counts say that records were suppressed, and how often their site was seen
// meanwhile.
type counts struct{ suppressed, occurred int }

func (c *counts) add(more counts) {
	c.suppressed += more.suppressed
	c.occurred += more.occurred
}

// pass allows a mail, and holds what it is to tell.
type pass struct {
	site      limit.Site
	window    *window
	start     time.Time // of the window then
	past      counts
	forgotten int // suppressed records of sites that are not known any more
}

// limiter bounds the mails for each site. It is safe for concurrent use.
type limiter struct {
	limit int

	mu        sync.Mutex
	windows   limit.Windows[occurrences]
	forgotten int
}

func newLimiter(records int, delta time.Duration) *limiter {
	// As in Logbook, a record that comes when the time is just up belongs to it.
	per := cmp.Or(delta, defaultDelta) + 1
	return &limiter{limit: records, windows: limit.Windows[occurrences]{Per: per, Size: maxSites}}
}

// take asks for a mail; nil means that it is suppressed.
func (l *limiter) take(r *logbook.Record) *pass {
	now, site := time.Now(), limit.SiteOf(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	w, renewed, forgotten := l.windows.At(site, now)
	for i := range forgotten {
		l.forgotten += forgotten[i].untold()
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
	p := &pass{site: site, window: w, start: w.Start, past: o.past, forgotten: l.forgotten}
	o.past, l.forgotten = counts{}, 0
	return p
}

// addressed notes the recipients of the mail, whom to tell what follows.
func (l *limiter) addressed(p *pass, to []*mail.Address) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.window.Count.to = to
}

// giveBack takes a mail back that was not delivered, with what it would have
// told.
func (l *limiter) giveBack(p *pass) {
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

// summary is what one last mail tells.
type summary struct {
	to        []*mail.Address // nil: not known
	sites     []siteCount
	forgotten int
}

type siteCount struct {
	limit.Site
	suppressed int
}

// takeUntold removes all that no mail has told, and returns it for each set of
// recipients.
func (l *limiter) takeUntold() []*summary {
	l.mu.Lock()
	defer l.mu.Unlock()
	byRecipients := map[string]*summary{}
	for site, w := range l.windows.All() {
		o := &w.Count
		n := o.untold()
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

// untold returns how many suppressed records no mail has told of.
func (l *limiter) untold() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.forgotten
	for _, w := range l.windows.All() {
		n += w.Count.untold()
	}
	return n
}

// giveUntoldBack undoes takeUntold for a mail that was not delivered.
func (l *limiter) giveUntoldBack(s *summary) {
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
