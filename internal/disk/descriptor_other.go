//go:build !unix

package disk

import (
	"errors"
	"os"
)

// Descriptor reports false: on this system no path names a descriptor.
func Descriptor(string) (fd int, ok bool) { return 0, false }

func openDescriptor(int, string) (*os.File, error) { return nil, errors.ErrUnsupported }
