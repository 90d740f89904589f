package disktest

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
)

// Errors are common errors of disks.
var Errors = []error{syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EMFILE}

// Faults is the real file system with calls that fail. With the zero value no call fails.
// A call is named by its method in lower case, except that Open is "create" if its flag
// has O_CREATE, Sync is "fsync", SyncData is "fdatasync" and MkdirAll is "mkdir".
// It does not sync, which tests do not need. It is safe for concurrent use.
type Faults struct {
	disk.OS

	// Short makes a failing Write or WriteAt write half of its bytes.
	Short bool

	mu    sync.Mutex
	calls int
	fail  func(op string, call int) error
	seen  map[string]bool
}

// Fail sets a function whose result is the error of each call. Calls are counted from 1.
// If fail is nil, no call fails.
func (f *Faults) Fail(fail func(op string, call int) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

// FailOp makes all calls of one kind fail.
func (f *Faults) FailOp(failing string, err error) {
	f.Fail(func(op string, _ int) error {
		if op != failing {
			return nil
		}
		return err
	})
}

// Seen returns the names of all calls so far.
func (f *Faults) Seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var seen []string
	for op := range f.seen {
		seen = append(seen, op)
	}
	return seen
}

func (f *Faults) check(op string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.seen == nil {
		f.seen = make(map[string]bool)
	}
	f.seen[op] = true
	if f.fail == nil {
		return nil
	}
	return f.fail(op, f.calls)
}

// Open implements [disk.FS], and so do the other methods.
func (f *Faults) Open(path string, flag int, mode fs.FileMode, follow bool) (disk.File, error) {
	op := "open"
	if flag&os.O_CREATE != 0 {
		op = "create"
	}
	if err := f.check(op); err != nil {
		return nil, &fs.PathError{Op: op, Path: path, Err: err}
	}
	opened, err := f.OS.Open(path, flag, mode, follow)
	if err != nil {
		return nil, err
	}
	return &file{opened, f}, nil
}

// Lstat may fail as "lstat".
func (f *Faults) Lstat(path string) (fs.FileInfo, error) {
	if err := f.check("lstat"); err != nil {
		return nil, err
	}
	return f.OS.Lstat(path)
}

// Rename may fail as "rename".
func (f *Faults) Rename(from, to string) error {
	if err := f.check("rename"); err != nil {
		return err
	}
	return f.OS.Rename(from, to)
}

// Remove may fail as "remove".
func (f *Faults) Remove(path string) error {
	if err := f.check("remove"); err != nil {
		return err
	}
	return f.OS.Remove(path)
}

// MkdirAll may fail as "mkdir".
func (f *Faults) MkdirAll(dir string, mode fs.FileMode) error {
	if err := f.check("mkdir"); err != nil {
		return err
	}
	return f.OS.MkdirAll(dir, mode)
}

// SetTime may fail as "settime".
func (f *Faults) SetTime(path string, t time.Time) error {
	if err := f.check("settime"); err != nil {
		return err
	}
	return f.OS.SetTime(path, t)
}

// ReadDir may fail as "readdir".
func (f *Faults) ReadDir(dir string) ([]string, error) {
	if err := f.check("readdir"); err != nil {
		return nil, err
	}
	return f.OS.ReadDir(dir)
}

// SyncDir may fail as "syncdir".
func (f *Faults) SyncDir(string) error { return f.check("syncdir") }

// file is an open file of Faults.
type file struct {
	disk.File
	faults *Faults
}

func (f *file) Read(p []byte) (int, error) {
	if err := f.faults.check("read"); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

func (f *file) ReadAt(p []byte, at int64) (int, error) {
	if err := f.faults.check("readat"); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, at)
}

func (f *file) Write(p []byte) (int, error) {
	if err := f.faults.check("write"); err != nil {
		n := 0
		if f.faults.Short {
			n, _ = f.File.Write(p[:len(p)/2])
		}
		return n, err
	}
	return f.File.Write(p)
}

func (f *file) WriteAt(p []byte, at int64) (int, error) {
	if err := f.faults.check("writeat"); err != nil {
		n := 0
		if f.faults.Short {
			n, _ = f.File.WriteAt(p[:len(p)/2], at)
		}
		return n, err
	}
	return f.File.WriteAt(p, at)
}

func (f *file) Close() error {
	err := f.File.Close()
	return errors.Join(f.faults.check("close"), err)
}

func (f *file) Stat() (fs.FileInfo, error) {
	if err := f.faults.check("stat"); err != nil {
		return nil, err
	}
	return f.File.Stat()
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	if err := f.faults.check("seek"); err != nil {
		return 0, err
	}
	return f.File.Seek(offset, whence)
}

func (f *file) Truncate(size int64) error {
	if err := f.faults.check("truncate"); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

func (f *file) Sync() error     { return f.faults.check("fsync") }
func (f *file) SyncData() error { return f.faults.check("fdatasync") }

func (f *file) Preallocate(size int64) error {
	if err := f.faults.check("preallocate"); err != nil {
		return err
	}
	return f.File.Preallocate(size)
}

func (f *file) Chmod(mode fs.FileMode) error {
	if err := f.faults.check("chmod"); err != nil {
		return err
	}
	return f.File.Chmod(mode)
}

func (f *file) Lock(wait bool) error {
	if err := f.faults.check("lock"); err != nil {
		return err
	}
	return f.File.Lock(wait)
}

func (f *file) Unlock() error {
	if err := f.faults.check("unlock"); err != nil {
		_ = f.File.Unlock() // or the test would hang
		return err
	}
	return f.File.Unlock()
}
