//go:build unix

package disk

import (
	"errors"
	"syscall"
)

// IsFull reports whether an error says that there is no space left, on the disk or in the
// quota of the user.
func IsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
