package daemon

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/disk"
)

// pidFile is a locked file that names this process, in the form of lab_utils. It stays, and
// so does its content: the lock, which ends with the process, is what counts.
type pidFile struct{ disk.File }

// lockPIDFile locks a file. The error is a [*LockError].
func lockPIDFile(path string) (*pidFile, error) {
	file, err := disk.OS{}.Open(path, os.O_RDWR|os.O_CREATE, 0o644, false)
	if err != nil {
		return nil, &LockError{Path: path, Err: cause(err)}
	}
	f := &pidFile{file}
	if err := f.lock(path); err != nil {
		_ = file.Close()
		return nil, err
	}
	return f, nil
}

func (f *pidFile) lock(path string) error {
	info, err := f.Stat()
	if err != nil {
		return &LockError{Path: path, Err: cause(err)}
	}
	if !info.Mode().IsRegular() {
		return &LockError{Path: path, Err: disk.ErrNotRegular}
	}
	if uid, _, ok := disk.Owner(info); ok && uid != os.Geteuid() {
		return &LockError{Path: path, Err: fmt.Errorf("owned by another user, %d", uid)}
	}
	if err := f.File.Lock(false); err != nil {
		e := &LockError{Path: path, Err: cause(err)}
		if errors.Is(err, disk.ErrLocked) {
			e.PID, e.Host = f.holder()
		}
		return e
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	text := fmt.Sprintf(" %d;%s\n", os.Getpid(), host)
	if _, err := f.WriteAt([]byte(text), 0); err != nil {
		return &LockError{Path: path, Err: cause(err)}
	}
	if err := f.Truncate(int64(len(text))); err != nil {
		return &LockError{Path: path, Err: cause(err)}
	}
	return nil
}

// holder returns the process that the file names.
func (f *pidFile) holder() (pid int, host string) {
	b, _ := io.ReadAll(io.NewSectionReader(f, 0, 1024)) // without it the process is not known
	number, host, _ := strings.Cut(strings.TrimSpace(string(b)), ";")
	pid, err := strconv.Atoi(number)
	if err != nil || pid < 0 {
		return 0, ""
	}
	return pid, host
}

// cause returns the cause of an error that would repeat the path.
func cause(err error) error {
	if e := (*os.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// defaultPIDFile returns NAME.pid in $XDG_RUNTIME_DIR; without it in /run for root, and in the
// directory for temporary files otherwise.
func defaultPIDFile(name string) string {
	dir := os.TempDir()
	if info, err := os.Stat("/run"); err == nil && info.IsDir() && os.Geteuid() == 0 {
		dir = "/run"
	}
	return filepath.Join(cmp.Or(os.Getenv("XDG_RUNTIME_DIR"), dir), name+".pid")
}
