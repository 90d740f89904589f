package main

import (
	"errors"
	"syscall"
)

// errNoData is ERROR_NO_DATA, the error of a write to a pipe that is being closed.
const errNoData = syscall.Errno(232)

// readerGone reports whether a write failed because the reader closed the pipe.
func readerGone(err error) bool {
	return errors.Is(err, syscall.ERROR_BROKEN_PIPE) || errors.Is(err, errNoData) || errors.Is(err, syscall.EPIPE)
}
