package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/limit"
	"github.com/logbook-go/logbook/logbook"
)

const (
	defaultLimitPer  = time.Minute
	defaultCacheSize = 512
)

// LimitOptions configure [NewLimit]. nil is the default: one record a minute for
// each call site. Level, filter and bubble are those of the handler inside.
type LimitOptions struct {
	// Records is how many records get through in each span of time. 0 or less: 1.
	Records int

	// Per is that span. It begins with a record, and the next one with the first
	// record after its end. 0 or less: a minute.
	Per time.Duration

	// By returns what records are counted by, up to its first 256 bytes. nil: the
	// call site, which is level, channel, file and line, and the message template
	// where the caller is not known.
	By func(*logbook.Record) string

	// CacheSize is how many call sites are known at a time. If there are more, the
	// third that has been known longest is forgotten. 0 or less: 512.
	CacheSize int
}

// Limit stands before another handler and lets so many of the records from each
// call site through. It is made by [NewLimit] and [NewSample].
//
// What it holds back is told: the next record let through from there has an
// attribute "suppressed" with the count, and " (3 suppressed)" behind its message.
// What no record has told by then is told when the handler is unbound, flushed or
// closed, or the call site is forgotten: by a record of the level and channel of
// those that were held back, "3 records suppressed like: " and their template.
// Several of them are handed over together, with [logbook.ReasonGroup]. A record
// that the handler inside fails with or passes on has told nothing: what it was to tell is
// told by a later one. Of call sites that were forgotten in such a time, CacheSize are
// told apart.
//
// Of records handed over together, those that led up to the last one pass if that
// one does, and those that belong together pass if the first one does, so that a
// mail stays whole. Others are looked at one by one.
//
// Level, filter and bubble are those of the handler inside. It is safe for
// concurrent use, and goes on after Close: the handler inside, which is closed too,
// decides whether to refuse records.
type Limit struct {
	inner  logbook.Wrapper
	key    func(*logbook.Record) limit.Site
	exempt slog.Leveler // lowest level that always gets through; nil: none

	readsCaller bool // to count by it
	asks        bool // functions of the user's

	first int // records to let through in each window
	every int // of those after them let one of so many through; 0: none

	mu      sync.Mutex
	windows limit.Windows[counts]
	owed    []counts // of sites that were forgotten; the handler inside failed to take them
	stats   logbook.Stats
}

// counts are those of a call site in a window.
type counts struct {
	seen       int
	suppressed int // and not reported yet
	like       logbook.RecordData
	others     bool // some were not like that
}

// NewLimit returns a handler that limits how many records of a call site reach h.
func NewLimit(h logbook.Handler, o *LimitOptions) *Limit {
	if o == nil {
		o = new(LimitOptions)
	}
	l := newLimit(h, o.CacheSize)
	l.first, l.windows.Per = max(1, o.Records), positive(o.Per, defaultLimitPer)
	l.key, l.readsCaller, l.asks = keyBy(o.By, limit.SiteOf), true, o.By != nil
	return l
}

func newLimit(h logbook.Handler, size int) *Limit {
	return &Limit{
		inner:   logbook.Wrapper{Handler: given(h)},
		windows: limit.Windows[counts]{Size: positive(size, defaultCacheSize)},
	}
}

// positive returns n, or the default if n is not above 0.
func positive[T cmp.Ordered](n, otherwise T) T {
	var zero T
	if n > zero {
		return n
	}
	return otherwise
}

// keyBy returns the function that tells records apart.
func keyBy(by func(*logbook.Record) string, otherwise func(*logbook.Record) limit.Site) func(*logbook.Record) limit.Site {
	if by == nil {
		return otherwise
	}
	return func(r *logbook.Record) limit.Site { return limit.Site{Text: limit.Key(by(r))} }
}

// Binding implements [logbook.Bindable].
func (l *Limit) Binding() logbook.Binding {
	b := l.inner.Binding()
	b.NoCaller = b.NoCaller && !l.readsCaller
	if !l.asks {
		b.Quiet = l
	}
	return b
}

// Unwrap returns the handler inside.
func (l *Limit) Unwrap() logbook.Handler { return l.inner.Handler }

// Handle hands the record on, or counts it.
func (l *Limit) Handle(r *logbook.Record) error {
	return l.pass(r, 1, func(noted *logbook.Record) error { return l.inner.Handle(noted) })
}

