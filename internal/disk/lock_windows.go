package disk

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// whole is each half of the length of a locked range that covers any file.
const whole = ^uint32(0)

func lockFile(file *os.File, wait bool) error {
	var flags uint32 = windows.LOCKFILE_EXCLUSIVE_LOCK
	if !wait {
		flags |= windows.LOCKFILE_FAIL_IMMEDIATELY
	}
	err := windows.LockFileEx(windows.Handle(file.Fd()), flags, 0, whole, whole, new(windows.Overlapped))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION):
		return ErrLocked
	}
	return &fs.PathError{Op: "lock", Path: file.Name(), Err: err}
}

func unlockFile(file *os.File) error {
	err := windows.UnlockFileEx(windows.Handle(file.Fd()), 0, whole, whole, new(windows.Overlapped))
	if err != nil {
		return &fs.PathError{Op: "unlock", Path: file.Name(), Err: err}
	}
	return nil
}
