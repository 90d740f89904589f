//go:build unix

package netlink

import (
	"errors"
	"syscall"
)

// isTooLong reports whether a datagram was longer than the system allows. The connection
// can still be used.
func isTooLong(err error) bool { return errors.Is(err, syscall.EMSGSIZE) }
