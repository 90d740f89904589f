//go:build !unix && !windows

package disk

import (
	"errors"
	"syscall"
)

// IsFull reports whether an error says that there is no space left.
func IsFull(err error) bool { return errors.Is(err, syscall.ENOSPC) }
