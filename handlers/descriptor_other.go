//go:build !unix

package handlers

import (
	"errors"
	"os"
)

func descriptorOf(string) (fd int, ok bool) { return 0, false }

func openDescriptor(int, string) (*os.File, error) { return nil, errors.ErrUnsupported }
