package logfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/logbook"
)

// openLogs are the log files that the process has open. Users of one path share one
// logFile: otherwise they would rotate each other's files and compress into the same
// temporary file.
var openLogs = struct {
	mu     sync.Mutex
	byPath map[string]*logFile

	// emptied has the paths of emptied files: with TakeOver a file is emptied only once
	// in a run of the program, even if a configuration is read again.
	emptied map[string]bool
}{byPath: make(map[string]*logFile), emptied: make(map[string]bool)}

// File is a log file as one handler uses it. It is safe for concurrent use.
type File struct {
	log      *logFile
	closed   atomic.Bool
	urges    bool // has levels at which a line is flushed or synced
	options  Options
	settings settings
}

// Open opens the log file at a path, or shares the one that the process has open.
// Nothing is emptied, removed or compressed before the first line. The error is a
// [*logbook.OptionError], or wraps an [*fs.PathError].
func Open(o Options) (*File, error) {
	s, err := o.settings()
	if err != nil {
		return nil, err
	}
	u := &File{options: o, settings: s, urges: o.SyncLevel != nil || o.Buffer != nil}
	pending, err := u.join()
	if err != nil {
		return nil, err
	}
	if pending {
		err = u.try()
	} else {
		err = u.log.prepare(s, o.Delay)
	}
	if err != nil {
		_ = u.Close(context.Background()) // nothing was written yet
		return nil, err
	}
	return u, nil
}

// join makes u a user of the open file, or of a new one. pending reports that its options
// are not in effect yet.
func (u *File) join() (pending bool, err error) {
	if u.options.FS != nil { // of a test: it simulates another process with the same path
		u.log = newLogFile(u)
		return false, nil
	}
	openLogs.mu.Lock()
	defer openLogs.mu.Unlock()
	for {
		f := openLogs.byPath[u.options.Path]
		switch {
		case f == nil:
			u.log = newLogFile(u)
			openLogs.byPath[u.options.Path] = u.log
			return false, nil
		case len(f.users) > 0:
			name := differing(&f.users[0].options, &u.options)
			if name != "" && !u.options.TakeOver {
				want := fmt.Sprintf("want that of the handler of this process that has %s open", u.options.Path)
				if name == "path" {
					want = fmt.Sprintf("want one that no handler of another kind has open, not %s", u.options.Path)
				}
				return false, InvalidOption(name, want)
			}
			u.log = f
			f.users = append(slices.Clip(f.users), u)
			return name != "", nil
		}
		openLogs.mu.Unlock()
		<-f.ended // wait until it is closed
		openLogs.mu.Lock()
	}
}

// try checks the options of u by opening the file with them and closing it again.
func (u *File) try() error {
	f := newLogFile(u)
	return errors.Join(f.prepare(u.settings, u.options.Delay), f.close(context.Background()))
}

// urgency is whether a line has to be flushed or synced at once, not only after the
// interval.
type urgency uint8

const (
	flushNow urgency = 1 + iota // write the buffer
	syncNow                     // sync to the disk
)

func (u *File) urgency(level logbook.Level) urgency {
	if !u.urges {
		return 0
	}
	return u.levelUrgency(level)
}

// levelUrgency reads Levelers, which may be the user's code, so no lock is held. A level
// that panics counts as not reached.
func (u *File) levelUrgency(level logbook.Level) (answer urgency) {
	defer func() {
		if p := recover(); p != nil {
			u.log.mu.Lock()
			defer u.log.mu.Unlock()
			u.log.fail("read a level for", panics.Error(p))
		}
	}()
	o := &u.options
	switch {
	case o.SyncLevel != nil && level >= logbook.LevelOf(o.SyncLevel):
		return syncNow
	case o.Buffer != nil && level >= logbook.LevelOf(u.settings.buffer.level):
		return flushNow
	}
	return 0
}

