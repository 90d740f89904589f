package logfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/linewriter"
)

// openAttempts is how often opening starts anew, since a file came or went in
// between.
const openAttempts = 10

// start opens the first file. Only now, with a record, something is emptied or removed:
// a configuration that is refused was not to have any effect.
func (f *logFile) start(at time.Time) error {
	name, period := f.path, ""
	if f.names != nil {
		period = f.names.period(at)
		name = f.names.current(period)
	}
	o, err := f.openFirst(name)
	if err != nil {
		return err
	}
	f.open, f.name, f.checked = o, name, at
	f.period = period
	if f.names != nil {
		f.takePeriod(at)
		f.prune()
		f.tasks.add(nil)
	}
	return nil
}

// openEarly opens the file before the first record, to see that it can be.
func (f *logFile) openEarly() error {
	o, err := f.openAt(f.path, nil)
	if err == nil && f.early != nil {
		f.closeOld(f.early)
	}
	if err == nil {
		f.early = o
	}
	return err
}

// openFirst returns what was opened early, or else opens the file at a path.
func (f *logFile) openFirst(name string) (*openFile, error) {
	early := f.early
	f.early = nil
	empty := f.truncate && !(f.takeOver && wasEmptied(f.path))
	if early != nil && !empty {
		f.mustCheck = true // it may have been moved meanwhile
		return early, nil
	}
	if early != nil {
		f.closeOld(early)
	}
	if !empty {
		return f.openAt(name, nil)
	}
	o, err := f.openAs(name, nil, os.O_TRUNC)
	if err == nil {
		noteEmptied(f.path)
	}
	return o, err
}

// takePeriod finds out which period a file is of that was just opened, where its name
// does not tell.
func (f *logFile) takePeriod(at time.Time) {
	switch {
	case f.names == nil || f.name != f.path:
	case f.open.size > 0:
		f.period = f.names.periodOf(f.open.info.ModTime())
	default:
		f.period = f.names.period(at)
	}
}

// openAt opens the file at a path for appending. A file that is made here has
// the mode and the owner of the one that it follows, if there is one.
func (f *logFile) openAt(path string, like fs.FileInfo) (*openFile, error) {
	return f.openAs(path, like, 0)
}

func (f *logFile) openAs(path string, like fs.FileInfo, flag int) (*openFile, error) {
	access := os.O_WRONLY | os.O_APPEND | flag
	if f.shared {
		access = os.O_RDWR | os.O_APPEND // to see how others left it
	}
	file, created, err := f.openOrCreate(path, access, like)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if f.names != nil && !info.Mode().IsRegular() {
		return nil, errors.Join(&fs.PathError{Op: "rotate", Path: path, Err: disk.ErrNotRegular}, file.Close())
	}
	if created && like != nil {
		f.inherit(file, info, like)
	}
	o := &openFile{file: file, info: info, size: info.Size()}
	o.lines = linewriter.Writer{W: file, Torn: f.endsTorn(file, info, path)}
	return o, nil
}

func (f *logFile) openOrCreate(path string, access int, like fs.FileInfo) (file disk.File, created bool, err error) {
	mode := f.mode
	if like != nil {
		mode = like.Mode().Perm()
	}
	if f.follow { // O_EXCL would not create what a link points to
		file, err = f.files.Open(path, access|os.O_CREATE, mode, true)
		return file, false, err
	}
	for range openAttempts {
		file, err = f.files.Open(path, access, 0, false)
		if !errors.Is(err, fs.ErrNotExist) {
			return file, false, err
		}
		file, err = f.files.Open(path, access|os.O_CREATE|os.O_EXCL, mode, false)
		if !errors.Is(err, fs.ErrExist) {
			return file, err == nil, err
		}
	}
	return nil, false, err
}

