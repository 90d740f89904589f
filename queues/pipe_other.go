//go:build !unix

package queues

import (
	"errors"
	"os"
)

func openInherited(uintptr) (*os.File, error) { return nil, errors.ErrUnsupported }
