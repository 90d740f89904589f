//go:build !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd && !windows

package disk

import (
	"errors"
	"io/fs"
	"os"
)

func lockFile(file *os.File, _ bool) error {
	return &fs.PathError{Op: "lock", Path: file.Name(), Err: errors.ErrUnsupported}
}

func unlockFile(*os.File) error { return nil }
