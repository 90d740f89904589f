package handlers

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// TimedOptions configure [NewTimed]. nil is the default: a file a day, all kept.
type TimedOptions struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // asked after the processors; nil: all
	Bubble    bool                       // let handled records go on to the next handler
	Formatter logbook.Formatter          // nil: the format string logbook.DefaultFormat

	Mode         fs.FileMode    // of a file that is created, before the umask; 0: 0640
	TakeOver     bool           // from a handler with other options; see File
	SyncLevel    slog.Leveler   // fsync after each record of this level and above; nil: never
	SyncInterval time.Duration  // fsync at most this long after a record; 0: never
	Buffer       *BufferOptions // nil: each record is written at once
	OnError      func(error)    // told of what failed without costing a record; nil: stderr

	Pattern        string         // strftime, of numbers: a file is for the times with the same text; "": "%Y-%m-%d"
	RolloverFormat string         // of file names; "": "{basename}-{timestamp}{ext}"
	PlainCurrent   bool           // the file that is written to has the plain path, and is renamed at the end of its time
	Location       *time.Location // for the pattern; nil: that of the record's time

	Shared   bool               // other processes write to the same path with the same options
	MaxSize  int64              // in bytes; a file stays below it; 0: no limit
	Backups  int                // how many files are kept, with the current one; 0: all
	MaxAge   time.Duration      // finished files older than this are removed; 0: they are not
	MaxTotal int64              // in bytes, of all finished files; the oldest are removed; 0: no limit
	Compress Compressor         // of finished files; nil: none
	OnRotate func(RotationInfo) // called after a rotation, on another goroutine
}

const (
	defaultPattern        = "%Y-%m-%d"
	defaultRolloverFormat = "{basename}-{timestamp}{ext}"
)

// Timed is a [Monitoring] that writes to a file named after the time of each
// record: app.log becomes app-2010-01-10.log. The file is made with the first
// record. A record that is older than the last one goes to the older file, which is
// appended to; with PlainCurrent it may be late by a minute and still go to the
// current file.
//
// With MaxSize the file of a period is split: the first part becomes
// app-2010-01-10.log.1, the next one app-2010-01-10.log.2, and the last one has no
// number.
//
// With PlainCurrent a file that is already there when the handler is made belongs
// to the time when it was last modified.
//
// Only files whose names the handler could have made are removed or compressed.
// For the rest it is as with [Rotating]: nothing is overwritten, a failure costs no
// record, finished files count whatever has compressed them, and the oldest ones, by the
// time in their names, go first.
type Timed struct{ fileHandler }

// NewTimed returns a handler for files in the directory of the path, which is made
// absolute at once. Directories are not made. The error wraps [fs.ErrInvalid] if an
// option is bad, else an [*fs.PathError].
func NewTimed(path string, o *TimedOptions) (*Timed, error) {
	if o == nil {
		o = new(TimedOptions)
	}
	c, err := o.config(path)
	if err != nil {
		return nil, fmt.Errorf("handlers: timed log file: %w", err)
	}
	h := new(Timed)
	err = h.setUp(h, logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter}, c, true)
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (o *TimedOptions) config(path string) (c fileConfig, err error) {
	if path, err = absolute(path); err != nil {
		return c, err
	}
	names, err := newDated(path, cmp.Or(o.Pattern, defaultPattern), cmp.Or(o.RolloverFormat, defaultRolloverFormat))
	if err != nil {
		return c, err
	}
	if names.ext, err = packedExt(o.Compress); err != nil {
		return c, err
	}
	names.plain, names.location = o.PlainCurrent, o.Location
	names.compile()

	keep := retention{backups: o.Backups - 1, maxAge: o.MaxAge, maxTotal: o.MaxTotal}
	switch {
	case o.Backups < 0:
		return c, optionError("Backups", o.Backups)
	case o.MaxSize < 0:
		return c, optionError("MaxSize", o.MaxSize)
	}
	if err := keep.check(); err != nil {
		return c, err
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil {
		return c, err
	} else if !info.IsDir() {
		return c, &fs.PathError{Op: "open", Path: path, Err: errors.New("its parent is not a directory")}
	}
	return fileConfig{
		path: path, mode: o.Mode, watch: watchInterval, shared: o.Shared,
		names: names, maxSize: o.MaxSize, keep: keep, pack: o.Compress,
		syncLevel: o.SyncLevel, syncInterval: o.SyncInterval,
		buffer: newLineBuffer(o.Buffer), options: *o, takeOver: o.TakeOver, onError: o.OnError, onRotate: o.OnRotate,
	}, nil
}
