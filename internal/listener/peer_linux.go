package listener

import (
	"net"
	"syscall"
)

// credentials returns the process and the user that connected a unix socket.
func credentials(c *net.UnixConn) (pid, uid int) {
	pid, uid = Unknown, Unknown
	raw, err := c.SyscallConn()
	if err != nil {
		return pid, uid
	}
	_ = raw.Control(func(fd uintptr) {
		if u, err := syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED); err == nil {
			pid, uid = int(u.Pid), int(u.Uid)
		}
	})
	return pid, uid
}
