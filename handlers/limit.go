package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"github.com/logbook-go/logbook/internal/hold"
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

// LimitOptions configure [NewLimit]. nil is the default: one record a minute for each
// call site. Level, filter and bubble are those of the inner handler.
type LimitOptions struct {
	// Records is the number of records let through in each window of time. 0 or less: 1.
	Records int

	// Per is the length of a window. It begins with a record, and the next window with
	// the first record after its end. 0 or less: a minute.
	Per time.Duration

	// By returns the key by which records are counted; its first 256 bytes are used. nil:
	// the call site, which is level, channel, file and line, or the message template if
	// the caller is not known. The attribute "fingerprint" of a record replaces file and
	// line.
	By func(*logbook.Record) string

	// CacheSize is the number of call sites known at a time. If there are more, the
	// oldest third is forgotten. 0 or less: 512.
	CacheSize int
}

// Limit wraps another handler and lets a limited number of records of each call site
// through. It is made by [NewLimit] and [NewSample].
//
// It reports the records that it suppresses. The next record that is let through at the
// call site has an attribute "suppressed" with the count, and " (3 suppressed)" behind
// its message. Counts that are still unreported when the handler is unbound, flushed or
// closed, or when the call site is forgotten, are reported by a record with the level and
// channel of the suppressed records: "3 records suppressed like: " and their template.
// Several of these are handed over together, with [logbook.ReasonGroup]. If the inner
// handler fails with a record or passes it on, the count is reported by a later record.
// Meanwhile the counts of forgotten call sites are kept for up to CacheSize sites;
// further ones are added up.
//
// An escalation passes or is suppressed as a whole, as its last record is, and a group as
// its first one, so that a mail stays complete. The records of other batches are counted
// one by one.
//
// Level, filter and bubble are those of the inner handler. It is safe for concurrent use,
// and works after Close: the inner handler, which is closed too, decides whether to
// refuse records.
type Limit struct {
	inner  logbook.Wrapper
	key    func(*logbook.Record) limit.Site
	exempt slog.Leveler // lowest level that is always let through; nil: none

	readsCaller bool // the key contains it
	callsUser   bool // the key or a level is the user's function

	first int // records to let through in each window
	every int // after those, let every n-th record through; 0: none

	mu         sync.Mutex
	windows    limit.Windows[counts]
	unreported []counts // of forgotten sites, which the inner handler failed to take
	stats      logbook.Stats
}

// counts are the counts of a call site in a window.
type counts struct {
	seen       int
	suppressed int // not reported yet
	like       logbook.RecordData
	others     bool // some differ from like
}

// NewLimit returns a handler that limits how many records of a call site reach h.
func NewLimit(h logbook.Handler, o *LimitOptions) *Limit {
	if o == nil {
		o = new(LimitOptions)
	}
	l := newLimit(h, o.CacheSize)
	l.first, l.windows.Per = max(1, o.Records), positive(o.Per, defaultLimitPer)
	l.key, l.readsCaller, l.callsUser = keyBy(o.By, limit.SiteOf), true, o.By != nil
	return l
}

func newLimit(h logbook.Handler, size int) *Limit {
	return &Limit{
		inner:   logbook.Wrapper{Handler: hold.Given(h)},
		windows: limit.Windows[counts]{Size: positive(size, defaultCacheSize)},
	}
}

// positive returns n if it is positive, and the default otherwise.
func positive[T cmp.Ordered](n, otherwise T) T {
	var zero T
	if n > zero {
		return n
	}
	return otherwise
}

// keyBy returns the function for the keys of records.
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
	if !l.callsUser {
		b.Quiet = l
	}
	return b
}

// Unwrap returns the inner handler.
func (l *Limit) Unwrap() logbook.Handler { return l.inner.Handler }

// Handle passes the record on, or counts it.
func (l *Limit) Handle(r *logbook.Record) error {
	return l.pass(r, 1, func(r *logbook.Record) error { return l.inner.Handle(r) })
}

// HandleBatch passes on the records that the limit lets through.
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
		left, err := hold.HandOver(l.inner.Handler, rs, why)
		l.passed(len(rs) - left)
		return err
	}
	left := 0
	err := l.pass(rs[lead], len(rs), func(r *logbook.Record) (err error) {
		rs := slices.Clone(rs)
		rs[lead] = r
		left, err = hold.HandOver(l.inner.Handler, rs, why)
		return err
	})
	if left > 0 {
		l.giveBack(rs[lead], left, true)
	}
	return err
}

// passSome applies the limit to each record of a batch, and passes on together those that
// are let through.
func (l *Limit) passSome(rs []*logbook.Record, why logbook.Reason) error {
	var through []*logbook.Record
	suppressed, passed := make([]int, len(rs)), make([]bool, len(rs))
	for i, r := range rs {
		if suppressed[i], passed[i] = l.admit(r, 1); passed[i] {
			through = append(through, withCount(r, suppressed[i]))
		}
	}
	if len(through) == 0 {
		return nil
	}
	left, err := hold.HandOver(l.inner.Handler, through, why)
	if err == nil {
		return nil
	}
	from := 0 // the first record whose count must be reported again
	if left > 0 {
		from = len(rs)
		for n := left; n > 0; {
			if from--; passed[from] {
				n--
			}
		}
	}
	for i := from; i < len(rs); i++ {
		l.suppress(rs[i], suppressed[i])
		if left > 0 {
			l.giveBack(rs[i], 1, passed[i])
		}
	}
	if left > 0 && left != len(rs)-from {
		return hold.WithUnsent(len(rs)-from, err)
	}
	return err
}

