package listener

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"

	"github.com/logbook-go/logbook/internal/disk"
)

// ErrInUse is wrapped by the error for a unix socket on which another process listens.
var ErrInUse = errors.New("another process listens on the socket")

// socketFile is the file of a unix socket of this process.
type socketFile struct {
	path string
	info fs.FileInfo
	lock disk.File
	once sync.Once
}

// bind calls listen, which makes a unix socket with the given configuration, in place of
// the one that a process without its lock has left. An abstract socket has no file.
func bind(path string, mode fs.FileMode, listen func(net.ListenConfig) error) (*socketFile, error) {
	if strings.HasPrefix(path, "@") {
		return nil, listen(net.ListenConfig{})
	}
	lock, err := disk.OS{}.Open(path+".lock", os.O_RDWR|os.O_CREATE, 0o600, false)
	if err != nil {
		return nil, err
	}
	f := &socketFile{path: path, lock: lock}
	if err := f.bind(cmp.Or(mode, 0o600), listen); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func (f *socketFile) bind(mode fs.FileMode, listen func(net.ListenConfig) error) error {
	err := f.lock.Lock(false)
	if errors.Is(err, disk.ErrLocked) {
		return ErrInUse
	} else if err != nil {
		return err
	}
	switch info, err := os.Lstat(f.path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.Mode()&fs.ModeSocket == 0:
		return errors.New("the file is not a socket")
	case f.answers():
		return ErrInUse // a process that does not lock
	default:
		if err := os.Remove(f.path); err != nil {
			return err
		}
	}
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { restrict(fd, mode) })
	}}
	if err := listen(config); err != nil {
		return err
	}
	if err := os.Chmod(f.path, mode); err != nil { // the umask may have removed bits
		return err
	}
	f.info, err = os.Lstat(f.path)
	return err
}

// answers reports whether something listens on the socket.
func (f *socketFile) answers() bool {
	for _, network := range []string{"unix", "unixgram"} {
		if c, err := net.Dial(network, f.path); err == nil {
			_ = c.Close()
			return true
		}
	}
	return false
}

// remove removes the file, unless another one has its place, and unlocks.
func (f *socketFile) remove() {
	f.once.Do(func() {
		if now, err := os.Lstat(f.path); err == nil && os.SameFile(now, f.info) {
			_ = os.Remove(f.path)
		}
		_ = f.lock.Close()
	})
}
