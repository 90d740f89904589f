//go:build unix

package syslog

import (
	"errors"
	"syscall"
)

// isWrongType reports whether err means that a unix socket is of the other type.
func isWrongType(err error) bool { return errors.Is(err, syscall.EPROTOTYPE) }
