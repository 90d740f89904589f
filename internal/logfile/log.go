package logfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/linewriter"
	"github.com/logbook-go/logbook/logbook"
)

// retryAfter is the pause after a failure of rotating, reopening or flushing. Meanwhile
// records go to the open file.
const retryAfter = 500 * time.Millisecond

// logFile is an open log file: it is written, rotated, buffered and checked here. It is
// safe for concurrent use.
//
// A system call evicts much of the processor's caches, so the fields that each write
// reads are together: in the first 64 bytes of the struct, and of an openFile.
type logFile struct {
	mu        sync.Mutex
	closed    bool
	mustCheck bool          // check the path before the next write
	failing   bool          // there are failures to report
	lost      atomic.Int64  // lost records, not reported in the file yet
	written   atomic.Uint64 // records
	open      *openFile     // nil: nothing is open
	settings                // begins with the fields that each write reads

	users []*File       // in the order of opening; guarded by openLogs.mu
	owner *File         // the user whose settings are in effect
	ended chan struct{} // closed when the file is, after the last user
	early *openFile     // opened before the first record, which goes there

	counts   counts
	failures []error

	lockFile    disk.File // if shared
	generation  int64     // of the files, when they were last checked
	name        string    // path of the open file
	period      string    // of the file name; "" if not known yet
	checked     time.Time // time of the record for which the path was last checked
	newest      int64     // Unix time of the newest record, for names
	pausedUntil time.Time // end of the pause after a failure
	ages        ageClock
	flushing    delayed
	syncing     delayed
	aging       delayed

	inUse sync.RWMutex // held for reading while a file is synced without mu
	tasks fileTasks
}

// openFile is an open file.
type openFile struct {
	lines  linewriter.Writer
	others int64 // bytes that were in the file before, or that others wrote, as far as we know

	// Records of this second belong here, up to a nanosecond; see writable.
	second int64
	zone   *time.Location
	till   int32
	dirty  bool // written to since the last sync

	file disk.File
	info fs.FileInfo // when it was opened; identifies the file
}

// size returns the size of the file, as far as we know.
func (o *openFile) size() int64 { return o.others + o.lines.Written }

// newLogFile returns a file that is not open yet, with its first user.
func newLogFile(u *File) *logFile {
	f := &logFile{users: []*File{u}, owner: u, ended: make(chan struct{})}
	f.tasks.init(f)
	f.flushing = newDelayed(f.flushAfterInterval)
	f.syncing = newDelayed(f.syncAfterInterval)
	f.aging = newDelayed(f.pruneAfterInterval)
	f.use(u.settings)
	return f
}

// use puts settings into effect, from the next opening on.
func (f *logFile) use(s settings) {
	f.settings, f.name, f.period = s, s.path, ""
	f.watchAge()
}

// prepare is called for each user, with its settings. It opens the lock file of a shared
// log and, unless delay is set, the file, if its name does not depend on a record. If the
// file is open already, it checks whether the path leads to another one.
func (f *logFile) prepare(s settings, delay bool) error {
	defer f.report()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.shared && f.lockFile == nil {
		lock, err := openLockFile(f.settings)
		if err != nil {
			return err
		}
		f.lockFile = lock
	}
	if f.open == nil {
		f.truncate = f.truncate || s.truncate
	}
	return f.exclusively(func() error {
		switch {
		case f.open != nil:
			return f.checkPath(f.checked)
		case f.early != nil || !delay:
			return f.openEarly()
		}
		return nil
	})
}

// put adds the lines of a number of records to the file, or to its buffer.
func (f *logFile) put(lines []byte, records int, at time.Time) error {
	if f.closed {
		return &fs.PathError{Op: "write", Path: f.name, Err: logbook.ErrClosed}
	}
	if f.buffer != nil {
		return f.hold(lines, records, at)
	}
	err := f.commit(lines, at)
	if err == nil {
		f.written.Add(uint64(records))
	}
	return err
}

// commit writes lines to the file of their time.
func (f *logFile) commit(lines []byte, at time.Time) error {
	if f.writable(len(lines), at) {
		return f.append(lines)
	}
	return f.exclusively(func() error {
		if f.open == nil {
			if err := f.start(at); err != nil {
				return err
			}
		}
		if err := f.maintain(int64(len(lines)), at); err != nil {
			return err
		}
		return f.append(lines)
	})
}

// writable reports whether n bytes of a time can be written without further checks. That
// is so for nearly all records, since maintain has checked for another record of the same
// second.
func (f *logFile) writable(n int, at time.Time) bool {
	o := f.open
	return o != nil && (f.watch == 0 || f.inWindow(o, n, at))
}

