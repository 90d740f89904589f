//go:build unix

package syslog

import (
	"errors"
	"syscall"
)

// isTooLong reports whether a datagram was longer than the system allows.
func isTooLong(err error) bool { return errors.Is(err, syscall.EMSGSIZE) }

// isWrongType reports whether a unix socket is of the other type.
func isWrongType(err error) bool { return errors.Is(err, syscall.EPROTOTYPE) }
