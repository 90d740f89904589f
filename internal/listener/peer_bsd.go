//go:build darwin || freebsd

package listener

import (
	"net"

	"golang.org/x/sys/unix"
)

// credentials returns the user that connected a unix socket.
func credentials(c *net.UnixConn) (pid, uid int) {
	uid = Unknown
	raw, err := c.SyscallConn()
	if err != nil {
		return Unknown, uid
	}
	_ = raw.Control(func(fd uintptr) {
		const solLocal = 0 // SOL_LOCAL
		if u, err := unix.GetsockoptXucred(int(fd), solLocal, unix.LOCAL_PEERCRED); err == nil {
			uid = int(u.Uid)
		}
	})
	return Unknown, uid
}
