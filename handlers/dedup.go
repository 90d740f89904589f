package handlers

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/clock"
	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/logbook"
)

const defaultDedupFormat = "message repeated {count} times: {message}"

// DedupOptions configure [NewDedup]. nil is the default: messages are handed over when
// the handler is unbound. Level, filter and bubble are those of the inner handler.
type DedupOptions struct {
	// Quiet is the time without a repetition after which a message is handed over. 0 or
	// less: messages are held until the handler is unbound, flushed or closed.
	Quiet time.Duration

	// MaxHold is the longest time that a repeating message is held. 0 or less: ten times
	// Quiet.
	MaxHold time.Duration

	// MaxMessages is the number of different messages held. If there are more, the oldest
	// third is handed over. 0 or less: 1000.
	MaxMessages int

	// Format is the message of the records handed over, with {count} and {message}. "":
	// "message repeated {count} times: {message}".
	Format string
}

// Dedup collects records, and hands over one for all that have the same level, channel
// and message: the first of them, with the message "message repeated 3 times: ...", even
// if the message came only once. It hands them over together, with [logbook.ReasonGroup],
// when it is unbound, flushed or closed, in the order in which the messages first came.
//
// With [DedupOptions].Quiet it also hands over a single message once it has not come for
// that time. Other messages do not end the wait. A timer's goroutine does that; the timer
// runs only while messages are held, and Close waits for it.
//
// The number of held messages is bounded, and their text to 4 MiB; beyond that, messages
// are handed over early, so nothing is lost. Level, filter and bubble are those of the
// inner handler. It is safe for concurrent use, and holds no lock while it hands over.
// After Close it passes records on at once: the inner handler, which is closed too,
// decides whether to refuse them.
type Dedup struct {
	inner          logbook.Wrapper
	quiet, maxHold time.Duration
	maxMessages    int
	format         string

	mu      sync.Mutex
	known   map[message]*repeated
	order   []*repeated // in which the messages first came
	bytes   int
	timer   *time.Timer   // nil: not running
	bubbled bool          // it was made within a bubble; see clock.InBubble
	ticked  chan struct{} // closed when the timer's function ends
	closed  bool
	out     int // messages that are being handed over
	stats   logbook.Stats
}

// message is the key by which records are counted together.
type message struct {
	level         logbook.Level
	channel, text string
}

// repeated is a held message.
type repeated struct {
	hold.Item   // the first record
	message     message
	count       int
	first, last time.Time
}

// NewDedup returns a handler that collects equal messages for h.
func NewDedup(h logbook.Handler, o *DedupOptions) *Dedup {
	if o == nil {
		o = new(DedupOptions)
	}
	d := &Dedup{
		inner: logbook.Wrapper{Handler: hold.Given(h)},
		quiet: max(0, o.Quiet), maxHold: max(o.Quiet, positive(o.MaxHold, 10*o.Quiet)),
		maxMessages: positive(o.MaxMessages, defaultMaxRecords),
		format:      o.Format,
		known:       make(map[message]*repeated),
	}
	if d.format == "" {
		d.format = defaultDedupFormat
	}
	if d.quiet > 0 {
		d.bubbled = clock.InBubble()
	}
	return d
}

// Binding implements [logbook.Bindable].
func (d *Dedup) Binding() logbook.Binding {
	b := d.inner.Binding()
	b.Quiet = d
	return b
}

// Unwrap returns the inner handler.
func (d *Dedup) Unwrap() logbook.Handler { return d.inner.Handler }

// Handle counts the record.
func (d *Dedup) Handle(r *logbook.Record) error {
	excess, open := d.collect(r, d.now())
	if !open {
		d.finish(0, 1, 0)
		return d.inner.Handle(r)
	}
	d.offer(excess)
	return nil
}