// Write appends the line of a record. An error means that it is not in the file, unless
// it is an error of fsync. The line may be changed.
func (u *File) Write(line []byte, at time.Time, level logbook.Level) error {
	if u.closed.Load() {
		u.Drop(1)
		return u.closedError("write")
	}
	f, urgency := u.log, u.urgency(level)
	f.mu.Lock()
	var err error
	if f.buffer == nil && !f.closed && f.writable(len(line), at) { // the usual case
		if err = f.append(line); err == nil {
			f.written.Add(1)
		}
	} else {
		err = f.put(line, 1, at)
	}
	if err != nil {
		f.dropped(1)
	} else if f.syncs || urgency != 0 {
		err = f.secure(urgency)
	}
	failing := f.failing
	f.mu.Unlock()
	if failing {
		f.report()
	}
	return err
}

// Lost returns the number of lost records that are not reported in the file yet.
func (u *File) Lost() int { return int(u.log.lost.Load()) }

// Drop counts records that could not be formatted. They are not reported in the file.
func (u *File) Drop(records int) { u.log.counts.dropped.Add(uint64(records)) }

// WriteNotice appends a line that reports lost records, unless another user did so
// meanwhile. If it fails, the follow records after it are lost too.
func (u *File) WriteNotice(line []byte, lost, follow int, at time.Time) error {
	f := u.log
	defer f.report()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lost.Load() < int64(lost) {
		return nil
	}
	err := f.put(line, 0, at)
	if err == nil {
		f.lost.Add(-int64(lost))
		return nil
	}
	f.dropped(follow)
	return err
}

// Flush writes the buffer.
func (u *File) Flush() error {
	if u.closed.Load() {
		return nil
	}
	return u.log.flushNow()
}

// Sync writes the buffer and syncs the file to the disk. Lines can be written meanwhile.
func (u *File) Sync() error {
	if u.closed.Load() {
		return u.closedError("sync")
	}
	return u.log.sync()
}

// Reopen checks at once whether the path leads to another file than the open one, or to
// none, and if so opens that.
func (u *File) Reopen() error {
	if u.closed.Load() {
		return u.closedError("reopen")
	}
	return u.log.reopenNow()
}

func (u *File) closedError(op string) error {
	return &fs.PathError{Op: op, Path: u.options.Path, Err: logbook.ErrClosed}
}

// Stats returns the counts of the file, including those of its other users.
func (u *File) Stats() logbook.Stats { return u.log.stats() }

// Close ends the use of the file. The last user closes it, after finished files are
// compressed or the context has ended. Otherwise the options of the first remaining user
// take effect.
func (u *File) Close(ctx context.Context) error {
	if u.closed.Swap(true) {
		return nil
	}
	f := u.log
	openLogs.mu.Lock()
	f.users = slices.DeleteFunc(slices.Clone(f.users), func(other *File) bool { return other == u })
	last := len(f.users) == 0
	openLogs.mu.Unlock()
	if !last {
		err := f.flushNow()
		f.changeOptions()
		return err
	}
	err := f.close(ctx)
	openLogs.mu.Lock()
	if openLogs.byPath[f.path] == f {
		delete(openLogs.byPath, f.path)
	}
	openLogs.mu.Unlock()
	close(f.ended)
	return err
}

// changeOptions puts the options of the first remaining user into effect. The next line
// opens the file again.
func (f *logFile) changeOptions() {
	defer f.report()
	f.mu.Lock()
	defer f.mu.Unlock()
	openLogs.mu.Lock()
	users := f.users
	openLogs.mu.Unlock()
	if f.closed || len(users) == 0 || f.owner == users[0] {
		return
	}
	next := users[0].settings
	if differing(&f.owner.options, &users[0].options) == "" {
		f.owner, f.onError = users[0], next.onError
		return
	}
	if err := f.flush(); err != nil {
		f.fail("flush", err)
		next.buffer = f.buffer // keep its lines
	}
	if next.shared && f.lockFile == nil {
		lock, err := openLockFile(next)
		if err != nil {
			f.fail("change the options of", err)
			return
		}
		f.lockFile = lock
	}
	if f.open != nil {
		next.truncate = false // its content is of this run
	}
	f.closeFiles()
	if f.lockFile != nil && !next.shared {
		f.closeLockFile()
	}
	f.owner = users[0]
	f.use(next)
}

func wasEmptied(path string) bool {
	openLogs.mu.Lock()
	defer openLogs.mu.Unlock()
	return openLogs.emptied[path]
}

func markEmptied(path string) {
	openLogs.mu.Lock()
	defer openLogs.mu.Unlock()
	openLogs.emptied[path] = true
}
