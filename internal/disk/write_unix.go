//go:build unix

package disk

import (
	"os"
	"syscall"
)

// regularFile is a file that Write writes to by a direct system call. It skips two
// things that an os.File does: guarding against a concurrent Close, which the lock of
// the caller does, and preparing to wait for readiness, which a regular file never needs.
type regularFile struct {
	osFile
	fd int
}

// newFile returns a file that was opened with the flag.
func newFile(file *os.File, flag int) File {
	if flag&os.O_APPEND != 0 { // a log, not the output of a compressor
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			return &regularFile{osFile{file}, int(file.Fd())}
		}
	}
	return osFile{file}
}

// Write leaves short writes and errors to os.File.
func (f *regularFile) Write(p []byte) (int, error) {
	n, _ := syscall.Write(f.fd, p)
	if n == len(p) {
		return n, nil
	}
	n = max(n, 0)
	rest, err := f.osFile.Write(p[n:])
	return n + rest, err
}