// HandleBatch hands on what the limit lets through of the records.
func (l *Limit) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	if len(rs) == 0 {
		return nil
	}
	lead := 0
	switch why {
	case logbook.ReasonEscalation:
		lead = len(rs) - 1
	case logbook.ReasonGroup:
	default:
		return l.passSome(rs, why)
	}
	if slices.ContainsFunc(rs, l.exempts) {
		left, err := handOver(l.inner.Handler, rs, why)
		l.passed(len(rs) - left)
		return err
	}
	left := 0
	err := l.pass(rs[lead], len(rs), func(noted *logbook.Record) (err error) {
		rs := slices.Clone(rs)
		rs[lead] = noted
		left, err = handOver(l.inner.Handler, rs, why)
		return err
	})
	if left > 0 {
		l.giveBack(rs[lead], left, true)
	}
	return err
}

// passSome hands on together those records of a batch that get through by
// themselves.
func (l *Limit) passSome(rs []*logbook.Record, why logbook.Reason) error {
	var through []*logbook.Record
	tells, passed := make([]int, len(rs)), make([]bool, len(rs))
	for i, r := range rs {
		if tells[i], passed[i] = l.ask(r, 1); passed[i] {
			through = append(through, noted(r, tells[i]))
		}
	}
	if len(through) == 0 {
		return nil
	}
	left, err := handOver(l.inner.Handler, through, why)
	if err == nil {
		return nil
	}
	from := 0 // of what is to be told again
	if left > 0 {
		from = len(rs)
		for n := left; n > 0; {
			if from--; passed[from] {
				n--
			}
		}
	}
	for i := from; i < len(rs); i++ {
		l.suppress(rs[i], tells[i])
		if left > 0 {
			l.giveBack(rs[i], 1, passed[i])
		}
	}
	if left > 0 && left != len(rs)-from {
		return withUnsent(len(rs)-from, err)
	}
	return err
}

// giveBack undoes [Limit.ask] for a record that stands for n and is left to the caller.
func (l *Limit) giveBack(r *logbook.Record, n int, passed bool) {
	exempt := l.exempts(r)
	var site limit.Site
	if !exempt {
		site = l.key(r)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if passed {
		l.stats.Handled -= uint64(n)
	} else {
		l.stats.Suppressed -= uint64(n)
	}
	if w := l.windows.Find(site); w != nil && !exempt {
		w.Count.seen = max(0, w.Count.seen-1)
		if !passed {
			w.Count.suppressed = max(0, w.Count.suppressed-n)
		}
	}
}

// pass hands on a record that stands for n, with what it is to tell, if it gets
// through.
func (l *Limit) pass(r *logbook.Record, n int, handle func(*logbook.Record) error) error {
	tell, ok := l.ask(r, n)
	if !ok {
		return nil
	}
	if tell == 0 {
		return handle(r)
	}
	told := false
	defer func() {
		if !told {
			l.suppress(r, tell)
		}
	}()
	err := handle(noted(r, tell))
	told = err == nil
	return err
}

// noted returns a record that tells how many others were held back.
func noted(r *logbook.Record, suppressed int) *logbook.Record {
	if suppressed == 0 {
		return r
	}
	r = r.Clone()
	r.Set("suppressed", suppressed)
	r.SetMessage(fmt.Sprintf("%s (%d suppressed)", r.Message(), suppressed))
	return r
}

// ask reports whether a record that stands for n gets through, and then what it is
// to tell: how many were held back so far.
func (l *Limit) ask(r *logbook.Record, n int) (tell int, ok bool) {
	if l.exempts(r) {
		l.passed(n)
		return 0, true
	}
	key := l.key(r)
	l.mu.Lock()
	w, forgotten := l.at(key)
	w.seen++
	ok = w.seen <= l.first || l.every > 0 && (w.seen-l.first)%l.every == 0
	if ok {
		l.stats.Handled += uint64(n)
		tell, w.suppressed = w.suppressed, 0
	} else {
		l.stats.Suppressed += uint64(n)
		w.suppress(r, n)
	}
	l.mu.Unlock()
	l.offer(forgotten)
	return tell, ok
}

func (l *Limit) exempts(r *logbook.Record) bool {
	return l.exempt != nil && r.Level() >= logbook.LevelOf(l.exempt)
}

func (l *Limit) passed(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stats.Handled += uint64(n)
}

// at returns the counts of a call site, and those of sites that were forgotten for it and
// are to be reported. It is called with the lock held.
func (l *Limit) at(site limit.Site) (c *counts, untold []counts) {
	w, renewed, forgotten := l.windows.At(site, time.Now())
	if renewed {
		w.Count.seen = 0
	}
	if forgotten != nil {
		untold, l.owed = l.owed, nil
		for i := range forgotten {
			untold = forgotten[i].take(untold)
		}
	}
	return &w.Count, untold
}

// suppress counts n records that were held back at the site of r.
func (l *Limit) suppress(r *logbook.Record, n int) {
	if n == 0 {
		return
	}
	key := l.key(r)
	l.mu.Lock()
	w, forgotten := l.at(key)
	w.suppress(r, n)
	l.mu.Unlock()
	l.offer(forgotten)
}

func (c *counts) suppress(r *logbook.Record, n int) {
	c.suppressed += n
	c.like.Time, c.like.Level, c.like.Source = r.Time(), r.Level(), r.Source()
	keepText(&c.like.Channel, r.Channel())
	keepText(&c.like.Template, limit.Key(r.Template()))
}

// keepText makes a text that is kept a copy of s: s may be a part of a large text. As a
// rule it is the same each time.
func keepText(kept *string, s string) {
	if *kept != s {
		*kept = strings.Clone(s)
	}
}

// take appends the counts, if anything was held back and not reported.
func (c *counts) take(untold []counts) []counts {
	if c.suppressed > 0 {
		untold = append(untold, *c)
		c.suppressed = 0
	}
	return untold
}

// notice returns the record that says what was held back.
func (c *counts) notice() *logbook.Record {
	d := c.like
	d.Attrs = []slog.Attr{slog.Int("suppressed", c.suppressed), slog.String("like", d.Template)}
	switch {
	case c.others:
		d.Template = "{suppressed} records suppressed like: {like}, and others"
	case c.suppressed == 1:
		d.Template = "{suppressed} record suppressed like: {like}"
	default:
		d.Template = "{suppressed} records suppressed like: {like}"
	}
	return logbook.NewRecord(d)
}

func noticesOf(untold []counts) (rs []*logbook.Record) {
	for i := range untold {
		rs = append(rs, untold[i].notice())
	}
	return rs
}

// untold removes what was held back and not told, and returns it, the oldest first.
func (l *Limit) untold() []counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	untold := l.owed
	l.owed = nil
	for _, w := range l.windows.All() {
		untold = w.Count.take(untold)
	}
	slices.SortStableFunc(untold, func(a, b counts) int { return a.like.Time.Compare(b.like.Time) })
	return untold
}

