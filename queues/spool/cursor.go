package spool

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/crash"
	"github.com/logbook-go/logbook/logbook"
)

// Cursor is a place in a log that survives restarts: up to which entry all are done. It is
// safe for concurrent use, but calls of Read wait for each other.
type Cursor struct {
	log  *Log
	name string
	wake chan struct{} // has an element when there may be something to read

	reading sync.Mutex // held by Read
	r       reader
	checked time.Time // when Read last looked for requeued entries

	// The log's mu guards the rest.
	opened   bool
	maxBytes int64

	acked        uint64 // all entries up to it are done
	ackedRecords uint64 // records up to it
	readTo       uint64 // the last entry that Read has returned or passed
	floor        uint64 // entries up to it have been dropped
	floorRecords uint64
	marks        []mark // of the entries that Read has returned and that are not done
	done         map[uint64]struct{}
	rewound      bool
	place        place // where acked is, if known

	look     bool       // entries were requeued
	requeued []deadFile // to be returned again
	returned []deadFile // of them, returned and not done

	handled, damaged, dropped, setAside, again uint64
	damagedTo                                  uint64 // damage up to this entry has been counted
	deadBytes                                  int64
	deadFiles                                  int

	dirty    bool   // the position on disk is older
	onDisk   uint64 // acked, on disk
	sequence uint64 // of the last position written
}

// mark is an entry that Read has returned.
type mark struct {
	number  uint64
	records uint64 // up to and with it
	time    int64  // when it was received
	end     place
}

// place is a place in a segment.
type place struct {
	seg *segment
	off int64
}

