//go:build unix

package queues

import (
	"os"
	"syscall"
)

// openInherited opens a descriptor that the process inherited. The processes that it starts
// do not inherit it.
func openInherited(fd uintptr) (*os.File, error) {
	var stat syscall.Stat_t
	if err := syscall.Fstat(int(fd), &stat); err != nil {
		return nil, err
	}
	syscall.CloseOnExec(int(fd))
	return os.NewFile(fd, "pipe to the parent process"), nil
}
