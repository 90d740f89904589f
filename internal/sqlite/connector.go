// Package sqlite opens SQLite databases by the driver that the build allows: that of C with
// cgo, or the same translated to Go.
package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Engine is a driver of SQLite.
type Engine struct {
	driver.Driver
	Code func(error) int // the primary result code, or 0 if the error is not from SQLite
}

// Connector opens connections with the same settings on either driver.
type Connector struct {
	driver  driver.Driver
	uri     string
	pragmas string
}

// NewConnector returns a connector to the file with a path, which must exist. A connection waits
// for locks of others as long as the timeout says.
func NewConnector(d Engine, path string, timeout time.Duration) (*Connector, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // a drive letter
		path = "/" + path
	}
	return &Connector{d.Driver, "file://" + (&url.URL{Path: path}).EscapedPath() + "?mode=rw", fmt.Sprintf(
		"PRAGMA busy_timeout = %d; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768; PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = OFF",
		timeout.Milliseconds())}, nil
}

// ReadOnly returns a connector whose connections do not write.
func (c *Connector) ReadOnly() *Connector {
	return &Connector{c.driver, strings.Replace(c.uri, "mode=rw", "mode=ro", 1), c.pragmas}
}

// Connect implements [driver.Connector].
func (c *Connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.uri)
	if err != nil {
		return nil, err
	}
	if _, err := conn.(driver.ExecerContext).ExecContext(ctx, c.pragmas, nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// Driver implements [driver.Connector].
func (c *Connector) Driver() driver.Driver { return c.driver }

// creating is held while a file is made. To close a file drops the locks that SQLite holds
// on it in this process, so an existing file is never opened here.
var creating sync.Mutex

// Create makes an empty file, unless there is one.
func Create(path string) error {
	creating.Lock()
	defer creating.Unlock()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o640)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return err
	}
	return f.Close()
}

// Exists returns an error if there is no file.
func Exists(path string) error {
	_, err := os.Stat(path)
	return err
}
