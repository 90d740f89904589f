//go:build unix

package disk

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxLinks is the number of symbolic links that Descriptor follows.
const maxLinks = 40

// descriptorDirs are the directories with a name for each descriptor of the process.
var descriptorDirs = []string{"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/", "/proc/" + strconv.Itoa(os.Getpid()) + "/fd/"}

// Descriptor returns the descriptor that a path such as /dev/stdout, or a symbolic link
// to one, names.
func Descriptor(path string) (fd int, ok bool) {
	for range maxLinks {
		switch path {
		case "/dev/stdin":
			return 0, true
		case "/dev/stdout":
			return 1, true
		case "/dev/stderr":
			return 2, true
		}
		for _, dir := range descriptorDirs {
			if number, found := strings.CutPrefix(path, dir); found {
				fd, err := strconv.Atoi(number)
				return fd, err == nil && fd >= 0
			}
		}
		link, err := os.Readlink(path)
		if err != nil {
			return 0, false
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(path), link)
		}
		path = filepath.Clean(link)
	}
	return 0, false
}

// openDescriptor returns a file that shares its offset with the descriptor. Opening the
// path would not share it, and so overwrite the output of others; it also fails for
// sockets and files of another user.
func openDescriptor(fd int, path string) (*os.File, error) {
	syscall.ForkLock.RLock() // AIX has no F_DUPFD_CLOEXEC
	own, err := unix.Dup(fd)
	if err == nil {
		unix.CloseOnExec(own)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(own), path), nil
}
