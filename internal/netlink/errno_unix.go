//go:build unix

package netlink

import (
	"errors"
	"syscall"
)

// isTooLong reports whether a datagram was longer than the system allows. The
// connection is sound then.
func isTooLong(err error) bool { return errors.Is(err, syscall.EMSGSIZE) }
