package handlers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/logbook"
)

// defaultFileMode lets a group read logs, and nobody else.
const defaultFileMode fs.FileMode = 0o640

// retryAfter is how long what failed is left alone: rotating, opening in place of
// another file, flushing a buffer. Records go to the file that is open meanwhile.
const retryAfter = 500 * time.Millisecond

// fileConfig is what handlers set a logFile up with. The zero value of a field
// leaves the feature out.
type fileConfig struct {
	buffer  *lineBuffer
	watch   time.Duration // how often the path is looked at; negative: for each record
	maxSize int64

	path     string // absolute
	mode     fs.FileMode
	truncate bool // empty the file before the first record
	takeOver bool // the file from handlers that have other options
	follow   bool // a symbolic link
	shared   bool // with other processes

	names naming
	keep  retention
	pack  Compressor

	syncLevel    slog.Leveler
	syncInterval time.Duration

	onRotate func(RotationInfo)
	onError  func(error)

	options any // that the handler was given, to be compared with those of others

	files     disk.FS          // nil: the real one
	timeOfDay func() time.Time // nil: time.Now; for the age of files
}

// logFile is a file that lines are appended to, with everything that can happen to
// such a file. It is safe for concurrent use.
//
// A system call leaves little in the caches of the processor, so what each write
// looks at lies together: the first fields of the struct and those of its config.
type logFile struct {
	mu      sync.Mutex
	closed  bool
	suspect bool         // look at the path before the next write
	syncs   bool         // now and then
	lost    atomic.Int64 // records, since that was last told in the file
	open    *opened      // nil: nothing is open
	fileConfig

	users []*fileUse    // in the order in which they came; guarded by openLogs.mu
	ended chan struct{} // closed when the file is, after the last of them
	early *opened       // what was opened to see that it can be; the first record goes there

	counts   fileCounts
	failures []error // not told yet

	guard    disk.File // the lock file, if shared
	notice   int64     // the last announcement that was seen
	name     string    // path of what is open
	period   string    // of names; "" if that is not known yet
	looked   time.Time
	newest   int64     // Unix time of the newest record, for names
	restTill time.Time // leave alone what failed
	ages     ageClock
	flushing delayed
	syncing  delayed
	aging    delayed

	inUse sync.RWMutex // held for reading while a file is synced without mu
	tasks fileTasks
}

// opened is an open file.
type opened struct {
	lines lineWriter
	size  int64 // in bytes, as far as we know
	dirty bool  // written to since the last sync

	// Records of this second belong here, up to a nanosecond; see settled.
	second int64
	till   int
	zone   *time.Location

	file disk.File
	info fs.FileInfo // when it was opened: says which file it is
}

// newLogFile returns a file that is not open yet, with its first user.
func newLogFile(u *fileUse) *logFile {
	f := &logFile{users: []*fileUse{u}, ended: make(chan struct{})}
	f.tasks.init(f)
	f.flushing = newDelayed(f.flushLate)
	f.syncing = newDelayed(f.syncLate)
	f.aging = newDelayed(f.pruneLate)
	f.use(u.config)
	return f
}

// use makes options hold from the next opening on.
func (f *logFile) use(c fileConfig) {
	if c.mode == 0 {
		c.mode = defaultFileMode
	}
	if c.files == nil {
		c.files = disk.OS{}
	}
	if c.timeOfDay == nil {
		c.timeOfDay = time.Now
	}
	f.fileConfig, f.name, f.period = c, c.path, ""
	f.syncs = c.syncLevel != nil || c.syncInterval > 0
	f.watchAge()
}

// prepare is called for each user, with its options. It opens the lock file of a shared
// log and, unless delay is set, the file, if its name does not depend on a record. If
// that is open already, it is looked whether its path leads to another one.
func (f *logFile) prepare(c fileConfig, delay bool) error {
	defer f.tell()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.shared && f.guard == nil {
		guard, err := openGuard(f.fileConfig)
		if err != nil {
			return err
		}
		f.guard = guard
	}
	if f.open == nil {
		f.truncate = f.truncate || c.truncate
	}
	return f.exclusively(func() error {
		switch {
		case f.open != nil:
			return f.look(f.looked)
		case f.early != nil || !delay:
			return f.openEarly()
		}
		return nil
	})
}

