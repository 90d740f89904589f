package main

import (
	"errors"
	"syscall"
)

// errNoData is what writing to a pipe that is being closed gives.
const errNoData = syscall.Errno(232)

// readerGone reports whether a write failed since nobody reads any more.
func readerGone(err error) bool {
	return errors.Is(err, syscall.ERROR_BROKEN_PIPE) || errors.Is(err, errNoData) || errors.Is(err, syscall.EPIPE)
}