// inherit gives a new file the mode and owner of another one. That works by the
// open file, so nobody can put another one in its place.
func (f *logFile) inherit(file disk.File, info, like fs.FileInfo) {
	if mode := like.Mode().Perm(); mode != info.Mode().Perm() {
		if err := file.Chmod(mode); err != nil {
			f.fail("keep the mode of", err)
		}
	}
	uid, gid, known := disk.Owner(like)
	if ownUID, ownGID, _ := disk.Owner(info); known && (uid != ownUID || gid != ownGID) {
		if err := file.Chown(uid, gid); err != nil {
			f.fail("keep the disk.Owner of", err)
		}
	}
}

// endsTorn reports whether a file ends in the middle of a line, as a process that
// was killed leaves it. A file that cannot be read is taken to be whole.
func (f *logFile) endsTorn(file disk.File, info fs.FileInfo, path string) bool {
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return false
	}
	if !f.shared {
		reader, err := f.files.Open(path, os.O_RDONLY, 0, f.follow)
		if err != nil {
			return false
		}
		defer reader.Close()
		file = reader
	}
	return lastByte(file, info.Size()) != '\n'
}

// lastByte returns the last byte of so many. What cannot be read is taken to be the
// end of a line.
func lastByte(file io.ReaderAt, size int64) byte {
	last := [1]byte{'\n'}
	_, _ = file.ReadAt(last[:], size-1)
	return last[0]
}

// due reports whether it is time to look at the path. Records do not come in
// exactly the order of their times.
func (f *logFile) due(at time.Time) bool {
	if d := at.Sub(f.checked); d > -f.watch && d < f.watch {
		return false
	}
	f.checked = at
	return true
}

// checkPath compares the open file with the one at its path, and opens that if it is
// another one or missing. The error is that nothing is open any more.
func (f *logFile) checkPath(at time.Time) error {
	f.mustCheck = false
	stat := f.files.Lstat
	if f.follow {
		stat = os.Stat
	}
	info, err := stat(f.name)
	switch {
	case err == nil && os.SameFile(info, f.open.info):
		f.refresh(info.Size())
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		f.mustCheck = true
		if !f.pausing() {
			f.fail("look at", err)
			f.pause()
		}
		return nil
	}
	return f.reopen(at)
}

// refresh takes note of what others did to the file.
func (f *logFile) refresh(size int64) {
	o := f.open
	if size == o.size {
		return
	}
	o.size = size
	if f.shared {
		o.lines.Torn = size > 0 && lastByte(o.file, size) != '\n'
	}
}

// reopen opens the file at the path in place of the one that is open. If that
// fails, the old one stays, unless it has no name any more: what is written to that
// is lost, so then it is tried for each record.
func (f *logFile) reopen(at time.Time) error {
	if f.pausing() && !f.gone() {
		f.mustCheck = true
		return nil
	}
	next, err := f.openAt(f.name, f.open.info)
	if err != nil {
		f.mustCheck = true
		if f.gone() {
			f.closeOld(f.open)
			f.open = nil
			return err
		}
		f.fail("reopen", err)
		f.pause()
		return nil
	}
	f.closeOld(f.open)
	f.open = next
	f.counts.reopens.Add(1)
	f.takePeriod(at)
	return nil
}

// gone reports whether the open file has no name any more, or may have none. A
// compressor removes a file only with the lock held, as this is called.
func (f *logFile) gone() bool {
	info, err := f.open.file.Stat()
	return err != nil || disk.Nameless(info)
}

// reopenNow looks at the path without waiting for a record.
func (f *logFile) reopenNow() error {
	defer f.report()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return &fs.PathError{Op: "reopen", Path: f.name, Err: fs.ErrClosed}
	}
	f.pausedTill = time.Time{}
	err := f.flush()
	if f.open == nil {
		if f.early == nil {
			return err
		}
		return errors.Join(err, f.exclusively(f.openEarly))
	}
	return errors.Join(err, f.exclusively(func() error { return f.checkPath(f.checked) }))
}
