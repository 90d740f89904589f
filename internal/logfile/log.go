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

// retryAfter is how long what failed is left alone: rotating, opening in place of
// another file, flushing a buffer. Records go to the file that is open meanwhile.
const retryAfter = 500 * time.Millisecond

// logFile is a file that lines are appended to, with everything that can happen to
// such a file. It is safe for concurrent use.
//
// A system call leaves little in the caches of the processor, so what each write
// looks at lies together: the first 64 bytes of the struct, and those of an openFile.
type logFile struct {
	mu        sync.Mutex
	closed    bool
	mustCheck bool          // the path, before the next write
	failing   bool          // there are failures to report
	lost      atomic.Int64  // records, since the file was last told
	written   atomic.Uint64 // records
	open      *openFile     // nil: nothing is open
	settings                // begins with what each write looks at

	users []*File       // in the order in which they came; guarded by openLogs.mu
	owner *File         // whose settings hold
	ended chan struct{} // closed when the file is, after the last of them
	early *openFile     // opened to see that it can be; the first record goes there

	counts   counts
	failures []error

	lockFile   disk.File // if shared
	generation int64     // of the files, when they were last looked at
	name       string    // path of what is open
	period     string    // of names; "" if that is not known yet
	checked    time.Time // time of the record for which the path was last checked
	newest     int64     // Unix time of the newest record, for names
	pausedTill time.Time // what failed is left alone until then
	ages       ageClock
	flushing   delayed
	syncing    delayed
	aging      delayed

	inUse sync.RWMutex // held for reading while a file is synced without mu
	tasks fileTasks
}

// openFile is an open file.
type openFile struct {
	lines linewriter.Writer
	size  int64 // in bytes, as far as we know

	// Records of this second belong here, up to a nanosecond; see writable.
	second int64
	zone   *time.Location
	till   int32
	dirty  bool // written to since the last sync

	file disk.File
	info fs.FileInfo // when it was opened: says which file it is
}

// newLogFile returns a file that is not open yet, with its first user.
func newLogFile(u *File) *logFile {
	f := &logFile{users: []*File{u}, owner: u, ended: make(chan struct{})}
	f.tasks.init(f)
	f.flushing = newDelayed(f.flushLate)
	f.syncing = newDelayed(f.syncLate)
	f.aging = newDelayed(f.pruneLate)
	f.use(u.settings)
	return f
}

// use makes settings hold from the next opening on.
func (f *logFile) use(s settings) {
	f.settings, f.name, f.period = s, s.path, ""
	f.watchAge()
}

// prepare is called for each user, with its settings. It opens the lock file of a shared
// log and, unless delay is set, the file, if its name does not depend on a record. If
// that is open already, it is checked whether its path leads to another one.
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

// put adds lines of so many records of a time to the file, or to its buffer.
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

// commit writes lines of a time to the file that they belong to.
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

// writable reports whether n bytes of a time can be written without a look at
// anything else. It is what nearly all records meet: maintain found out for another
// one of the same second.
func (f *logFile) writable(n int, at time.Time) bool {
	o := f.open
	return o != nil && (f.watch == 0 || f.inWindow(o, n, at))
}

func (f *logFile) inWindow(o *openFile, n int, at time.Time) bool {
	return at.Unix() == o.second && int32(at.Nanosecond()) < o.till && at.Location() == o.zone &&
		!f.mustCheck && (f.maxSize == 0 || o.size+int64(n) < f.maxSize)
}

// append writes lines to the open file.
func (f *logFile) append(lines []byte) error {
	o := f.open
	before := o.lines.Written
	err := o.lines.Write(lines)
	o.size += o.lines.Written - before
	o.dirty = true
	if err != nil {
		f.mustCheck = true
	}
	return err
}

// dropped notes that records could not be written. A later one says so in the file.
func (f *logFile) dropped(records int) {
	f.counts.dropped.Add(uint64(records))
	if !f.closed {
		f.lost.Add(int64(records))
	}
}

// secure does what the records that were just written want: flush, or make them last, at
// once or before long.
func (f *logFile) secure(u urgency) error {
	if u == flushNow {
		if err := f.flushUnlessPaused(); err != nil {
			f.fail("flush", err) // the record is held: it is not lost
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

// syncLate is called when an interval is over.
func (f *logFile) syncLate() {
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

// sync makes the disk hold what was written. Lines can be written meanwhile.
func (f *logFile) sync() error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return &fs.PathError{Op: "sync", Path: f.name, Err: logbook.ErrClosed}
	}
	err := f.flush()
	o := f.open
	f.inUse.RLock() // before mu is left, so that the file is not closed
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

// closeOld closes a file that is not written to any more.
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

// fail notes a failure that cost no record.
func (f *logFile) fail(what string, err error) {
	f.counts.failures.Add(1)
	f.failing = true
	if len(f.failures) < 8 {
		f.failures = append(f.failures, fmt.Errorf("handlers: %s %s: %w", what, f.name, err))
	}
}

// report calls OnError for the failures. It must be called without the lock, since
// that function may log.
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

// pause leaves alone what failed for a while.
func (f *logFile) pause() { f.pausedTill = time.Now().Add(retryAfter) }

func (f *logFile) pausing() bool {
	return !f.pausedTill.IsZero() && time.Now().Before(f.pausedTill)
}

// close writes what is held, waits for compression within the deadline, and closes
// the file.
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