// Cursor opens a cursor. One that exists goes on behind the last entry that was
// acknowledged; a new one begins at the oldest entry there is, or at the end. Until it is
// removed, a cursor keeps entries in the log, also while nobody has opened it. A name has 1
// to 64 letters, digits, dots, hyphens and underscores, and begins with a letter or digit.
// Each cursor can be opened once. Nil options have the defaults.
func (l *Log) Cursor(name string, o *CursorOptions) (*Cursor, error) {
	options, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := l.writable("open a cursor of"); err != nil {
		return nil, err
	}
	l.mu.Lock()
	c := l.cursors[name]
	opened := c != nil && c.opened
	if c != nil {
		c.opened = true
	}
	l.mu.Unlock()
	switch {
	case opened:
		return nil, fmt.Errorf("spool: cursor %s of %s is open already", name, l.dir)
	case c == nil:
		if c, err = l.newCursor(name, options.FromEnd); err != nil {
			return nil, wrapped("make a cursor of", l.dir, err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c.maxBytes = options.MaxBytes
	c.enforceLimit()
	return c, nil
}

// newCursor makes a cursor, with its file.
func (l *Log) newCursor(name string, fromEnd bool) (*Cursor, error) {
	c := makeCursor(l, name)
	c.opened = true
	l.mu.Lock()
	switch {
	case fromEnd:
		c.acked, c.ackedRecords = l.last, l.records
	case len(l.segments) > 0:
		c.acked, c.ackedRecords = l.segments[0].first-1, l.segments[0].firstRecord-1
	}
	c.readTo, c.damagedTo = c.acked, c.acked
	l.cursors[name] = c // entries are kept for it from now on
	l.mu.Unlock()
	err := l.writePosition(c)
	if err == nil {
		err = l.syncDir()
	}
	if err != nil {
		l.mu.Lock()
		delete(l.cursors, name)
		l.mu.Unlock()
		return nil, err
	}
	return c, nil
}

func makeCursor(l *Log, name string) *Cursor {
	c := &Cursor{log: l, name: name, wake: make(chan struct{}, 1), done: make(map[uint64]struct{}), rewound: true}
	c.r = reader{l: l, lost: c.lost}
	return c
}

// checkName returns an error for an invalid name of a cursor.
func checkName(name string) error {
	for i := range len(name) {
		switch b := name[i]; {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9':
		case i > 0 && (b == '.' || b == '-' || b == '_'):
		default:
			return nameError(name)
		}
	}
	if len(name) == 0 || len(name) > 64 {
		return nameError(name)
	}
	return nil
}

func nameError(name string) error {
	return fmt.Errorf("spool: invalid name %.70q of a cursor: want 1 to 64 letters, digits, '.', '-' and '_', and a letter or digit first", name)
}

// Name returns the name of the cursor.
func (c *Cursor) Name() string { return c.name }

// wakeUp makes Read look again.
func (c *Cursor) wakeUp() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// DefaultReadBytes is the limit of Read if none is given.
const DefaultReadBytes = 1 << 20

// requeueInterval is how often Read looks for entries that were requeued, perhaps by
// another process.
const requeueInterval = 5 * time.Second

// Read returns the next entries, and waits until there is one. It returns as many as have
// at most maxRecords records and maxBytes bytes of bodies, but at least one; 0 stands for no
// limit and for [DefaultReadBytes]. The entries belong to the caller, who must not change
// their bodies, which share memory. Read does not change the position: see Ack.
//
// Entries that are damaged, missing or dropped are passed, and counted once. Entries that
// were requeued come first, in a batch of their own, with their old numbers. The error is
// one of ctx, [logbook.ErrClosed], or one of the disk, after which Read may be called again.
func (c *Cursor) Read(ctx context.Context, maxRecords, maxBytes int) ([]*Entry, error) {
	maxBytes = cmp.Or(maxBytes, DefaultReadBytes)
	c.reading.Lock()
	defer c.reading.Unlock()
	var timer *time.Timer
	for {
		if err := c.log.writable("read"); err != nil {
			c.r.close()
			return nil, err
		}
		if err := ended(ctx); err != nil {
			return nil, err
		}
		c.lookForRequeued()
		if entries, err := c.readRequeued(maxRecords, maxBytes); err != nil || len(entries) > 0 {
			return entries, err
		}
		if entries, err := c.readNext(maxRecords, maxBytes); err != nil || len(entries) > 0 {
			return entries, err
		}
		if timer == nil {
			timer = time.NewTimer(requeueInterval)
			defer timer.Stop()
		}
		select {
		case <-c.wake:
		case <-timer.C:
			timer.Reset(requeueInterval)
		case <-ctx.Done():
		case <-c.log.ctx.Done():
		}
	}
}

// readNext returns the next entries of the log, if there are any now.
func (c *Cursor) readNext(maxRecords, maxBytes int) ([]*Entry, error) {
	l := c.log
	l.mu.Lock()
	last, someDone := l.last, len(c.done) > 0
	if c.rewound || c.r.next <= c.floor {
		c.rewound = false
		c.readTo = max(c.acked, c.floor)
		c.r.seek(c.readTo + 1)
	}
	l.mu.Unlock()

	var entries []*Entry
	var slab []Entry
	var marks []mark
	records, size := 0, 0
	var failure error
	for {
		found, err := c.r.peek(last)
		if !found {
			failure = err
			break
		}
		if someDone && c.isDone(c.r.h.number) {
			c.r.next++
			c.r.skip()
			continue
		}
		records += int(c.r.h.records)
		size += c.r.h.length
		if len(entries) > 0 && (maxRecords > 0 && records > maxRecords || size > maxBytes) {
			break
		}
		if len(slab) == cap(slab) {
			slab = make([]Entry, 0, min(max(4, 2*cap(slab)), 256))
		}
		slab = slab[:len(slab)+1]
		e := &slab[len(slab)-1]
		c.r.take(e)
		entries = append(entries, e)
		marks = append(marks, mark{e.Number, c.r.record, c.r.h.time, place{c.r.seg, c.r.off}})
	}

	l.mu.Lock()
	defer l.mu.Unlock()
	if c.rewound {
		return nil, failure // Rewind was called meanwhile: these come again
	}
	c.marks = append(c.marks, marks...)
	c.readTo = c.r.next - 1
	c.settle(c.r.record, place{c.r.seg, c.r.off})
	if len(entries) > 0 {
		return entries, nil // the failure will come again
	}
	if failure != nil {
		return nil, wrapped("read", l.dir, failure)
	}
	return nil, nil
}

// isDone reports whether an entry was set aside.
func (c *Cursor) isDone(number uint64) bool {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	_, done := c.done[number]
	return done
}

// lost counts entries that the reader has passed.
func (c *Cursor) lost(first, last uint64) {
	l := c.log
	l.mu.Lock()
	first = max(first, c.floor+1, c.damagedTo+1)
	if first > last {
		l.mu.Unlock()
		return
	}
	c.damaged += last - first + 1
	c.damagedTo = last
	c.changed()
	l.mu.Unlock()
	l.report(fmt.Errorf("cursor %s: %w", c.name, &DamageError{Dir: l.dir, First: first, Last: last}))
}

// settle advances the position if all entries that were returned are done. The caller holds
// mu; records and at are those of readTo.
func (c *Cursor) settle(records uint64, at place) {
	if len(c.marks) > 0 {
		return
	}
	if c.floor > c.readTo {
		c.readTo, records, at = c.floor, c.floorRecords, place{}
	}
	c.advance(c.readTo, records, at)
}

// advance makes a number the position. The caller holds mu.
func (c *Cursor) advance(number, records uint64, at place) {
	if number <= c.acked {
		return
	}
	c.acked, c.ackedRecords, c.place = number, max(c.ackedRecords, records), at
	for n := range c.done {
		if n <= number {
			delete(c.done, n)
		}
	}
	c.changed()
}

// changed makes the position be written soon. The caller holds mu.
func (c *Cursor) changed() {
	c.dirty = true
	c.log.wakeRunner()
}

// Ack says that all entries up to a number are done, of those that Read has returned. The
// position is written to the disk within a fraction of a second, and by [Log.Close], so
// after a crash entries may come again. Ack does not wait.
func (c *Cursor) Ack(number uint64) {
	crash.Point("ack")
	l := c.log
	l.mu.Lock()
	defer l.mu.Unlock()
	c.ackRequeued(number)
	handled := c.ackedRecords
	c.ackMarks(number)
	c.handled += c.ackedRecords - handled
}

// ackMarks advances the position to a number, and over entries that were set aside. The
// caller holds mu.
func (c *Cursor) ackMarks(number uint64) {
	n := 0
	for n < len(c.marks) {
		if _, done := c.done[c.marks[n].number]; !done && c.marks[n].number > number {
			break
		}
		n++
	}
	if n == 0 {
		return
	}
	m := c.marks[n-1]
	c.marks = append(c.marks[:0], c.marks[n:]...)
	c.advance(m.number, m.records, m.end)
	c.settle(m.records, m.end)
}

// Rewind makes the next Read begin behind the last entry that was acknowledged. Entries that
// have been dropped since they were read do not come again, and are counted then.
func (c *Cursor) Rewind() {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	if c.floor > c.acked {
		c.dropped += min(c.floor, c.readTo) - min(c.acked, c.readTo)
		c.advance(c.floor, c.floorRecords, place{})
	}
	c.marks = c.marks[:0]
	c.readTo = c.acked
	c.rewound = true
	c.requeued = append(c.returned, c.requeued...)
	c.returned = nil
	c.wakeUp()
}

// drop makes the entries before a segment unavailable to this cursor. Those that Read has
// returned are not counted: they may still be acknowledged. The caller holds mu.
func (c *Cursor) drop(before *segment) {
	to := before.first - 1
	if to <= c.floor || to <= c.acked {
		return
	}
	if from := max(c.acked, c.readTo, c.floor); to > from {
		c.dropped += to - from
	}
	c.floor, c.floorRecords = to, before.firstRecord-1
	c.settle(0, place{})
	c.changed()
	c.wakeUp()
}

// enforceLimit drops the oldest entries if the cursor lags too far behind. The caller holds
// mu.
func (c *Cursor) enforceLimit() {
	if c.maxBytes == 0 || !c.opened {
		return
	}
	l := c.log
	before := c.dropped
	for c.lag() > c.maxBytes {
		s := l.following(l.segmentOf(max(c.acked, c.floor) + 1))
		if s == nil {
			break
		}
		c.drop(s)
	}
	if n := c.dropped - before; n > 0 {
		l.report(fmt.Errorf("spool: cursor %s of %s lags too far behind: %d entries are dropped for it", c.name, l.dir, n))
	}
}

// lag returns the bytes behind the position, in whole segments where the place is not
// known. The caller holds mu.
func (c *Cursor) lag() int64 {
	l := c.log
	done := max(c.acked, c.floor)
	if done >= l.last {
		return 0
	}
	s := l.segmentOf(done + 1)
	var n int64
	for _, other := range l.segments {
		if s != nil && other.first >= s.first {
			n += other.end
		}
	}
	if c.place.seg == s {
		n -= c.place.off
	}
	return n
}

// CursorState is how far a cursor is.
type CursorState struct {
	Name    string
	Acked   uint64 // all entries up to this number are done
	Entries uint64 // behind that
	Records uint64 // in these entries
	Bytes   int64  // of these entries; up to a segment more if nothing was read yet

	// Oldest is when the oldest of these entries was received, if it has been read.
	Oldest time.Time

	Damaged  uint64 // entries that could not be read, since the cursor exists
	Dropped  uint64 // entries that were dropped, since the cursor exists
	SetAside int    // entries that are set aside now
}

// State returns how far the cursor is.
func (c *Cursor) State() CursorState {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	return c.state()
}

func (c *Cursor) state() CursorState {
	l := c.log
	done := max(c.acked, c.floor)
	s := CursorState{
		Name: c.name, Acked: c.acked, Entries: l.last - min(l.last, done), Bytes: c.lag(),
		Damaged: c.damaged, Dropped: c.dropped, SetAside: c.deadFiles,
	}
	if s.Entries > 0 {
		s.Records = l.records - min(l.records, max(c.ackedRecords, c.floorRecords))
	}
	if len(c.marks) > 0 {
		s.Oldest = time.Unix(0, c.marks[0].time)
	}
	return s
}

// Cursors returns the states of all cursors, open or not, by name.
func (l *Log) Cursors() []CursorState {
	l.mu.Lock()
	defer l.mu.Unlock()
	states := make([]CursorState, 0, len(l.cursors))
	for _, c := range l.cursors {
		states = append(states, c.state())
	}
	slices.SortFunc(states, func(a, b CursorState) int { return strings.Compare(a.Name, b.Name) })
	return states
}

// Stats returns counts of records and of entries. Handled are the records that were
// acknowledged since the log was opened, and Dropped the entries that were damaged or
// dropped since the cursor exists.
func (c *Cursor) Stats() logbook.Stats {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	s := c.state()
	var age uint64
	if !s.Oldest.IsZero() {
		age = uint64(max(time.Since(s.Oldest), 0) / time.Second)
	}
	return logbook.Stats{
		Handled: c.handled,
		Dropped: c.damaged + c.dropped,
		Counters: []logbook.Counter{
			{Name: "lag_entries", Value: s.Entries},
			{Name: "lag_records", Value: s.Records},
			{Name: "lag_bytes", Value: uint64(max(s.Bytes, 0))},
			{Name: "lag_seconds", Value: age},
			{Name: "damaged_entries", Value: c.damaged},
			{Name: "dropped_entries", Value: c.dropped},
			{Name: "set_aside_entries", Value: c.setAside},
			{Name: "requeued_entries", Value: c.again},
		},
	}
}