// HandleBatch counts the records as if they came at the same time: with
// [DedupOptions].Quiet those that do not come again are handed over together.
func (d *Dedup) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	now := d.now()
	var excess []*repeated
	for i, r := range rs {
		more, open := d.collect(r, now)
		if !open {
			d.offer(excess)
			left, err := hold.HandOver(d.inner.Handler, rs[i:], why)
			d.finish(0, len(rs)-i-left, 0)
			return err
		}
		excess = append(excess, more...)
	}
	d.offer(excess)
	return nil
}

// now returns the time if Quiet is set; otherwise it is not needed.
func (d *Dedup) now() (now time.Time) {
	if d.quiet > 0 {
		now = time.Now()
	}
	return now
}

// collect counts a record, unless the Dedup is closed. It returns the messages to hand
// over that were removed to make room for it.
func (d *Dedup) collect(r *logbook.Record, now time.Time) (excess []*repeated, open bool) {
	m := message{r.Level(), r.Channel(), r.Message()}
	d.mu.Lock()
	if d.closed || d.count(m, now) {
		defer d.mu.Unlock()
		return nil, !d.closed
	}
	d.mu.Unlock()
	k := hold.Keep(r)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.count(m, now) { // while the lock was released
		k.Release()
		return nil, !d.closed
	}
	excess = d.makeRoom(k.Size())
	d.add(m, k, now)
	return excess, true
}

// count counts a message, and reports whether it was held already.
func (d *Dedup) count(m message, now time.Time) bool {
	g := d.known[m]
	if g == nil {
		return false
	}
	d.stats.Suppressed++
	g.count++
	g.last = now
	d.arm()
	return true
}

// add adds a new message.
func (d *Dedup) add(m message, k hold.Item, now time.Time) {
	g := &repeated{Item: k, message: m, count: 1, first: now, last: now}
	d.known[m] = g
	d.order = append(d.order, g)
	d.bytes += k.Size()
	d.arm()
}

// makeRoom removes the oldest messages if there is no room for another one.
func (d *Dedup) makeRoom(size int) (excess []*repeated) {
	if len(d.order) < d.maxMessages && d.bytes+size <= defaultMaxBytes {
		return nil
	}
	third, bytes, n := (d.maxMessages+2)/3, d.bytes, 0
	for _, g := range d.order {
		if n >= third && bytes+size <= defaultMaxBytes {
			break
		}
		bytes -= g.Size()
		n++
	}
	return d.take(func(*repeated) bool { n--; return n >= 0 })
}

// take removes the messages for which fn returns true. fn is called in order, oldest
// message first.
func (d *Dedup) take(fn func(*repeated) bool) (taken []*repeated) {
	var rest []*repeated
	for _, g := range d.order {
		if !fn(g) {
			rest = append(rest, g)
			continue
		}
		taken = append(taken, g)
		delete(d.known, g.message)
		d.bytes -= g.Size()
	}
	d.order = rest
	d.out += len(taken)
	return taken
}

// takeAll removes all messages, and stops the timer.
func (d *Dedup) takeAll() []*repeated {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopTimer()
	return d.take(func(*repeated) bool { return true })
}

// deadline returns the time at which a message is handed over.
func (d *Dedup) deadline(g *repeated) time.Time {
	quiet, full := g.last.Add(d.quiet), g.first.Add(d.maxHold)
	if full.Before(quiet) {
		return full
	}
	return quiet
}

// arm starts the timer for the message with the earliest deadline, unless it runs: the
// deadline of a later message is never earlier.
func (d *Dedup) arm() {
	if d.quiet == 0 || d.closed || d.timer != nil || len(d.order) == 0 || clock.InBubble() != d.bubbled {
		return
	}
	next := d.deadline(d.order[0])
	for _, g := range d.order[1:] {
		if due := d.deadline(g); due.Before(next) {
			next = due
		}
	}
	ticked := make(chan struct{})
	d.ticked = ticked
	d.timer = time.AfterFunc(time.Until(next), func() {
		defer close(ticked)
		d.tick()
	})
}

