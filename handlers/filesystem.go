package handlers

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// fileSystem is what log files need of the system. Tests put a failing one in
// its place.
type fileSystem interface {
	// Open opens a file. Unless follow is set, a symbolic link at the end of the
	// path is an error, and so is the name of a descriptor, such as /dev/stdout. With
	// follow that stands for the descriptor itself, and the flag does not matter.
	Open(path string, flag int, mode fs.FileMode, follow bool) (openFile, error)

	Lstat(path string) (fs.FileInfo, error)

	// Rename fails with [fs.ErrExist] if there is something at the new path.
	Rename(from, to string) error

	Remove(path string) error
	SetTime(path string, modified time.Time) error
	ReadDir(dir string) (names []string, err error)

	// SyncDir makes names in a directory last through a power failure.
	SyncDir(dir string) error
}

type openFile interface {
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
	// waits for its turn, or returns errLocked. The lock ends with the process.
	Lock(wait bool) error
	Unlock() error
}

// errLocked is returned by Lock where somebody else has the lock.
var errLocked = errors.New("file is locked")

// osFiles is the real file system.
type osFiles struct{}

func (osFiles) Open(path string, flag int, mode fs.FileMode, follow bool) (openFile, error) {
	if !follow {
		file, err := openNoFollow(path, flag, mode)
		if err != nil {
			return nil, err
		}
		return newOpenFile(file, flag), nil
	}
	if fd, ok := descriptorOf(path); ok {
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
	return newOpenFile(file, flag), nil
}

func (osFiles) Lstat(path string) (fs.FileInfo, error) { return os.Lstat(path) }
func (osFiles) Rename(from, to string) error           { return renameNew(from, to) }
func (osFiles) Remove(path string) error               { return os.Remove(path) }
func (osFiles) SetTime(path string, t time.Time) error {
	return os.Chtimes(path, t, t)
}
func (osFiles) SyncDir(dir string) error { return syncDir(dir) }

func (osFiles) ReadDir(dir string) ([]string, error) {
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

// lstatFile returns nil if there is nothing at the path. Anything but a regular
// file is not one of ours, and an error.
func lstatFile(files fileSystem, path string) (fs.FileInfo, error) {
	info, err := files.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "use", Path: path, Err: errNotRegular}
	}
	return info, nil
}

var (
	errNotRegular   = errors.New("not a regular file")
	errNotDirectory = errors.New("its directory is none")
)

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

// sameTime reports whether a file has the time of another one that it was made
// from.
func sameTime(a, b fs.FileInfo) bool {
	return a.ModTime().Truncate(time.Microsecond).Equal(b.ModTime().Truncate(time.Microsecond))
}

// unchanged reports whether a file is still the one that it was. Systems give
// numbers of removed files to new ones.
func unchanged(now, before fs.FileInfo) bool {
	return os.SameFile(now, before) && now.Size() == before.Size() && sameTime(now, before)
}
