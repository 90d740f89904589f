// Package logfile is the engine of the handlers that write to files: it opens, shares,
// rotates, buffers and compresses them, and loses no line that it has accepted. It knows
// nothing of records but their lines, times and levels.
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
// logFile: two of them would rotate each other's files away and compress into one
// temporary file.
var openLogs = struct {
	mu     sync.Mutex
	byPath map[string]*logFile

	// emptied holds the paths of files that were emptied: with TakeOver once in a run of
	// the program, however often a configuration is read again.
	emptied map[string]bool
}{byPath: make(map[string]*logFile), emptied: make(map[string]bool)}

// File is a log file as one handler uses it. It is safe for concurrent use.
type File struct {
	log      *logFile
	closed   atomic.Bool
	urges    bool // has levels at which a line is urgent
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
		_ = u.Close(context.Background()) // there is nothing to lose yet
		return nil, err
	}
	return u, nil
}

// join makes u a user of the file that is open, or of a new one. pending tells that
// its options do not hold yet.
func (u *File) join() (pending bool, err error) {
	if u.options.FS != nil { // a test's own, which sees one path as another process does
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
		<-f.ended // it is being closed
		openLogs.mu.Lock()
	}
}

// try opens the file with the options of u and closes it again, to see that they will work.
func (u *File) try() error {
	f := newLogFile(u)
	return errors.Join(f.prepare(u.settings, u.options.Delay), f.close(context.Background()))
}

// urgency is how soon a line has to be on its way, beyond what the interval says.
type urgency uint8

const (
	flushNow urgency = 1 + iota // out of the buffer
	syncNow                     // to the disk
)

func (u *File) urgency(level logbook.Level) urgency {
	if !u.urges {
		return 0
	}
	return u.ask(level)
}

// ask asks Levelers, which may be anybody's code, so no lock is held. One that panics is
// reached by no record.
func (u *File) ask(level logbook.Level) (answer urgency) {
	defer func() {
		if p := recover(); p != nil {
			u.log.mu.Lock()
			defer u.log.mu.Unlock()
			u.log.fail("ask for a level of", panics.Error(p))
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

// Write appends the line of a record. An error means that it is not in the file, but for
// one of fsync. The line may be changed.
func (u *File) Write(line []byte, at time.Time, level logbook.Level) error {
	if u.closed.Load() {
		u.Drop(1)
		return u.closedError("write")
	}
	f, urgency := u.log, u.urgency(level)
	f.mu.Lock()
	var err error
	if f.buffer == nil && !f.closed && f.writable(len(line), at) { // nearly always
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

// Lost returns how many records were lost since the file was last told.
func (u *File) Lost() int { return int(u.log.lost.Load()) }

// Drop counts records that are lost since no line could be made of them. The file says
// nothing of them.
func (u *File) Drop(records int) { u.log.counts.dropped.Add(uint64(records)) }

// WriteNotice appends a line that says how many records were lost, unless another user
// did so meanwhile. If it fails, so many records that were to follow are lost too.
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

// Flush writes what a buffer holds.
func (u *File) Flush() error {
	if u.closed.Load() {
		return nil
	}
	return u.log.flushNow()
}

// Sync writes what a buffer holds and makes the disk hold what was written. Lines can be
// written meanwhile.
func (u *File) Sync() error {
	if u.closed.Load() {
		return u.closedError("sync")
	}
	return u.log.sync()
}

// Reopen checks at once whether the path leads to another file than the one that is open,
// or to none, and goes on there.
func (u *File) Reopen() error {
	if u.closed.Load() {
		return u.closedError("reopen")
	}
	return u.log.reopenNow()
}

func (u *File) closedError(op string) error {
	return &fs.PathError{Op: op, Path: u.options.Path, Err: logbook.ErrClosed}
}

// Stats returns what happened to the file so far, with what other users of it did.
func (u *File) Stats() logbook.Stats { return u.log.stats() }

// Close ends the use. With the last one the file is closed, when finished files are
// compressed or the context has ended; else those who remain go on with what is held, and
// the options of the one that came first hold.
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

// changeOptions makes the options hold of the user who came first of those who
// remain. The next line opens the file anew.
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
		next.buffer = f.buffer // with what it holds
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
		next.truncate = false // what is in it is of this run
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

func noteEmptied(path string) {
	openLogs.mu.Lock()
	defer openLogs.mu.Unlock()
	openLogs.emptied[path] = true
}