// giveBack undoes [Limit.admit] for a record that stands for n and is left to the caller.
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

// pass passes on a record that stands for n, with the count to report, if the limit lets
// it through.
func (l *Limit) pass(r *logbook.Record, n int, handle func(*logbook.Record) error) error {
	suppressed, ok := l.admit(r, n)
	if !ok {
		return nil
	}
	if suppressed == 0 {
		return handle(r)
	}
	reported := false
	defer func() {
		if !reported {
			l.suppress(r, suppressed)
		}
	}()
	err := handle(withCount(r, suppressed))
	reported = err == nil
	return err
}

// withCount returns a record that reports how many others were suppressed.
func withCount(r *logbook.Record, suppressed int) *logbook.Record {
	if suppressed == 0 {
		return r
	}
	r = r.Clone()
	r.Set("suppressed", suppressed)
	r.SetMessage(fmt.Sprintf("%s (%d suppressed)", r.Message(), suppressed))
	return r
}

// admit reports whether a record that stands for n is let through, and if so how many
// suppressed records it has to report.
func (l *Limit) admit(r *logbook.Record, n int) (suppressed int, ok bool) {
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
		suppressed, w.suppressed = w.suppressed, 0
	} else {
		l.stats.Suppressed += uint64(n)
		w.suppress(r, n)
	}
	l.mu.Unlock()
	l.offer(forgotten)
	return suppressed, ok
}

func (l *Limit) exempts(r *logbook.Record) bool {
	return l.exempt != nil && r.Level() >= logbook.LevelOf(l.exempt)
}

func (l *Limit) passed(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stats.Handled += uint64(n)
}

// at returns the counts of a call site, and those of sites that were forgotten to make
// room for it and are to be reported. It is called with the lock held.
func (l *Limit) at(site limit.Site) (c *counts, pending []counts) {
	w, renewed, forgotten := l.windows.At(site, time.Now())
	if renewed {
		w.Count.seen = 0
	}
	if forgotten != nil {
		pending, l.unreported = l.unreported, nil
		for i := range forgotten {
			pending = forgotten[i].take(pending)
		}
	}
	return &w.Count, pending
}

// suppress counts n suppressed records of the site of r.
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

// keepText stores a copy of s, which may be a part of a large text. Usually it is equal
// to the stored one.
func keepText(kept *string, s string) {
	if *kept != s {
		*kept = strings.Clone(s)
	}
}

// take appends the counts, if they have unreported records, and marks them reported.
func (c *counts) take(pending []counts) []counts {
	if c.suppressed > 0 {
		pending = append(pending, *c)
		c.suppressed = 0
	}
	return pending
}

// notice returns the record that reports the counts.
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

func noticesOf(pending []counts) (rs []*logbook.Record) {
	for i := range pending {
		rs = append(rs, pending[i].notice())
	}
	return rs
}

// takeUnreported removes and returns the unreported counts, oldest first.
func (l *Limit) takeUnreported() []counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	pending := l.unreported
	l.unreported = nil
	for _, w := range l.windows.All() {
		pending = w.Count.take(pending)
	}
	slices.SortStableFunc(pending, func(a, b counts) int { return a.like.Time.Compare(b.like.Time) })
	return pending
}

// countUnreported returns the number of records that would report them.
func (l *Limit) countUnreported() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.unreported)
	for _, w := range l.windows.All() {
		if w.Count.suppressed > 0 {
			n++
		}
	}
	return n
}

// offer reports counts to the inner handler. A failure goes to the error flag.
func (l *Limit) offer(pending []counts) {
	if len(pending) == 0 {
		return
	}
	rs := noticesOf(pending)
	if _, err := hold.Offer(l.inner, rs, logbook.ReasonGroup, rs[0]); err != nil {
		l.keepUnreported(pending)
	}
}

// keepUnreported keeps counts that could not be reported.
func (l *Limit) keepUnreported(pending []counts) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range pending {
		if len(l.unreported) < l.windows.Size {
			l.unreported = append(l.unreported, c)
			continue
		}
		last := &l.unreported[len(l.unreported)-1]
		last.suppressed += c.suppressed
		last.others = true
	}
}

// Stats returns the counts so far: Handled are the records let through, Suppressed the
// others. The counter "sites" is the number of call sites known now.
func (l *Limit) Stats() logbook.Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	stats := l.stats
	stats.Counters = []logbook.Counter{{Name: "sites", Value: uint64(l.windows.Len())}}
	return stats
}

// Unbound reports the suppressed records, and calls Unbound of the inner handler.
func (l *Limit) Unbound() {
	l.offer(l.takeUnreported())
	l.inner.Unbound()
}

// Flush reports the suppressed records, and flushes the inner handler. Reports that are
// left unsent, or that were not handed over since the context has ended, are counted by a
// [*logbook.UnsentError]; the former are not handed over again.
func (l *Limit) Flush(ctx context.Context) error {
	return errors.Join(unlessEnded(ctx, l.countUnreported(), l.reportAll), l.inner.Flush(ctx))
}

// Close is like Flush, and then closes the inner handler.
func (l *Limit) Close(ctx context.Context) error {
	return errors.Join(unlessEnded(ctx, l.countUnreported(), l.reportAll), l.inner.Close(ctx))
}

func (l *Limit) reportAll() error {
	pending := l.takeUnreported()
	if len(pending) == 0 {
		return nil
	}
	_, err := hold.HandOver(l.inner.Handler, noticesOf(pending), logbook.ReasonGroup)
	return err
}