// countUntold returns how many records untold would have to be told by.
func (l *Limit) countUntold() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.owed)
	for _, w := range l.windows.All() {
		if w.Count.suppressed > 0 {
			n++
		}
	}
	return n
}

// offer hands over what was held back. A failure goes to the error flag.
func (l *Limit) offer(untold []counts) {
	if len(untold) == 0 {
		return
	}
	rs := noticesOf(untold)
	if offer(l.inner, rs, logbook.ReasonGroup, rs[0]).failed {
		l.owe(untold)
	}
}

// owe keeps what could not be told.
func (l *Limit) owe(untold []counts) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range untold {
		if len(l.owed) < l.windows.Size {
			l.owed = append(l.owed, c)
			continue
		}
		last := &l.owed[len(l.owed)-1]
		last.suppressed += c.suppressed
		last.others = true
	}
}

// Stats returns what happened so far: Handled are the records let through, Suppressed
// those held back. The counter "sites" has the call sites that are known now.
func (l *Limit) Stats() logbook.Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	stats := l.stats
	stats.Counters = []logbook.Counter{{Name: "sites", Value: uint64(l.windows.Len())}}
	return stats
}

// Unbound tells what was held back, and tells the handler inside.
func (l *Limit) Unbound() {
	l.offer(l.untold())
	l.inner.Unbound()
}

// Flush tells what was held back, and flushes the handler inside. Records that were to
// tell it and are left unsent, or were not handed over since the context has ended, are
// counted by a [*logbook.UnsentError]; the former are not handed over a second time.
func (l *Limit) Flush(ctx context.Context) error {
	return errors.Join(unlessEnded(ctx, l.countUntold(), l.tellAll), l.inner.Flush(ctx))
}

// Close is Flush, and closes the handler inside.
func (l *Limit) Close(ctx context.Context) error {
	return errors.Join(unlessEnded(ctx, l.countUntold(), l.tellAll), l.inner.Close(ctx))
}

func (l *Limit) tellAll() error {
	untold := l.untold()
	if len(untold) == 0 {
		return nil
	}
	_, err := handOver(l.inner.Handler, noticesOf(untold), logbook.ReasonGroup)
	return err
}
