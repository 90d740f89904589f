package logfile

import (
	"errors"
	"io"
	"os"

	"github.com/logbook-go/logbook/internal/disk"
)

// openLockFile opens the lock file, and checks that the system supports locks.
func openLockFile(s settings) (disk.File, error) {
	lock, err := s.files.Open(s.path+".lock", os.O_RDWR|os.O_CREATE, s.mode, false)
	if err != nil {
		return nil, err
	}
	if err = lock.Lock(true); err == nil {
		err = lock.Unlock()
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

func (f *logFile) closeLockFile() {
	if err := f.lockFile.Close(); err != nil {
		f.fail("close", err)
	}
	f.lockFile = nil
}

// exclusively calls fn while no other process writes, rotates or removes. If locking
// fails, no record is lost, and only other processes rotate.
func (f *logFile) exclusively(fn func() error) error {
	if f.lockFile == nil {
		return fn()
	}
	if err := f.lockFile.Lock(true); err != nil {
		f.fail("lock", err)
		f.pause()
		return fn()
	}
	defer f.unlock()
	return fn()
}

func (f *logFile) unlock() {
	if err := f.lockFile.Unlock(); err != nil {
		f.fail("unlock", err)
	}
}

// generations is the number of different generations. A process that missed that many has
// not written for long, and so checks the path anyway.
const generations = 1 << 12

// announce makes all processes that share the file check its path before they write
// again. It is called before files are renamed or removed, with the lock held. The
// generation of the files is the size of the lock file, which is the cheapest to read.
func (f *logFile) announce() error {
	if f.lockFile == nil {
		return nil
	}
	generation, err := f.lockFile.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	return f.lockFile.Truncate((generation + 1) % generations)
}

// isCurrent reports whether no other process has announced a change since the last call,
// and updates the size of the file.
func (f *logFile) isCurrent() bool {
	generation, err := f.lockFile.Seek(0, io.SeekEnd)
	if err != nil || generation != f.generation {
		f.generation = generation
		return false
	}
	size, err := f.open.file.Seek(0, io.SeekEnd)
	if err != nil {
		return false
	}
	f.refresh(size)
	return true
}
