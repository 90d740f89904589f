package disk

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

func syncData(file *os.File) error {
	return retried("fdatasync", file, func(fd int) error { return unix.Fdatasync(fd) })
}

func preallocate(file *os.File, size int64) error {
	err := retried("fallocate", file, func(fd int) error { return unix.Fallocate(fd, 0, 0, size) })
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOSYS) {
		return &fs.PathError{Op: "fallocate", Path: file.Name(), Err: errors.ErrUnsupported}
	}
	return err
}

// retried makes a system call again if a signal interrupted it.
func retried(op string, file *os.File, call func(fd int) error) error {
	for {
		switch err := call(int(file.Fd())); {
		case err == nil:
			return nil
		case !errors.Is(err, unix.EINTR):
			return &fs.PathError{Op: op, Path: file.Name(), Err: err}
		}
	}
}
