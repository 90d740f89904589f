package database

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

// continuousLog is the channel of all continuous loggers.
var continuousLog = logbook.New("database.continuous")

// cursorName is that of the cursor of the points that are not stored yet.
const cursorName = "database"

// ContinuousLogger stores points, which are values with a time and a code name, in a table,
// and goes on while the database cannot be reached.
//
// Points wait in memory for a moment, then in a spool on the disk, until they are in the
// database. A point is acknowledged when it is on the disk: when Flush returns, or Enqueue
// with SyncEach. Acknowledged points survive the end of the program; the next logger with
// the directory stores them. Each is stored once, in the order of Enqueue, although a
// transaction may be repeated: the number of the last point is part of it (see
// [EntriesOptions]).
//
// A point that the database refuses, because of its value, is set aside in the spool and
// reported; the others are stored. While the database fails otherwise, the logger tries
// again after 100 ms, then 200 ms, and so on up to 5 s, for ever. A point that was set aside
// and is requeued may be stored twice if the program ends at that moment; and if it ends at
// the moment of a commit, the points that were refused in that transaction are lost.
//
// It logs on channel "database.continuous": that storing fails, and when it works again, as
// well as points that are dropped or set aside. It is safe for concurrent use.
type ContinuousLogger struct {
	o        ContinuousOptions
	table    *table
	names    map[string]bool
	instance string
	log      *spool.Log
	cursor   *spool.Cursor

	cond  flow.Cond // guards the following fields
	state struct {
		body    []byte // of the next entry
		count   int    // points in it
		last    uint64 // the number of the last point
		written uint64 // the last one that is on the disk, or was lost
		waiting int    // calls that wait for the disk
		closed  bool
		failure error  // of the last attempt to write
		failed  uint64 // the last point of it
	}
	spare    []byte    // memory for body; of the writer
	reported time.Time // when the writer has last reported lost points

	writing, reading       context.Context // ended by Stop
	stopWriting, stopReads context.CancelFunc
	writer, reader         sync.WaitGroup
	progress               flow.Cond // changes when the reader has done something
	failures               uint64    // attempts to store that failed; guarded by progress
	failure                error     // of the last attempt, nil after a success
	hurry                  context.Context
	hurryUp                context.CancelFunc
	pause                  flow.Pause

	handled, dropped, setAside, lost atomic.Uint64
	stopping                         sync.Mutex
	stopped                          bool
}

// StartupError is the error of [NewContinuousLogger] if the database, the table or a code name
// is missing.
type StartupError struct {
	Codename string // the code name in question; "" if it is not about one
	Err      error
}

