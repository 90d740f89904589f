package logfile

import (
	"errors"
	"io/fs"
	"path/filepath"
	"time"
)

// maxLateness is the number of seconds by which a record may be older than one written
// before it; if it is more, the clock was set back. Records are not written in exactly
// the order of their times.
const maxLateness = 60

// isLate reports whether a record is older than the newest one, and stores its time if it
// is not.
func (f *logFile) isLate(at time.Time) bool {
	second := at.Unix()
	if behind := f.newest - second; behind > 0 && behind <= maxLateness {
		return true
	}
	f.newest = second
	return false
}

// openWindow allows records of the same second to be written without further checks,
// until the path must be checked again.
func (f *logFile) openWindow(at time.Time) {
	if f.shared || f.watch < 0 {
		return
	}
	o := f.open
	o.second, o.till, o.zone = at.Unix(), int32(time.Second), at.Location()
	if next := f.checked.Add(f.watch); next.Unix() == o.second {
		o.till = int32(next.Nanosecond())
	}
}

// maintain checks the open file against its path, the time and the limit of size before n
// bytes are written, and reopens or rotates it. A failure loses no record: it is
// reported, and tried again later. An error means that no file is open.
func (f *logFile) maintain(n int64, at time.Time) error {
	if f.watch == 0 {
		return nil
	}
	isLate, switched := false, false
	if f.names != nil {
		isLate = f.isLate(at)
		period := f.names.period(at)
		if name := f.names.current(period); name != f.name {
			f.switchTo(name, period, isLate)
			switched = true
		}
	}
	if f.mustCheck || f.checkDue(at) || f.shared && !f.isCurrent() {
		if err := f.checkPath(at); err != nil {
			return err
		}
	}
	if f.names != nil {
		if ended, full := f.outgrown(n, at, isLate); ended || full {
			return f.roll(n, at, isLate)
		}
	}
	if !switched { // switching may have failed
		f.openWindow(at)
	}
	return nil
}

// outgrown reports whether the file at the plain path is of another period, and whether n
// more bytes are too many for it. A late record may still go to the plain path.
func (f *logFile) outgrown(n int64, at time.Time, isLate bool) (ended, full bool) {
	if f.name == f.path && !isLate {
		period := f.names.period(at)
		if f.open.size() == 0 {
			f.period = period
		}
		ended = period != f.period
	}
	full = f.maxSize > 0 && f.open.size() > 0 && f.open.size()+n >= f.maxSize
	return ended, full
}

// switchTo opens the file of another period. A late record does not finish the newer
// file.
func (f *logFile) switchTo(name, period string, isLate bool) {
	if f.paused() {
		return
	}
	next, err := f.openAt(name, latest(f.open))
	if err != nil {
		f.failRotation(err)
		return
	}
	old, oldName := f.open, f.name
	f.open, f.name, f.period = next, name, period
	if !isLate {
		f.rotated(old, oldName)
	}
	f.closeOld(old)
}

// roll renames the file at the path to a backup and starts a new one there.
func (f *logFile) roll(n int64, at time.Time, isLate bool) error {
	if f.paused() {
		return nil
	}
	// The file at the path must be ours: another program may have replaced or
	// emptied it.
	if err := f.checkPath(at); err != nil || f.mustCheck {
		return err
	}
	ended, full := f.outgrown(n, at, isLate)
	if !ended && !full {
		return nil
	}
	if err := f.announce(); err != nil {
		f.failRotation(err)
		return nil
	}
	like := latest(f.open)
	backup, err := f.names.finish(f.files, f.period, ended)
	if errors.Is(err, fs.ErrNotExist) { // another program has just renamed it
		return f.checkPath(at)
	}
	if err != nil {
		f.failRotation(err)
		return nil
	}
	next, err := f.openAt(f.name, like)
	if err != nil {
		if back := f.files.Rename(backup, f.name); back != nil {
			err = errors.Join(err, back)
			f.mustCheck = true
		}
		f.failRotation(err)
		return nil
	}
	old := f.open
	f.open = next
	f.takePeriod(at)
	f.rotated(old, backup)
	f.closeOld(old)
	return nil
}

// latest returns the current information on an open file.
func latest(o *openFile) fs.FileInfo {
	info, err := o.file.Stat()
	if err != nil {
		return o.info
	}
	return info
}

func (f *logFile) failRotation(err error) {
	f.counts.failedRotations.Add(1)
	f.fail("rotate", err)
	f.pause()
}

// rotated does the work after a file is finished.
func (f *logFile) rotated(old *openFile, backup string) {
	f.counts.rotations.Add(1)
	f.pausedUntil = time.Time{}
	if f.syncs {
		if err := f.syncDir(); err != nil {
			f.fail("sync the directory of", err)
		}
	}
	f.prune()
	f.tasks.add(&finished{path: backup, info: latest(old)})
}

func (s *settings) syncDir() error { return s.files.SyncDir(filepath.Dir(s.path)) }

// pruneInterval is how often the age of finished files is checked without a rotation.
const pruneInterval = time.Hour

// watchAge starts the timer that removes old finished files without a rotation.
func (f *logFile) watchAge() {
	if f.keep.maxAge > 0 {
		f.aging.after(pruneInterval)
	}
}

// pruneAfterInterval is called after the interval.
func (f *logFile) pruneAfterInterval() {
	f.mu.Lock()
	f.aging.begun()
	if !f.closed {
		_ = f.exclusively(func() error { // fn returns no error
			f.prune()
			return nil
		})
		f.watchAge()
	}
	f.mu.Unlock()
	f.report()
}

func (f *logFile) prune() {
	now := f.timeOfDay()
	current, newest := f.name, time.Time{}
	switch {
	case f.open == nil:
		current = f.names.current(f.names.period(now))
	case f.open.info.Size() > 0: // written by an earlier run
		newest = f.open.info.ModTime()
	}
	backups, err := f.names.backups(f.files, current)
	if err != nil {
		f.fail("list the backups of", err)
		return
	}
	for _, b := range backups {
		if t := b.modified(); t.After(newest) {
			newest = t
		}
	}
	removed := 0
	if err = f.announce(); err == nil {
		removed, err = f.keep.prune(f.files, backups, f.ages.now(now, newest))
	}
	f.counts.removals.Add(uint64(removed))
	if err != nil {
		f.fail("remove backups of", err)
	}
}
