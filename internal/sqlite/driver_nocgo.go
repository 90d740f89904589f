//go:build !cgo && !js && !wasip1

package sqlite

import (
	"errors"

	"modernc.org/sqlite"
)

// Default is the driver of this build.
var Default = Engine{new(sqlite.Driver), func(err error) int {
	if e := (*sqlite.Error)(nil); errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}}
