package listener

import (
	"io/fs"
	"syscall"
)

// restrict gives a unix socket its mode before there is a file, so that nobody can connect
// in between. Only Linux can.
func restrict(fd uintptr, mode fs.FileMode) { _ = syscall.Fchmod(int(fd), uint32(mode.Perm())) }
