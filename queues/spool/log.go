package spool

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// Log is an append-only log of entries on disk. It is safe for concurrent use.
type Log struct {
	dir      string
	o        Options
	files    disk.FS
	lock     disk.File // nil: for reading only
	inflight flow.Inflight
	ctx      context.Context // ended by Close
	cancel   context.CancelFunc
	kick     chan struct{}  // wakes the goroutine that writes positions
	running  sync.WaitGroup // that goroutine

	// committing is held by the caller that writes a batch. The order of the locks is
	// committing, freeing, positions, syncing, mu.
	committing sync.Mutex
	syncing    sync.Mutex // held while the newest segment is synced, and to close its file
	freeing    sync.Mutex // held while segments are removed, so that others wait for the room
	positions  sync.Mutex // held while a position is written
	reports    reports
	closing    sync.Mutex
	closed     bool // guarded by closing

	mu       sync.Mutex
	pending  *batch     // collects entries; nil: there are none
	buffers  [][]byte   // for the next batches
	segments []*segment // oldest first
	spares   []spare
	stuck    bool          // the last file that was to be removed is still there
	leaving  int64         // space of files that are being removed
	dead     int64         // space of entries that were set aside
	w        *writer       // for the newest segment; nil: a new one is needed
	last     uint64        // number of the newest entry that can be read
	records  uint64        // up to the newest entry
	synced   uint64        // number of the newest entry that need not be synced any more
	unsynced []*writer     // of sealed segments
	newNames bool          // the directory is not synced
	syncErr  error         // of the last sync that failed
	failures uint64        // of syncs
	returned uint64        // the value of failures when Sync last returned
	full     bool          // the last Append found no room
	room     chan struct{} // closed when there is room again
	cursors  map[string]*Cursor
	counts   counts
}

// counts are the counts of a log since it was opened.
type counts struct {
	entries, records, bytes, batches uint64
	refused, failedAppends           uint64
	syncs, failedSyncs               uint64
	segments, reused                 uint64
	dropped, torn, failedPositions   uint64
}

// Open opens the log in a directory, and makes the directory if it is missing. Nobody else
// may read it (mode 0700). The error is an [InUseError] if the log is open already.
//
// It reads the newest segment whole, which takes some milliseconds, and finds the end of
// what was written before a crash. Nil options have the defaults.
func Open(dir string, o *Options) (*Log, error) {
	options, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	l := newLog(dir, options)
	if err := l.open(); err != nil {
		l.cancel()
		if l.lock != nil {
			_ = l.unlock() // the other error counts
		}
		return nil, wrapped("open", dir, err)
	}
	l.running.Go(l.run)
	return l, nil
}

// OpenReadOnly opens a log for reading while another process may write it: its entries as
// they are now, the states of its cursors, and the entries that they have set aside. It
// takes no lock.
func OpenReadOnly(dir string) (*Log, error) {
	options, err := (*Options)(nil).withDefaults()
	if err != nil {
		return nil, err
	}
	l := newLog(dir, options)
	if err := l.load(); err != nil {
		l.cancel()
		return nil, wrapped("open", dir, err)
	}
	return l, nil
}

func newLog(dir string, o Options) *Log {
	l := &Log{dir: dir, o: o, files: o.files, kick: make(chan struct{}, 1), room: make(chan struct{}), cursors: make(map[string]*Cursor)}
	l.ctx, l.cancel = flow.NewContext()
	l.reports.onError = o.OnError
	return l
}

// wrapped names the directory in an error, unless the error does.
func wrapped(what, dir string, err error) error {
	var inUse *InUseError
	var full *FullError
	if errors.As(err, &inUse) || errors.As(err, &full) {
		return err
	}
	return fmt.Errorf("spool: cannot %s %s: %w", what, dir, err)
}

// Dir returns the directory.
func (l *Log) Dir() string { return l.dir }

// Last returns the number of the newest entry, or 0 if there was none yet.
func (l *Log) Last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func (l *Log) open() error {
	if err := l.makeDir(l.dir); err != nil {
		return err
	}
	path := filepath.Join(l.dir, lockName)
	lock, err := l.files.Open(path, os.O_RDWR|os.O_CREATE, fileMode, false)
	if err != nil {
		return err
	}
	switch err := lock.Lock(false); {
	case errors.Is(err, disk.ErrLocked):
		return errors.Join(&InUseError{Dir: l.dir}, lock.Close())
	case err != nil && !errors.Is(err, errors.ErrUnsupported):
		return errors.Join(err, lock.Close())
	}
	l.lock = lock
	if err := l.load(); err != nil {
		return err
	}
	return l.resume()
}

// makeDir makes a directory and those that it is in, and syncs the names that are new.
func (l *Log) makeDir(dir string) error {
	var parents []string
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := l.files.Lstat(d); err == nil || d == filepath.Dir(d) {
			break
		}
		parents = append(parents, filepath.Dir(d))
	}
	if len(parents) == 0 {
		return nil
	}
	if err := l.files.MkdirAll(dir, dirMode); err != nil {
		return err
	}
	for _, parent := range parents {
		if err := l.files.SyncDir(parent); err != nil {
			return err
		}
	}
	return nil
}

