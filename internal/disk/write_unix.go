//go:build unix

package disk

import (
	"os"
	"syscall"
)

// regularFile is a file that is written to by the bare system call. An os.File
// keeps itself from being closed meanwhile, and gets ready to wait until it can be
// written to: the one is done by the lock of whoever writes, the other no regular file
// needs.
type regularFile struct {
	osFile
	fd int
}

// newFile returns a file that was opened with the flag.
func newFile(file *os.File, flag int) File {
	if flag&os.O_APPEND != 0 { // a log, and nothing that a compressor writes to
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			return &regularFile{osFile{file}, int(file.Fd())}
		}
	}
	return osFile{file}
}

// Write leaves to os.File what the system did not write at once: signals, sizes
// and errors.
func (f *regularFile) Write(p []byte) (int, error) {
	n, _ := syscall.Write(f.fd, p)
	if n == len(p) {
		return n, nil
	}
	n = max(n, 0)
	rest, err := f.osFile.Write(p[n:])
	return n + rest, err
}
