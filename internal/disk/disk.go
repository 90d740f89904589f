// Package disk is what files that must survive need of the system: opening without
// following links, locks, renaming without replacing, and syncing of directories.
// Whoever uses it takes an [FS], so that its tests can put one in place that fails; see
// package disktest.
package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// FS is a file system. [OS] is the real one.
type FS interface {
	// Open opens a file. Unless follow is set, a symbolic link at the end of the
	// path is an error, and so is the name of a descriptor, such as /dev/stdout. With
	// follow that stands for the descriptor itself, and the flag does not matter.
	Open(path string, flag int, mode fs.FileMode, follow bool) (File, error)

	Lstat(path string) (fs.FileInfo, error)

	// Rename fails with [fs.ErrExist] if there is something at the new path.
	Rename(from, to string) error

	Remove(path string) error
	SetTime(path string, modified time.Time) error
	ReadDir(dir string) (names []string, err error)

	// SyncDir makes names in a directory last through a power failure.
	SyncDir(dir string) error
}

// File is an open file.
type File interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.Seeker
	io.Closer
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	Sync() error
	Chmod(mode fs.FileMode) error
	Chown(uid, gid int) error

	// Lock keeps all others out who lock the same file, other processes too. It
	// waits for its turn, or returns [ErrLocked]. The lock ends with the process.
	Lock(wait bool) error
	Unlock() error
}

var (
	// ErrLocked is returned by [File.Lock] where somebody else has the lock.
	ErrLocked = errors.New("file is locked")

	// ErrNotRegular is why something that is not a regular file is not used.
	ErrNotRegular = errors.New("not a regular file")
)

// OS is the file system of the operating system.
type OS struct{}

// Open implements [FS].
func (OS) Open(path string, flag int, mode fs.FileMode, follow bool) (File, error) {
	if !follow {
		file, err := openNoFollow(path, flag, mode)
		if err != nil {
			return nil, err
		}
		return newFile(file, flag), nil
	}
	if fd, ok := Descriptor(path); ok {
		file, err := openDescriptor(fd, path)
		if err != nil {
			return nil, err
		}
		return osFile{file}, nil
	}
	file, err := os.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err
	}
	return newFile(file, flag), nil
}

// Lstat implements [FS].
func (OS) Lstat(path string) (fs.FileInfo, error) { return os.Lstat(path) }

// Rename implements [FS].
func (OS) Rename(from, to string) error { return renameNew(from, to) }

// Remove implements [FS].
func (OS) Remove(path string) error { return os.Remove(path) }

// SetTime implements [FS].
func (OS) SetTime(path string, t time.Time) error { return os.Chtimes(path, t, t) }

// SyncDir implements [FS].
func (OS) SyncDir(dir string) error { return syncDir(dir) }

// ReadDir implements [FS].
func (OS) ReadDir(dir string) ([]string, error) {
	file, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return file.Readdirnames(-1)
}

type osFile struct{ *os.File }

func (f osFile) Lock(wait bool) error { return lockFile(f.File, wait) }
func (f osFile) Unlock() error        { return unlockFile(f.File) }

// Regular is Lstat of a regular file. It returns nil if there is nothing at the path, and
// an error that wraps [ErrNotRegular] for anything else.
func Regular(files FS, path string) (fs.FileInfo, error) {
	info, err := files.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "use", Path: path, Err: ErrNotRegular}
	}
	return info, nil
}

// SameTime reports whether a file has the time of another one that it was made from, as
// far as file systems keep it.
func SameTime(a, b fs.FileInfo) bool {
	return a.ModTime().Truncate(time.Microsecond).Equal(b.ModTime().Truncate(time.Microsecond))
}

// Unchanged reports whether a file is the same as before, and was not written to since.
// The same number is not enough: systems give those of removed files to new ones.
func Unchanged(now, before fs.FileInfo) bool {
	return os.SameFile(now, before) && now.Size() == before.Size() && SameTime(now, before)
}

// renameChecked is Rename for systems that only have one that replaces.
func renameChecked(from, to string) error {
	switch _, err := os.Lstat(to); {
	case err == nil:
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return os.Rename(from, to)
}