// check tells of options that make no sense in any handler.
func (c *fileConfig) check() error {
	switch {
	case c.mode&^fs.ModePerm != 0:
		return optionError("Mode", fmt.Sprintf("%#o", uint32(c.mode)))
	case c.syncInterval < 0:
		return optionError("SyncInterval", c.syncInterval)
	case c.buffer != nil && c.buffer.size < 0:
		return optionError("Buffer.Size", c.buffer.size)
	case c.buffer != nil && c.buffer.interval < 0:
		return optionError("Buffer.Interval", c.buffer.interval)
	}
	return nil
}

func absolute(path string) (string, error) {
	if path == "" {
		return "", &fs.PathError{Op: "open", Path: path, Err: fmt.Errorf("the path is empty: %w", fs.ErrInvalid)}
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return path, nil
}

// write appends a line of a record.
func (f *logFile) write(line []byte, at time.Time, level logbook.Level) error {
	f.mu.Lock()
	err := f.writeLocked(line, at, level)
	switch {
	case err == nil:
		if f.syncs {
			err = f.syncAfter(level)
		}
	case !f.closed:
		f.counts.dropped.Add(1)
		f.lost.Add(1)
	}
	failed := f.failures != nil
	f.mu.Unlock()
	if failed {
		f.tell()
	}
	return err
}

// writeNotice appends a line that tells of lost records, unless somebody else did
// so meanwhile.
func (f *logFile) writeNotice(line []byte, lost int64, at time.Time) error {
	defer f.tell()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lost.Load() < lost {
		return nil
	}
	err := f.writeLocked(line, at, logbook.LevelNotSet)
	if err == nil {
		f.lost.Add(-lost)
		return nil
	}
	f.counts.dropped.Add(1) // the record that was to follow
	f.lost.Add(1)
	return err
}

func (f *logFile) writeLocked(line []byte, at time.Time, level logbook.Level) error {
	if f.closed {
		return &fs.PathError{Op: "write", Path: f.name, Err: fs.ErrClosed}
	}
	if f.buffer != nil {
		return f.hold(line, at, level)
	}
	err := f.commit(line, at)
	if err == nil {
		f.counts.written.Add(1)
	}
	return err
}

// commit writes lines of a time to the file that they belong to.
func (f *logFile) commit(lines []byte, at time.Time) error {
	if f.settled(int64(len(lines)), at) {
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

// append writes lines to the open file.
func (f *logFile) append(lines []byte) error {
	o := f.open
	before := o.lines.written
	err := o.lines.write(lines)
	o.size += o.lines.written - before
	o.dirty = true
	if err != nil {
		f.suspect = true
	}
	return err
}

// syncAfter makes a record of the level last, if that is wanted.
func (f *logFile) syncAfter(level logbook.Level) error {
	if f.syncLevel != nil && level >= logbook.LevelOf(f.syncLevel) {
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
	if err := f.sync(); err != nil && !errors.Is(err, fs.ErrClosed) {
		f.mu.Lock()
		f.fail("sync", err)
		f.mu.Unlock()
		f.tell()
	}
}

// sync makes the disk hold what was written. Lines can be written meanwhile.
func (f *logFile) sync() error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return &fs.PathError{Op: "sync", Path: f.name, Err: fs.ErrClosed}
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

// retire closes a file that is not written to any more.
func (f *logFile) retire(o *opened) {
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

// fail remembers a failure that cost no record.
func (f *logFile) fail(what string, err error) {
	f.counts.failures.Add(1)
	if len(f.failures) < 8 {
		f.failures = append(f.failures, fmt.Errorf("handlers: %s %s: %w", what, f.name, err))
	}
}

// tell reports the failures. It must be called without the lock, since whoever is
// told may log.
func (f *logFile) tell() {
	f.mu.Lock()
	failures := f.failures
	f.failures = nil
	onError := f.onError
	f.mu.Unlock()
	for _, err := range failures {
		onError(err)
	}
}

// rest leaves alone what failed for a while.
func (f *logFile) rest() { f.restTill = time.Now().Add(retryAfter) }

func (f *logFile) resting() bool {
	return !f.restTill.IsZero() && time.Now().Before(f.restTill)
}

// close writes what is held, waits for compression within the deadline, and closes
// the file.
func (f *logFile) close(ctx context.Context) error {
	defer f.tell()
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return nil
	}
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
	if f.guard != nil {
		f.closeGuard()
	}
	return errors.Join(unsent, left)
}

func (f *logFile) closeFiles() {
	for _, o := range []*opened{f.open, f.early} {
		if o != nil {
			f.retire(o)
		}
	}
	f.open, f.early = nil, nil
}
