//go:build unix

package listener

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// SetBacklog sets how many connections the system holds until they are accepted. The system
// has a maximum.
func SetBacklog(l net.Listener, n int) error {
	raw, err := l.(syscall.Conn).SyscallConn()
	if err != nil {
		return err
	}
	if e := raw.Control(func(fd uintptr) { err = unix.Listen(int(fd), n) }); e != nil {
		return e
	}
	return err
}
