package handlers

import (
	"cmp"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// RotatingOptions configure [NewRotating]. Backups must be set.
type RotatingOptions struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // asked after the processors; nil: all
	Bubble    bool                       // let handled records go on to the next handler
	Formatter logbook.Formatter          // nil: the format string logbook.DefaultFormat

	Mode         fs.FileMode    // of a file that is created, before the umask; 0: 0640
	Delay        bool           // do not create or open the file before the first record
	TakeOver     bool           // from a handler with other options; see File
	SyncLevel    slog.Leveler   // fsync after each record of this level and above; nil: never
	SyncInterval time.Duration  // fsync at most this long after a record; 0: never
	Buffer       *BufferOptions // nil: each record is written at once
	OnError      func(error)    // told of what failed without costing a record; nil: stderr

	Shared   bool               // other processes write to the same path with the same options
	MaxSize  int64              // in bytes; a file stays below it; 0: 1 MiB
	Backups  int                // how many finished files are kept; at least 1
	MaxAge   time.Duration      // finished files older than this are removed; 0: they are not
	MaxTotal int64              // in bytes, of all finished files; the oldest are removed; 0: no limit
	Compress Compressor         // of finished files; nil: none
	OnRotate func(RotationInfo) // called after a rotation, on another goroutine
}

const defaultMaxSize = 1 << 20

// Rotating is a [Monitoring] that starts a new file before a record would make the
// file as large as the limit or larger. The finished file becomes name.1, name.1
// becomes name.2, and so on; what is above the number of backups is removed. A
// record that is larger than the limit is written whole, to a file of its own.
//
// No file is ever renamed onto another one, or emptied. A rotation that fails, as
// in a directory without permission, costs no record: these go on to the old file,
// and half a second later it is tried again. What it left behind is no harm either.
//
// Finished files are looked at with the first record, at each rotation, and with MaxAge
// once an hour. They count and age whatever has compressed them, by the usual extensions
// (.gz, .zst, .bz2, .xz, .lz4, .lzma, .br, .sz, .Z, .zip, .7z) or that of Compress. The newest
// one is never removed for its size. Age is measured by a clock that does not follow
// the time of day where that jumps ahead, and that does not believe a time more than a year
// after the newest file that it finds at the start.
//
// With Shared, processes agree by a lock on the file name.lock, and with Compress on
// name.gz.lock; these stay, and must not be removed or written to while one of them
// runs. Each record then takes four system calls more. A process that is stopped while
// it writes stops the others too. It is for Linux, macOS, Windows and the BSDs;
// elsewhere it is an error.
type Rotating struct{ fileHandler }

// NewRotating returns a handler that writes to the file at the path, which is made
// absolute at once. Directories are not made. The error wraps [fs.ErrInvalid] if an
// option is bad, else an [*fs.PathError].
func NewRotating(path string, o *RotatingOptions) (*Rotating, error) {
	if o == nil {
		o = new(RotatingOptions)
	}
	c, err := o.config(path)
	if err != nil {
		return nil, fmt.Errorf("handlers: rotating log file: %w", err)
	}
	h := new(Rotating)
	err = h.setUp(h, logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter}, c, o.Delay)
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (o *RotatingOptions) config(path string) (c fileConfig, err error) {
	if path, err = absolute(path); err != nil {
		return c, err
	}
	ext, err := packedExt(o.Compress)
	if err != nil {
		return c, err
	}
	keep := retention{backups: o.Backups, maxAge: o.MaxAge, maxTotal: o.MaxTotal}
	switch {
	case o.Backups < 1:
		return c, optionError("Backups", o.Backups)
	case o.MaxSize < 0:
		return c, optionError("MaxSize", o.MaxSize)
	}
	if err := keep.check(); err != nil {
		return c, err
	}
	return fileConfig{
		path: path, mode: o.Mode, watch: watchInterval, shared: o.Shared,
		names:   &numbered{path: path, ext: ext, keep: o.Backups},
		maxSize: cmp.Or(o.MaxSize, defaultMaxSize), keep: keep, pack: o.Compress,
		syncLevel: o.SyncLevel, syncInterval: o.SyncInterval,
		buffer: newLineBuffer(o.Buffer), options: *o, takeOver: o.TakeOver, onError: o.OnError, onRotate: o.OnRotate,
	}, nil
}

func optionError(name string, value any) error {
	return fmt.Errorf("option %s is %v: %w", name, value, fs.ErrInvalid)
}

func (k retention) check() error {
	switch {
	case k.maxAge < 0:
		return optionError("MaxAge", k.maxAge)
	case k.maxTotal < 0:
		return optionError("MaxTotal", k.maxTotal)
	}
	return nil
}

// packedExt returns the extension of a compressor, if there is one.
func packedExt(c Compressor) (string, error) {
	if c == nil {
		return "", nil
	}
	ext := c.Ext()
	if len(ext) < 2 || ext[0] != '.' || strings.ContainsAny(ext[1:], "./\\"+string(filepath.Separator)) {
		return "", optionError("Compress", fmt.Sprintf("%T with the extension %q", c, ext))
	}
	return ext, nil
}