// Close ends all calls, syncs what is not synced yet, and writes the positions of the
// cursors. It waits for calls of Append that have begun, at most until ctx ends; if some are
// still running then, it returns an error, and Close must be called again.
func (l *Log) Close(ctx context.Context) error {
	left := l.inflight.Close(ctx)
	l.cancel()
	l.closing.Lock()
	defer l.closing.Unlock()
	if left > 0 {
		return wrapped("close", l.dir, fmt.Errorf("%d calls are still running: %w", left, context.Cause(ctx)))
	}
	if l.closed {
		return nil
	}
	l.closed = true
	l.running.Wait()
	l.mu.Lock()
	cursors := slices.Collect(maps.Values(l.cursors))
	l.mu.Unlock()
	for _, c := range cursors {
		c.reading.Lock()
		c.r.close()
		c.reading.Unlock()
	}
	if l.lock == nil {
		return nil
	}
	err := l.syncData()
	if !l.checkpoint() {
		err = errors.Join(err, errors.New("not all positions are on disk"))
	}
	if w := l.w; w != nil { // nobody else uses it any more
		if !w.failed {
			_ = w.file.Truncate(w.end) // gives back what was preallocated
		}
		err = errors.Join(err, w.file.Close())
	}
	err = errors.Join(err, l.unlock())
	l.reports.wait(ctx)
	if err != nil {
		return wrapped("close", l.dir, err)
	}
	return nil
}

// unlock releases the lock. Closing the file is not enough: a process that is being started
// by this one has a copy of the descriptor for a moment.
func (l *Log) unlock() error {
	return errors.Join(l.lock.Unlock(), l.lock.Close())
}

// report gives a failure to OnError.
func (l *Log) report(err error) { l.reports.add(err) }

// writable returns why a call that writes is refused, if so.
func (l *Log) writable(op string) error {
	switch {
	case l.lock == nil:
		return wrapped(op, l.dir, ErrReadOnly)
	case l.ctx.Err() != nil:
		return wrapped(op, l.dir, logbook.ErrClosed)
	}
	return nil
}

// positionDelay is how long an acknowledgement may wait for others before the position is
// written.
const positionDelay = 100 * time.Millisecond

// retryDelay is how long the next try waits if a position cannot be written.
const retryDelay = time.Second

// run writes positions and frees segments some time after acknowledgements, and syncs at
// the interval.
func (l *Log) run() {
	var ticks <-chan time.Time
	if l.o.Sync == SyncInterval {
		ticker := time.NewTicker(l.o.SyncInterval)
		defer ticker.Stop()
		ticks = ticker.C
	}
	var due <-chan time.Time // when positions are to be written; nil: there is nothing new
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-ticks:
			if err := l.syncData(); err != nil {
				l.report(err)
			}
		case <-l.kick:
			l.mu.Lock()
			full := l.full
			l.mu.Unlock()
			switch {
			case full:
				due = soon
			case due == nil:
				due = time.After(positionDelay)
			}
		case <-due:
			due = nil
			if !l.checkpoint() {
				due = time.After(retryDelay)
			}
			l.free()
		}
	}
}

// soon is a channel that never blocks.
var soon = func() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}()

// wakeRunner makes the goroutine write positions.
func (l *Log) wakeRunner() {
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

// Stats returns counts of records and of entries. Handled are the records that were
// appended since the log was opened.
func (l *Log) Stats() logbook.Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	var oldest uint64
	if len(l.segments) > 0 {
		oldest = l.segments[0].first
	}
	n := &l.counts
	return logbook.Stats{
		Handled: n.records,
		Counters: []logbook.Counter{
			{Name: "appended_entries", Value: n.entries},
			{Name: "appended_bytes", Value: n.bytes},
			{Name: "writes", Value: n.batches},
			{Name: "refused_appends", Value: n.refused},
			{Name: "failed_appends", Value: n.failedAppends},
			{Name: "syncs", Value: n.syncs},
			{Name: "failed_syncs", Value: n.failedSyncs},
			{Name: "new_segments", Value: n.segments},
			{Name: "reused_segments", Value: n.reused},
			{Name: "dropped_entries", Value: n.dropped},
			{Name: "torn_tails", Value: n.torn},
			{Name: "failed_positions", Value: n.failedPositions},
			{Name: "stored_entries", Value: l.last + 1 - min(max(oldest, 1), l.last+1)},
			{Name: "stored_bytes", Value: uint64(l.used())},
			{Name: "set_aside_bytes", Value: uint64(l.dead)},
		},
	}
}

// used returns the space on the disk. The caller holds mu.
func (l *Log) used() int64 {
	n := l.leaving + l.dead
	for _, s := range l.segments {
		n += s.space
	}
	for _, s := range l.spares {
		n += s.space
	}
	return n
}

// segmentOf returns the segment that holds a number: the oldest one if the number is lower,
// and nil if there is none. The caller holds mu.
func (l *Log) segmentOf(number uint64) *segment {
	if len(l.segments) == 0 {
		return nil
	}
	i := sort.Search(len(l.segments), func(i int) bool { return l.segments[i].first > number })
	return l.segments[max(i, 1)-1]
}