// stopTimer stops the timer, unless its function has begun.
func (d *Dedup) stopTimer() {
	if d.timer != nil && d.timer.Stop() {
		d.timer = nil
	}
}

// endTimer stops the timer. If its function has begun, endTimer waits for it, until the
// context ends, and for that of the timer that it has started, if that has begun, too.
func (d *Dedup) endTimer(ctx context.Context) {
	for {
		d.mu.Lock()
		d.stopTimer()
		running, ticked := d.timer != nil, d.ticked
		d.mu.Unlock()
		if !running {
			return
		}
		select {
		case <-ticked:
		case <-ctx.Done():
			return
		}
	}
}

// tick hands over the messages whose deadline has passed. The timer counts as running
// until tick returns, so there is only one at a time.
func (d *Dedup) tick() {
	now := time.Now()
	d.mu.Lock()
	due := d.take(func(g *repeated) bool { return !d.deadline(g).After(now) })
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.timer = nil
		d.arm()
	}()
	d.offer(due)
}

// offer hands messages over. A failure goes to the error flag.
func (d *Dedup) offer(gs []*repeated) {
	if len(gs) > 0 {
		rs := d.records(gs)
		left, _ := hold.Offer(d.inner, rs, logbook.ReasonGroup, rs[0])
		d.finish(len(gs), len(gs)-left, left)
	}
}

// finish counts messages that were taken and then handled or dropped, and records that
// were not held.
func (d *Dedup) finish(taken, handled, dropped int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.out -= taken
	d.stats.Handled += uint64(handled)
	d.stats.Dropped += uint64(dropped)
}

// records makes the records to hand over.
func (d *Dedup) records(gs []*repeated) []*logbook.Record {
	rs := make([]*logbook.Record, len(gs))
	for i, g := range gs {
		rs[i] = g.Record.Clone()
		rs[i].SetMessage(strings.NewReplacer("{count}", strconv.Itoa(g.count), "{message}", g.message.text).Replace(d.format))
		g.Release()
	}
	return rs
}

// Stats returns the counts so far. A held message is one record; its repetitions are
// suppressed.
func (d *Dedup) Stats() logbook.Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	stats := d.stats
	stats.Held = len(d.order) + d.out
	return stats
}

// Unbound hands over the held messages. A failure goes to the error flag.
func (d *Dedup) Unbound() {
	d.offer(d.takeAll())
	d.inner.Unbound()
}

// Flush hands over the held messages, waits for a handover by the timer, and flushes the
// inner handler. Messages that are left unsent are counted by a [*logbook.UnsentError],
// and not handed over again. If the context has ended, the messages are kept.
func (d *Dedup) Flush(ctx context.Context) error {
	d.endTimer(ctx)
	err := unlessEnded(ctx, d.len(), d.handOver)
	d.endTimer(ctx) // which a call may have started meanwhile
	d.mu.Lock()
	d.arm() // for messages that were kept
	d.mu.Unlock()
	return errors.Join(err, d.inner.Flush(ctx))
}

// Close is like Flush, and then closes the inner handler. If the context has ended, held
// messages are dropped, and counted by the error.
func (d *Dedup) Close(ctx context.Context) error {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.endTimer(ctx)
	err := unlessEnded(ctx, d.len(), d.handOver)
	rest := d.takeAll()
	for _, g := range rest {
		g.Release()
	}
	d.finish(len(rest), 0, len(rest))
	return errors.Join(err, d.inner.Close(ctx))
}

func (d *Dedup) len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.order)
}

func (d *Dedup) handOver() error {
	gs := d.takeAll()
	if len(gs) == 0 {
		return nil
	}
	left, err := hold.HandOver(d.inner.Handler, d.records(gs), logbook.ReasonGroup)
	d.finish(len(gs), len(gs)-left, left)
	return err
}
