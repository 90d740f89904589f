package mail

import (
	"cmp"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

const maxSites = 512

// site is what the rate limit goes by.
type site struct {
	level         logbook.Level
	channel, file string
	line          int
}

func siteOf(r *logbook.Record) site {
	s := r.Source()
	return site{r.Level(), r.Channel(), s.File, s.Line}
}

// window counts the occurrences of a site since it began.
type window struct {
	start      time.Time
	seen, sent int
	suppressed int             // of those seen, and told by no mail
	past       counts          // of earlier windows, told by no mail
	to         []*mail.Address // whom the last mail went to
}

// counts say that records were suppressed, and how often their site was seen
// meanwhile.
type counts struct{ suppressed, occurred int }

func (c *counts) add(more counts) {
	c.suppressed += more.suppressed
	c.occurred += more.occurred
}

// pass allows a mail, and holds what it is to tell.
type pass struct {
	site      site
	window    *window
	start     time.Time // of the window then
	past      counts
	forgotten int // suppressed records of sites that are not known any more
}

// limiter bounds the mails for each site. It is safe for concurrent use.
type limiter struct {
	limit int
	delta time.Duration

	mu        sync.Mutex
	sites     map[site]*window
	forgotten int
}

func newLimiter(limit int, delta time.Duration) *limiter {
	return &limiter{limit: limit, delta: cmp.Or(delta, defaultDelta), sites: map[site]*window{}}
}

// take asks for a mail; nil means that it is suppressed.
func (l *limiter) take(r *logbook.Record) *pass {
	now, at := time.Now(), siteOf(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.sites[at]
	switch {
	case w == nil:
		if len(l.sites) >= maxSites {
			l.prune()
		}
		w = &window{start: now}
		at.channel = strings.Clone(at.channel) // it may be a part of a large text
		l.sites[at] = w
	case now.Sub(w.start) > l.delta:
		if w.suppressed > 0 {
			w.past.add(counts{w.suppressed, w.seen})
		}
		w.start, w.seen, w.sent, w.suppressed = now, 0, 0, 0
	}
	w.seen++
	if w.sent >= l.limit {
		w.suppressed++
		return nil
	}
	w.sent++
	p := &pass{site: at, window: w, start: w.start, past: w.past, forgotten: l.forgotten}
	w.past, l.forgotten = counts{}, 0
	return p
}

// prune forgets the third with the oldest windows.
func (l *limiter) prune() {
	all := slices.SortedFunc(maps.Keys(l.sites), func(a, b site) int {
		return l.sites[a].start.Compare(l.sites[b].start)
	})
	for _, at := range all[:len(all)/3] {
		w := l.sites[at]
		l.forgotten += w.suppressed + w.past.suppressed
		delete(l.sites, at)
	}
}

// addressed notes the recipients of the mail, whom to tell what follows.
func (l *limiter) addressed(p *pass, to []*mail.Address) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.window.to = to
}

// giveBack takes a mail back that was not delivered, with what it would have
// told.
func (l *limiter) giveBack(p *pass) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgotten += p.forgotten
	if l.sites[p.site] != p.window {
		l.forgotten += p.past.suppressed
		return
	}
	p.window.past.add(p.past)
	if p.window.start.Equal(p.start) {
		p.window.sent--
	}
}

// summary is what one last mail tells.
type summary struct {
	to        []*mail.Address // nil: not known
	sites     []siteCount
	forgotten int
}

type siteCount struct {
	site
	suppressed int
}

// takeUntold removes all that no mail has told, and returns it for each set of
// recipients.
func (l *limiter) takeUntold() []*summary {
	l.mu.Lock()
	defer l.mu.Unlock()
	byRecipients := map[string]*summary{}
	for at, w := range l.sites {
		n := w.suppressed + w.past.suppressed
		if n == 0 {
			continue
		}
		w.suppressed, w.past = 0, counts{}
		var key strings.Builder
		for _, a := range w.to {
			key.WriteString(a.Address + "\n")
		}
		s := byRecipients[key.String()]
		if s == nil {
			s = &summary{to: w.to}
			byRecipients[key.String()] = s
		}
		s.sites = append(s.sites, siteCount{at, n})
	}
	if l.forgotten > 0 && len(byRecipients) == 0 {
		byRecipients[""] = new(summary)
	}
	var all []*summary
	for _, key := range slices.Sorted(maps.Keys(byRecipients)) {
		s := byRecipients[key]
		slices.SortFunc(s.sites, func(a, b siteCount) int {
			return cmp.Or(cmp.Compare(b.suppressed, a.suppressed), cmp.Compare(b.level, a.level),
				cmp.Compare(a.channel, b.channel), cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
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
	for _, w := range l.sites {
		n += w.suppressed + w.past.suppressed
	}
	return n
}

// giveUntoldBack undoes takeUntold for a mail that was not delivered.
func (l *limiter) giveUntoldBack(s *summary) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgotten += s.forgotten
	for _, c := range s.sites {
		if w := l.sites[c.site]; w != nil {
			w.past.add(counts{c.suppressed, c.suppressed})
		} else {
			l.forgotten += c.suppressed
		}
	}
}
