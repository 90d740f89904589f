package handlers

import (
	"errors"
	"io"
	"os"

	"github.com/logbook-go/logbook/internal/disk"
)

// openGuard opens the lock file, and tries whether the system has locks.
func openGuard(c fileConfig) (disk.File, error) {
	guard, err := c.files.Open(c.path+".lock", os.O_RDWR|os.O_CREATE, c.mode, false)
	if err != nil {
		return nil, err
	}
	if err = guard.Lock(true); err == nil {
		err = guard.Unlock()
	}
	if err != nil {
		return nil, errors.Join(err, guard.Close())
	}
	return guard, nil
}

func (f *logFile) closeGuard() {
	if err := f.guard.Close(); err != nil {
		f.fail("close", err)
	}
	f.guard = nil
}

// exclusively calls fn while no other process writes, rotates or removes. A lock
// that fails costs no record: then it is only left to others to rotate.
func (f *logFile) exclusively(fn func() error) error {
	if f.guard == nil {
		return fn()
	}
	if err := f.guard.Lock(true); err != nil {
		f.fail("lock", err)
		f.rest()
		return fn()
	}
	defer f.unlock()
	return fn()
}

func (f *logFile) unlock() {
	if err := f.guard.Unlock(); err != nil {
		f.fail("unlock", err)
	}
}

// notices is how many announcements can be told apart. Whoever missed as many of them
// has not written for long, and so looks at the path anyway.
const notices = 1 << 12

// announce makes all processes that share the file look at its path before they
// write again. It is called before files are moved or removed, with the lock held.
// What counts the announcements is the size of the lock file, which costs others the
// least to read.
func (f *logFile) announce() error {
	if f.guard == nil {
		return nil
	}
	notice, err := f.guard.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	return f.guard.Truncate((notice + 1) % notices)
}

// isCurrent reports whether nobody who shares the file has announced anything since
// this was last asked, and takes note of what others wrote.
func (f *logFile) isCurrent() bool {
	notice, err := f.guard.Seek(0, io.SeekEnd)
	if err != nil || notice != f.notice {
		f.notice = notice
		return false
	}
	size, err := f.open.file.Seek(0, io.SeekEnd)
	if err != nil {
		return false
	}
	f.refresh(size)
	return true
}
