package logfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/linewriter"
	"github.com/logbook-go/logbook/logbook"
)

// openAttempts bounds how often opening is repeated because a file was created or removed
// meanwhile.
const openAttempts = 10

// start opens the first file. Files are emptied and removed only now, with a record, so
// that a configuration that is refused has no effect.
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

// openEarly opens the file before the first record, to check that it can be opened.
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

// openFirst returns the file that was opened early, or else opens the file at a path.
func (f *logFile) openFirst(name string) (*openFile, error) {
	early := f.early
	f.early = nil
	empty := f.truncate && !(f.takeOver && wasEmptied(f.path))
	if early != nil && !empty {
		f.mustCheck = true // it may have been renamed meanwhile
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
		markEmptied(f.path)
	}
	return o, err
}

// takePeriod sets the period of a file that was just opened, if its name does not have
// it.
func (f *logFile) takePeriod(at time.Time) {
	switch {
	case f.names == nil || f.name != f.path:
	case f.open.size() > 0:
		f.period = f.names.periodOf(f.open.info.ModTime())
	default:
		f.period = f.names.period(at)
	}
}

// openAt opens the file at a path for appending. A file that is created gets the mode and
// the owner of the previous one, if there is one.
func (f *logFile) openAt(path string, like fs.FileInfo) (*openFile, error) {
	return f.openAs(path, like, 0)
}

func (f *logFile) openAs(path string, like fs.FileInfo, flag int) (*openFile, error) {
	access := os.O_WRONLY | os.O_APPEND | flag
	if f.shared {
		access = os.O_RDWR | os.O_APPEND // to read its last byte
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
	o := &openFile{file: file, info: info, others: info.Size()}
	o.lines = linewriter.Writer{W: file, Torn: f.endsTorn(file, info, path)}
	return o, nil
}

func (f *logFile) openOrCreate(path string, access int, like fs.FileInfo) (file disk.File, created bool, err error) {
	mode := f.mode
	if like != nil {
		mode = like.Mode().Perm()
	}
	if f.follow { // O_EXCL would not create the target of a link
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

// inherit gives a new file the mode and owner of another one. It uses the open file, so
// that nobody can replace it by another one.
func (f *logFile) inherit(file disk.File, info, like fs.FileInfo) {
	if mode := like.Mode().Perm(); mode != info.Mode().Perm() {
		if err := file.Chmod(mode); err != nil {
			f.fail("keep the mode of", err)
		}
	}
	uid, gid, known := disk.Owner(like)
	if ownUID, ownGID, _ := disk.Owner(info); known && (uid != ownUID || gid != ownGID) {
		if err := file.Chown(uid, gid); err != nil {
			f.fail("keep the owner of", err)
		}
	}
}

// endsTorn reports whether a file ends in the middle of a line, as after a kill. A file
// that cannot be read counts as complete.
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

// lastByte returns the last byte of a file, or a newline if it cannot be read.
func lastByte(file io.ReaderAt, size int64) byte {
	last := [1]byte{'\n'}
	_, _ = file.ReadAt(last[:], size-1)
	return last[0]
}

// checkDue reports whether it is time to check the path, and then records that. Records
// do not come in exactly the order of their times.
func (f *logFile) checkDue(at time.Time) bool {
	if d := at.Sub(f.checked); d > -f.watch && d < f.watch {
		return false
	}
	f.checked = at
	return true
}

// checkPath compares the open file with the one at its path, and opens that one if it is
// different or missing. An error means that no file is open.
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
		if !f.paused() {
			f.fail("check", err)
			f.pause()
		}
		return nil
	}
	return f.reopen(at)
}

// refresh updates the state of the file after others changed it.
func (f *logFile) refresh(size int64) {
	o := f.open
	if size == o.size() {
		return
	}
	o.others = size - o.lines.Written
	if f.shared {
		o.lines.Torn = size > 0 && lastByte(o.file, size) != '\n'
	}
}

// reopen opens the file at the path in place of the open one. If that fails, the old one
// stays, unless it has no name any more: records in it would be lost, so reopen is then
// tried for each record.
func (f *logFile) reopen(at time.Time) error {
	if f.paused() && !f.isNameless() {
		f.mustCheck = true
		return nil
	}
	next, err := f.openAt(f.name, f.open.info)
	if err != nil {
		f.mustCheck = true
		if f.isNameless() {
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

// isNameless reports whether the open file has no name any more, or may have none. It is
// called with the lock held, without which no compressor removes a file.
func (f *logFile) isNameless() bool {
	info, err := f.open.file.Stat()
	return err != nil || disk.Nameless(info)
}

// reopenNow checks the path without waiting for a record.
func (f *logFile) reopenNow() error {
	defer f.report()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return &fs.PathError{Op: "reopen", Path: f.name, Err: logbook.ErrClosed}
	}
	f.pausedUntil = time.Time{}
	err := f.flush()
	if f.open == nil {
		if f.early == nil {
			return err
		}
		return errors.Join(err, f.exclusively(f.openEarly))
	}
	return errors.Join(err, f.exclusively(func() error { return f.checkPath(f.checked) }))
}