func (f *logFile) inWindow(o *openFile, n int, at time.Time) bool {
	return at.Unix() == o.second && int32(at.Nanosecond()) < o.till && at.Location() == o.zone &&
		!f.mustCheck && (f.maxSize == 0 || o.size()+int64(n) < f.maxSize)
}

// append writes lines to the open file.
func (f *logFile) append(lines []byte) (err error) {
	f.open.dirty = true
	if err = f.open.lines.Write(lines); err != nil {
		f.mustCheck = true
	}
	return err
}

// dropped counts records that could not be written. A later record reports them in the
// file.
func (f *logFile) dropped(records int) {
	f.counts.dropped.Add(uint64(records))
	if !f.closed {
		f.lost.Add(int64(records))
	}
}

// secure flushes or syncs the records that were just written, at once or after the
// interval.
func (f *logFile) secure(u urgency) error {
	if u == flushNow {
		if err := f.flushUnlessPaused(); err != nil {
			f.fail("flush", err) // the record stays in the buffer: it is not lost
		}
	}
	if u == syncNow {
		if err := f.flush(); err != nil || f.open == nil {
			return err
		}
		f.open.dirty = false
		return f.open.file.Sync()
	}
	if f.syncInterval > 0 {
		f.syncing.after(f.syncInterval)
	}
	return nil
}

// syncAfterInterval is called after the interval.
func (f *logFile) syncAfterInterval() {
	f.mu.Lock()
	f.syncing.begun()
	f.mu.Unlock()
	if err := f.sync(); err != nil && !errors.Is(err, logbook.ErrClosed) {
		f.mu.Lock()
		f.fail("sync", err)
		f.mu.Unlock()
		f.report()
	}
}

// sync writes the buffer and syncs the file. Lines can be written meanwhile.
func (f *logFile) sync() error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return &fs.PathError{Op: "sync", Path: f.name, Err: logbook.ErrClosed}
	}
	err := f.flush()
	o := f.open
	f.inUse.RLock() // before mu is unlocked, so that the file is not closed
	defer f.inUse.RUnlock()
	if o != nil {
		o.dirty = false
	}
	f.mu.Unlock()
	if o == nil {
		return err
	}
	return errors.Join(err, o.file.Sync())
}

// closeOld closes a file that is no longer written to.
func (f *logFile) closeOld(o *openFile) {
	if o.dirty && f.syncs {
		if err := o.file.Sync(); err != nil {
			f.fail("sync", err)
		}
	}
	f.inUse.Lock()
	defer f.inUse.Unlock()
	if err := o.file.Close(); err != nil {
		f.fail("close", err)
	}
}

// fail records a failure that lost no record.
func (f *logFile) fail(action string, err error) {
	f.counts.failures.Add(1)
	f.failing = true
	if len(f.failures) < 8 {
		f.failures = append(f.failures, fmt.Errorf("handlers: %s %s: %w", action, f.name, err))
	}
}

// report calls OnError for the failures. It must be called without the lock, since
// OnError may log.
func (f *logFile) report() {
	f.mu.Lock()
	failures := f.failures
	f.failures, f.failing = nil, false
	onError := f.onError
	f.mu.Unlock()
	for _, err := range failures {
		onError(err)
	}
}

// pause begins a pause after a failure.
func (f *logFile) pause() { f.pausedUntil = time.Now().Add(retryAfter) }

func (f *logFile) paused() bool {
	return !f.pausedUntil.IsZero() && time.Now().Before(f.pausedUntil)
}

// close writes the buffer, waits for compression until the context ends, and closes the
// file.
func (f *logFile) close(ctx context.Context) error {
	defer f.report()
	f.mu.Lock()
	unsent := f.flushLast()
	f.closed = true
	f.flushing.cancel()
	f.syncing.cancel()
	f.aging.cancel()
	f.mu.Unlock()
	f.flushing.wait()
	f.syncing.wait()
	f.aging.wait()
	left := f.tasks.finish(ctx)

	f.mu.Lock()
	defer f.mu.Unlock()
	f.closeFiles()
	if f.lockFile != nil {
		f.closeLockFile()
	}
	return errors.Join(unsent, left)
}

func (f *logFile) closeFiles() {
	for _, o := range []*openFile{f.open, f.early} {
		if o != nil {
			f.closeOld(o)
		}
	}
	f.open, f.early = nil, nil
}
