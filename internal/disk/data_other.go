//go:build !linux

package disk

import (
	"errors"
	"io/fs"
	"os"
)

func syncData(file *os.File) error { return file.Sync() }

func preallocate(file *os.File, _ int64) error {
	return &fs.PathError{Op: "preallocate", Path: file.Name(), Err: errors.ErrUnsupported}
}
