//go:build unix

package disk

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// maxLinks is how many symbolic links are followed to a descriptor.
const maxLinks = 40

// descriptorDirs hold a name for each descriptor of the process.
var descriptorDirs = []string{"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/", "/proc/" + strconv.Itoa(os.Getpid()) + "/fd/"}

// Descriptor returns the descriptor that a path stands for, such as /dev/stdout, or
// that it is a symbolic link to.
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

// openDescriptor returns a file that shares the place in it with the descriptor. To open
// the path would not: it fails for a socket and for what belongs to another user, and
// writes over what others have written to a file.
func openDescriptor(fd int, path string) (*os.File, error) {
	own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(own), path), nil
}
