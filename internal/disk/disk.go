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
	// path is an error, and so is the name of a descriptor, such as /dev/stdout. If
	// follow is set, such a name opens the descriptor, and flag is ignored.
	Open(path string, flag int, mode fs.FileMode, follow bool) (File, error)

	Lstat(path string) (fs.FileInfo, error)

	// Rename fails with [fs.ErrExist] if there is something at the new path.
	Rename(from, to string) error

	Remove(path string) error

	// MkdirAll makes a directory and those that it is in, as far as they are missing.
	MkdirAll(dir string, mode fs.FileMode) error

	SetTime(path string, modified time.Time) error
	ReadDir(dir string) (names []string, err error)

	// SyncDir makes the names in a directory survive a power failure.
	SyncDir(dir string) error
}

// File is an open file.
type File interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.WriterAt
	io.Seeker
	io.Closer
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	Sync() error

	// SyncData is Sync without the times of the file, where the system has such a call.
	SyncData() error

	// Preallocate makes the file at least as long as size, and takes the space for it,
	// so that writing there cannot fail for lack of space and is faster to sync. It
	// returns [errors.ErrUnsupported] where the system or the file system cannot.
	Preallocate(size int64) error

	Chmod(mode fs.FileMode) error
	Chown(uid, gid int) error

	// Lock takes an exclusive lock of the file, also among processes. If it is
	// taken, Lock waits or, without wait, returns [ErrLocked]. The lock ends with
	// the process.
	Lock(wait bool) error
	Unlock() error
}

var (
	// ErrLocked is returned by [File.Lock] if the lock is taken.
	ErrLocked = errors.New("file is locked")

	// ErrNotRegular is the error for a path that is not a regular file.
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

// MkdirAll implements [FS].
func (OS) MkdirAll(dir string, mode fs.FileMode) error { return os.MkdirAll(dir, mode) }

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
func (f osFile) SyncData() error      { return syncData(f.File) }

func (f osFile) Preallocate(size int64) error { return preallocate(f.File, size) }

// Regular returns the FileInfo of a regular file. It returns nil if nothing exists at the
// path, and an error that wraps [ErrNotRegular] if it is not a regular file.
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

// SameTime reports whether two files have the same modification time, within the
// precision that file systems keep.
func SameTime(a, b fs.FileInfo) bool {
	return a.ModTime().Truncate(time.Microsecond).Equal(b.ModTime().Truncate(time.Microsecond))
}

// Unchanged reports whether now describes the same file as before, not written to since.
// Comparing inode numbers is not enough, since systems reuse those of removed files.
func Unchanged(now, before fs.FileInfo) bool {
	return os.SameFile(now, before) && now.Size() == before.Size() && SameTime(now, before)
}

// renameChecked implements Rename with a system call that replaces. Another process may
// create the new path between the check and the call.
func renameChecked(from, to string) error {
	switch _, err := os.Lstat(to); {
	case err == nil:
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return os.Rename(from, to)
}
