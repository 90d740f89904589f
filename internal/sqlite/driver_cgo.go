//go:build cgo

package sqlite

import (
	"errors"

	"github.com/mattn/go-sqlite3"
)

// Default is the driver of this build.
var Default = Engine{new(sqlite3.SQLiteDriver), func(err error) int {
	if e := (sqlite3.Error{}); errors.As(err, &e) {
		return int(e.Code)
	}
	return 0
}}
