//go:build !unix && !windows

package disk

import (
	"errors"
	"io/fs"
	"os"
)

var errLink = errors.New("is a symbolic link")

func openNoFollow(path string, flag int, mode fs.FileMode) (*os.File, error) {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errLink}
	}
	return os.OpenFile(path, flag, mode)
}

func syncDir(string) error { return nil }

// Owner returns the owner of a file. On this system it reports false.
func Owner(fs.FileInfo) (uid, gid int, ok bool) { return 0, 0, false }

// Nameless reports whether an open file has been removed. On this system it is always
// false.
func Nameless(fs.FileInfo) bool { return false }