// Error returns the cause.
func (e *StartupError) Error() string { return "database: continuous logger: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *StartupError) Unwrap() error { return e.Err }

// NewContinuousLogger starts a logger of points with the given code names, by way of a spool in
// a directory, which is made if it is missing. The database must have the table and the code
// names, or the error is a [*StartupError]; while it cannot be reached, the options say how
// long to try. Another logger that uses the directory is a [*spool.InUseError].
func NewContinuousLogger(ctx context.Context, store Store, layout *Layout, dir string, codenames []string, o *ContinuousOptions) (*ContinuousLogger, error) {
	options, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	filled, err := layout.WithDefaults()
	if err != nil {
		return nil, err
	}
	l := &ContinuousLogger{o: options, names: make(map[string]bool), instance: rand.Text(),
		pause: flow.Pause{First: 100 * time.Millisecond, Max: 5 * time.Second, Jitter: flow.DefaultJitter}}
	for _, c := range codenames {
		if err := checkText(c); err != nil || c == "" || len(c) > maxPointText/2 {
			return nil, argumentError("NewContinuousLogger", "codenames", fmt.Errorf("invalid code name %.70q", c))
		}
		l.names[c] = true
	}
	l.table = newTable(store, filled, codenames)
	if err := l.start(ctx, codenames); err != nil {
		return nil, err
	}
	l.log, err = spool.Open(dir, &spool.Options{MaxBytes: options.MaxBytes, DropOldest: options.Overflow == queues.DropOldest, OnError: func(err error) {
		continuousLog.Error("{error}", "error", err.Error())
	}})
	if err != nil {
		return nil, err
	}
	if l.cursor, err = l.log.Cursor(cursorName, nil); err != nil {
		return nil, errors.Join(err, l.log.Close(context.WithoutCancel(ctx)))
	}
	l.cursor.Rewind()
	l.state.body = append(l.state.body, bodyVersion)
	l.spare = []byte{bodyVersion}
	l.writing, l.stopWriting = flow.NewContext()
	l.reading, l.stopReads = flow.NewContext()
	l.hurry, l.hurryUp = flow.NewContext()
	l.writer.Go(l.write)
	l.reader.Go(l.read)
	return l, nil
}

// start checks the table and the code names, and waits for the database.
func (l *ContinuousLogger) start(ctx context.Context, codenames []string) error {
	limited, cancel := context.WithTimeout(ctx, l.o.StartTimeout)
	defer cancel()
	pause := flow.Pause{First: l.o.StartPause, Max: l.o.StartPause}
	for {
		err := l.table.check(limited, codenames)
		if err == nil {
			return nil
		}
		var failed interface{ Temporary() bool }
		if !errors.As(err, &failed) || !failed.Temporary() {
			s := &StartupError{Err: err}
			if c := (*CodenameError)(nil); errors.As(err, &c) {
				s.Codename = c.Codename
			}
			return s
		}
		if l.o.StartAnyway {
			continuousLog.WarnContext(ctx, "starting without the database: {error}", "error", err.Error())
			return nil
		}
		continuousLog.WarnContext(ctx, "waiting for the database: {error}", "error", err.Error())
		pause.Wait(limited)
		if limited.Err() != nil {
			if ctx.Err() != nil {
				err = errors.Join(ctx.Err(), err)
			}
			return &StartupError{Err: err}
		}
	}
}

// EnqueueNow is Enqueue with the time of the call, which it returns.
func (l *ContinuousLogger) EnqueueNow(ctx context.Context, codename string, value any) (time.Time, error) {
	now := time.Now().Round(0).Truncate(time.Microsecond)
	return now, l.Enqueue(ctx, codename, now, value)
}

// Enqueue takes a point: a number, bool, string or nil, with its time, of which microseconds
// are kept. It waits only for room, if the overflow policy says so, and with SyncEach for the
// disk. The error is a [*CodenameError], [ErrData], that of the context, [*spool.FullError] for a
// point that was dropped with [queues.DropNewest], or [logbook.ErrClosed].
func (l *ContinuousLogger) Enqueue(ctx context.Context, codename string, at time.Time, value any) error {
	if !l.names[codename] {
		return &CodenameError{codename, errUnknown}
	}
	v, err := checkPoint(codename, at, value)
	if err != nil {
		return fmt.Errorf("database: continuous logger: %q: %w: %w", codename, ErrData, err)
	}
	var number uint64
	var closed, added bool
	add := func() {
		s := &l.state
		closed = s.closed
		if added = !closed && l.room(); added {
			s.body = appendPoint(s.body, codename, at, v)
			s.count++
			s.last++
			number = s.last
		}
	}
	for {
		l.cond.Change(add)
		switch {
		case closed:
			return logbook.ErrClosed
		case added && l.o.SyncEach:
			return l.synced(ctx, number)
		case added:
			return nil
		case l.o.Overflow == queues.DropNewest:
			l.drop(1)
			return &spool.FullError{Dir: l.log.Dir(), Limit: l.o.MaxBytes}
		case !l.cond.Wait(ctx, func() bool { return l.state.closed || l.room() }):
			return ctx.Err()
		}
	}
}

// room reports whether there is room for a point in memory.
func (l *ContinuousLogger) room() bool {
	return l.state.count < l.o.MaxHeld && len(l.state.body) < maxBody
}

// maxBody bounds the memory of points beside their number, since they may be texts.
const maxBody = 4 << 20

// Flush returns when all points that were enqueued before are on the disk.
func (l *ContinuousLogger) Flush(ctx context.Context) error {
	var last uint64
	l.cond.Look(func() { last = l.state.last })
	return l.synced(ctx, last)
}

// synced waits until a point is on the disk.
func (l *ContinuousLogger) synced(ctx context.Context, number uint64) (err error) {
	l.cond.Change(func() { l.state.waiting++ })
	if !l.cond.Wait(ctx, func() bool { return l.state.written >= number }) {
		err = ctx.Err()
	}
	l.cond.Change(func() {
		l.state.waiting--
		if err == nil && l.state.failed >= number {
			err = l.state.failure
		}
	})
	return err
}

// Stop ends the logger. It stores what is left until all is stored, an attempt fails, or the
// context ends. What is not stored then stays in the spool, for the next logger; it is
// reported by a [*queues.SpooledError].
func (l *ContinuousLogger) Stop(ctx context.Context) error {
	l.stopping.Lock()
	defer l.stopping.Unlock()
	if l.stopped {
		return nil
	}
	l.stopped = true
	l.cond.Change(func() { l.state.closed = true })
	stop := context.AfterFunc(ctx, l.stopWriting)
	l.writer.Wait()
	stop()
	l.stopWriting()
	err := l.drain(ctx)
	l.stopReads()
	l.hurryUp()
	l.reader.Wait()
	return errors.Join(err, l.log.Close(context.WithoutCancel(ctx)))
}

// drain waits until everything is stored, an attempt fails, or the context ends.
func (l *ContinuousLogger) drain(ctx context.Context) error {
	var failures uint64
	l.progress.Look(func() { failures = l.failures })
	l.hurryUp()
	var cause error
	if !l.progress.Wait(ctx, func() bool {
		cause = nil
		if l.failures != failures {
			cause = l.failure
		}
		return cause != nil || l.cursor.State().Entries == 0
	}) {
		cause = ctx.Err()
	}
	left := l.cursor.State()
	if left.Entries == 0 {
		return nil
	}
	return fmt.Errorf("%w (%s)", &queues.SpooledError{Records: int(max(left.Records, left.Entries)), Err: cause}, l.log.Dir())
}

// drop counts points that are lost.
func (l *ContinuousLogger) drop(n int) {
	l.dropped.Add(uint64(n))
	l.lost.Add(uint64(n))
}

// Stats returns the counts so far: Handled are the points that the database has, Dropped those
// for which there was no room, or which were damaged on the disk, and Held those that wait in
// memory and on the disk. The counters are those of [queues.SpoolReader].
func (l *ContinuousLogger) Stats() logbook.Stats {
	state := l.cursor.State()
	held := int(max(state.Records, state.Entries))
	l.cond.Look(func() { held += int(l.state.last - l.state.written) })
	var failures uint64
	l.progress.Look(func() { failures = l.failures })
	age := time.Duration(0)
	if !state.Oldest.IsZero() {
		age = max(0, time.Since(state.Oldest))
	}
	return logbook.Stats{
		Handled: l.handled.Load(), Dropped: l.dropped.Load() + state.Damaged + state.Dropped, Held: held,
		Counters: []logbook.Counter{
			{Name: "failed_attempts", Value: failures},
			{Name: "set_aside", Value: l.setAside.Load()},
			{Name: "set_aside_entries", Value: uint64(state.SetAside)},
			{Name: "oldest_seconds", Value: uint64(age / time.Second)},
		},
	}
}
