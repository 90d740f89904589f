//go:build !cgo && (js || wasip1)

package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
)

// Default is that of platforms for which SQLite does not exist.
var Default = Engine{noDriver{}, func(error) int { return 0 }}

type noDriver struct{}

// Open implements [driver.Driver].
func (noDriver) Open(string) (driver.Conn, error) {
	return nil, fmt.Errorf("no SQLite for %s/%s: %w", runtime.GOOS, runtime.GOARCH, errors.ErrUnsupported)
}
