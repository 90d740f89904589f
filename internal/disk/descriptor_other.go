//go:build !unix

package disk

import (
	"errors"
	"os"
)

// Descriptor returns the descriptor that a path stands for: none on this system.
func Descriptor(string) (fd int, ok bool) { return 0, false }

func openDescriptor(int, string) (*os.File, error) { return nil, errors.ErrUnsupported }
