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

// DedupOptions configure [NewDedup]. nil is the default: hand over when unbound.
// Level, filter and bubble are those of the handler inside.
type DedupOptions struct {
	// Quiet is how long a message must not have come for it to be handed over.
	// 0 or less: messages are held until the handler is unbound, flushed or closed.
	Quiet time.Duration

	// MaxHold is how long a message is held that keeps coming. 0 or less: ten
	// times Quiet.
	MaxHold time.Duration

	// MaxMessages is how many different messages are held. If there are more, the
	// oldest third is handed over. 0 or less: 1000.
	MaxMessages int

	// Format is the message of what is handed over, with {count} and {message}.
	// "": "message repeated {count} times: {message}".
	Format string
}

// Dedup collects records, and hands over one for all that have the same level,
// channel and message: the first of them, with the message "message repeated 3
// times: ..." also where it came only once. It does so when it is unbound, flushed or
// closed, in the order in which the messages first came, and together, with
// [logbook.ReasonGroup].
//
// With [DedupOptions].Quiet it also hands over each message by itself, once it has
// not come for that time. Other messages do not end the wait. That is done on a
// goroutine of a timer, which runs only while messages are held, and which Close
// waits for.
//
// What it holds is bounded in number, and to 4 MiB of text; what is too much is
// handed over early, so nothing is lost. Level, filter and bubble are those of the
// handler inside. It is safe for concurrent use, and holds no lock while it hands
// over. After Close it hands records on as they come: the handler inside, which is closed
// too, decides whether to refuse them.
type Dedup struct {
	inner          logbook.Wrapper
	quiet, maxHold time.Duration
	maxMessages    int
	format         string

	mu      sync.Mutex
	known   map[message]*repeated
	order   []*repeated // as the messages first came
	bytes   int
	timer   *time.Timer   // nil: not running
	bubbled bool          // it was made within a bubble; see clock.InBubble
	ticked  chan struct{} // closed when the timer's function ends
	closed  bool
	out     int // messages that are being handed over
	stats   logbook.Stats
}

// message is what records must have in common to be counted together.
type message struct {
	level         logbook.Level
	channel, text string
}

// repeated is a message that is held.
type repeated struct {
	hold.Item   // the first record
	message     message
	count       int
	first, last time.Time
}

// NewDedup returns a handler that collects equal messages before h.
func NewDedup(h logbook.Handler, o *DedupOptions) *Dedup {
	if o == nil {
		o = new(DedupOptions)
	}
	d := &Dedup{
		inner: logbook.Wrapper{Handler: given(h)},
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

// Unwrap returns the handler inside.
func (d *Dedup) Unwrap() logbook.Handler { return d.inner.Handler }

// Handle counts the record.
func (d *Dedup) Handle(r *logbook.Record) error {
	excess, open := d.note(r, d.now())
	if !open {
		d.settle(0, 1, 0)
		return d.inner.Handle(r)
	}
	d.offer(excess)
	return nil
}

// HandleBatch counts the records, as having come at the same time: with
// [DedupOptions].Quiet those that do not come again are handed over together.
func (d *Dedup) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	now := d.now()
	var excess []*repeated
	for i, r := range rs {
		more, open := d.note(r, now)
		if !open {
			d.offer(excess)
			left, err := handOver(d.inner.Handler, rs[i:], why)
			d.settle(0, len(rs)-i-left, 0)
			return err
		}
		excess = append(excess, more...)
	}
	d.offer(excess)
	return nil
}

// now is the time, where that matters.
func (d *Dedup) now() (now time.Time) {
	if d.quiet > 0 {
		now = time.Now()
	}
	return now
}

// note counts a record, unless the Dedup is closed. What has to make room for it is
// to be handed over.
func (d *Dedup) note(r *logbook.Record, now time.Time) (excess []*repeated, open bool) {
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
	if d.closed || d.count(m, now) { // by now
		k.Release()
		return nil, !d.closed
	}
	excess = d.makeRoom(k.Size())
	d.add(m, k, now)
	return excess, true
}

// count notes that a message came, and reports whether it was there before.
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

// add adds a message that is new.
func (d *Dedup) add(m message, k hold.Item, now time.Time) {
	g := &repeated{Item: k, message: m, count: 1, first: now, last: now}
	d.known[m] = g
	d.order = append(d.order, g)
	d.bytes += k.Size()
	d.arm()
}

// makeRoom removes the oldest messages if there is no room for one more.
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

// take removes the messages that fn chooses, which is asked the oldest one first.
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

// takeAll removes all messages, and stops the timer, which has nothing more to do.
func (d *Dedup) takeAll() []*repeated {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopTimer()
	return d.take(func(*repeated) bool { return true })
}

// due returns when a message is to be handed over.
func (d *Dedup) due(g *repeated) time.Time {
	quiet, full := g.last.Add(d.quiet), g.first.Add(d.maxHold)
	if full.Before(quiet) {
		return full
	}
	return quiet
}

// arm starts the timer for the message that is due next, unless it runs. That of a
// message which comes later is never earlier.
func (d *Dedup) arm() {
	if d.quiet == 0 || d.closed || d.timer != nil || len(d.order) == 0 || clock.InBubble() != d.bubbled {
		return
	}
	next := d.due(d.order[0])
	for _, g := range d.order[1:] {
		if due := d.due(g); due.Before(next) {
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

// endTimer stops the timer, and waits for its function if that has begun, until the
// context ends.
func (d *Dedup) endTimer(ctx context.Context) {
	d.mu.Lock()
	d.stopTimer()
	running, ticked := d.timer != nil, d.ticked
	d.mu.Unlock()
	if running {
		select {
		case <-ticked:
		case <-ctx.Done():
		}
	}
}

// tick hands over the messages that are due. The timer counts as running until
// the end, so there is one of it at a time.
func (d *Dedup) tick() {
	now := time.Now()
	d.mu.Lock()
	due := d.take(func(g *repeated) bool { return !d.due(g).After(now) })
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
		left := offer(d.inner, rs, logbook.ReasonGroup, rs[0]).left
		d.settle(len(gs), len(gs)-left, left)
	}
}

// settle counts what became of messages that were taken, and of records that were not
// held.
func (d *Dedup) settle(taken, handled, dropped int) {
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

// Stats returns what happened so far. A message that is held is one record; those that
// repeat it are suppressed.
func (d *Dedup) Stats() logbook.Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	stats := d.stats
	stats.Held = len(d.order) + d.out
	return stats
}

// Unbound hands over what is held. A failure goes to the error flag.
func (d *Dedup) Unbound() {
	d.offer(d.takeAll())
	d.inner.Unbound()
}

// Flush hands over what is held, waits for what the timer is handing over, and flushes
// the handler inside. Messages that are left unsent are counted by a
// [*logbook.UnsentError], and not handed over a second time. If the context has ended,
// the messages are kept.
func (d *Dedup) Flush(ctx context.Context) error {
	d.endTimer(ctx)
	err := unlessEnded(ctx, d.len(), d.handOver)
	d.mu.Lock()
	d.arm() // for what was kept
	d.mu.Unlock()
	return errors.Join(err, d.inner.Flush(ctx))
}

// Close is Flush, for good, and closes the handler inside. If the context has ended,
// what is held is given up, and counted by the error.
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
	d.settle(len(rest), 0, len(rest))
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
	left, err := handOver(d.inner.Handler, d.records(gs), logbook.ReasonGroup)
	d.settle(len(gs), len(gs)-left, left)
	return err
}
