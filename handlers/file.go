package handlers

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/internal/logfile"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/logbook"
)

// FileOptions configure [NewFile], [NewMonitoring], [NewRotating] and [NewTimed]. nil is
// the default, but for NewRotating. An option that the constructor does not know is
// refused if it is set.
type FileOptions struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // asked after the processors; nil: all
	Bubble    bool                       // let handled records go on to the next handler
	Formatter logbook.Formatter          // nil: the format string logbook.DefaultFormat

	Mode         fs.FileMode    // of a file that is created, before the umask; 0: 0640
	Delay        bool           // do not create or open the file before the first record
	TakeOver     bool           // from a handler with other options that is about to be closed; see File
	SyncLevel    slog.Leveler   // fsync after each record of this level and above; nil: never
	SyncInterval time.Duration  // fsync at most this long after a record; 0: never
	Buffer       *BufferOptions // nil: each record is written at once
	OnError      func(error)    // hears of what failed without costing a record; nil: stderr

	// NewFile.

	Truncate bool // empty the file before the first record, unless another handler has it open

	// NewMonitoring.

	Interval time.Duration // how often the path is checked; 0: one second; negative: before each record

	// NewRotating and NewTimed.

	MaxSize  int64              // in bytes; a file stays below it; 0: 1 MiB, of NewTimed: no limit
	Backups  int                // how many finished files are kept; 0: all; negative: none
	MaxAge   time.Duration      // finished files older than this are removed; 0: they are not
	MaxTotal int64              // in bytes, of all finished files; the oldest are removed; 0: no limit
	Compress Compressor         // of finished files; nil: none
	OnRotate func(RotationInfo) // called after a rotation, on another goroutine
	Shared   bool               // other processes write to the same path with the same options

	// NewTimed.

	Pattern        string         // strftime, of numbers: a file is for the times with the same text; "": "%Y-%m-%d"
	RolloverFormat string         // of file names; "": "{basename}-{timestamp}{ext}"
	PlainCurrent   bool           // write to the plain path, and rename the file when its period ends
	Location       *time.Location // for the pattern; nil: that of the record's time
}

// BufferOptions configure how lines are held back and written together, which
// is several times as fast as one by one. nil options of a handler mean no buffer.
//
// The program's end loses what is held unless the handler was closed or flushed;
// a kill loses it in any case. If the file cannot be written, lines are kept and
// tried again; when the buffer is full, further records are refused with an error,
// and counted.
type BufferOptions struct {
	Size     int           // in bytes; 0: 256 KiB
	Interval time.Duration // how long a line is held at most; 0: one second
	Level    slog.Leveler  // a record of this level writes what is held; nil: logbook.LevelError
}

// RotationInfo tells of a rotation.
type RotationInfo struct {
	Path   string // of the log
	Backup string // the finished file, compressed by now; "" if it was removed already
}

// File writes each record as a line to a file, in UTF-8. It is made by [NewFile],
// [NewMonitoring], [NewRotating] or [NewTimed].
//
// A record is one write at the end of the file, whoever else writes there, so
// lines of several processes do not mix on a local file system. What Handle has
// written is with the operating system: it survives the end of the program, and
// nothing needs to be flushed. To survive a power failure, call [File.Sync] or set a
// Sync option.
//
// A write that fails, as on a full disk, is the error of Handle, an
// [*fs.PathError]. If it fails halfway, the next record starts on a line of its
// own; so it does where the file ended in the middle of a line when it was opened.
// When records were lost and others can be written again, a record before them says
// how many.
//
// Handlers of one process for equal paths share one open file, so that none of them
// rotates a file away under another one. Options that are not those of the handler itself
// (Level, Filter, Bubble, Formatter, OnError, Delay, Truncate) must then be the same; else
// the second handler is refused, unless its TakeOver option is set. With that, its
// options hold once the first handler is closed, as when a configuration is read again,
// and Truncate empties a file once in a run of the program.
//
// Making a handler opens the file, or creates it. Nothing is emptied, removed or
// compressed before the first record.
//
// It is safe for concurrent use, and Handle allocates nothing as long as the
// formatter does not.
type File struct {
	opts    logbook.Options
	log     *logfile.File
	quiet   logbook.Handler // itself; nil if what the user gave may log
	console bool            // it is standard output or error
}

// NewFile returns a handler that writes to the file at the path, which is made
// absolute at once. Directories are not made; a symbolic link is followed. /dev/stdout,
// /dev/stderr, /dev/fd/N and /proc/self/fd/N, or a link to one, stand for the descriptor
// itself: nothing is opened anew or emptied, and the descriptor stays open at the end.
//
// The error is a [*logbook.OptionError], or wraps an [*fs.PathError]. With Delay an error of opening is the first record's, and each further record tries
// again.
func NewFile(path string, o *FileOptions) (*File, error) {
	return newFile(plainFile, path, o)
}

// NewMonitoring returns a File that goes on in a new file when the one at its path was
// renamed, removed or replaced, as logrotate does. It compares the open file with
// the path before a record is written, by the records' times at most once in the
// Interval, and at once when [File.Reopen] is called. If the new file cannot be opened,
// records go on to the old one. A new file has the mode and the owner of the old
// one. A symbolic link at the end of the path is not followed but an error.
func NewMonitoring(path string, o *FileOptions) (*File, error) {
	return newFile(monitoredFile, path, o)
}

// NewRotating is [NewMonitoring] with a File that starts a new file before a record
// would make the file as large as MaxSize or larger. The finished file becomes name.1,
// name.1 becomes name.2, and so on; what is above the number of Backups, which must be
// set, is removed. A record that is larger than the limit is written whole, to a file of
// its own.
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
func NewRotating(path string, o *FileOptions) (*File, error) {
	return newFile(rotatingFile, path, o)
}

// NewTimed is [NewMonitoring] with a File whose files are named after the time of each
// record: app.log becomes app-2010-01-10.log. The file is made with the first
// record, and Delay changes nothing. A record that is older than the last one goes to the
// older file, which is appended to; with PlainCurrent it may be late by a minute and
// still go to the current file.
//
// With MaxSize the file of a period is split: the first part becomes
// app-2010-01-10.log.1, the next one app-2010-01-10.log.2, and the last one has no
// number.
//
// With PlainCurrent a file that is already there when the handler is made belongs
// to the time when it was last modified.
//
// Only files whose names the handler could have made are removed or compressed.
// For the rest it is as with [NewRotating]: nothing is overwritten, a failure costs no
// record, and the oldest finished files, by the time in their names, go first.
func NewTimed(path string, o *FileOptions) (*File, error) {
	return newFile(timedFile, path, o)
}

// fileKind is what a File was made by. A kind can do what the ones before it can.
type fileKind int

const (
	plainFile fileKind = iota
	monitoredFile
	rotatingFile
	timedFile
)

func newFile(kind fileKind, path string, o *FileOptions) (*File, error) {
	if o == nil {
		o = new(FileOptions)
	}
	h := &File{opts: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter}}
	c, err := o.engine(kind, path)
	if err != nil {
		return nil, err
	}
	if o.OnError == nil && isFixed(o.SyncLevel) && (o.Buffer == nil || isFixed(o.Buffer.Level)) {
		h.quiet = h
	}
	if c.OnError == nil {
		c.OnError = func(err error) { logbook.PrintErrors(&logbook.HandlerError{Handler: h, Err: err}) }
	}
	if h.log, err = logfile.Open(c); err != nil {
		return nil, err
	}
	fd, isDescriptor := disk.Descriptor(c.Path)
	h.console = isDescriptor && (fd == 1 || fd == 2)
	return h, nil
}

// engine returns the options of the engine.
func (o *FileOptions) engine(kind fileKind, path string) (c logfile.Options, err error) {
	if path, err = absolute(path); err != nil {
		return c, err
	}
	if name := o.misplaced(kind); name != "" {
		return c, logfile.InvalidOption(name, "want none for this kind of file")
	}
	c = logfile.Options{
		Path: path, Mode: o.Mode, Delay: o.Delay, TakeOver: o.TakeOver,
		SyncLevel: o.SyncLevel, SyncInterval: o.SyncInterval, Buffer: (*logfile.Buffer)(o.Buffer), OnError: o.OnError,
		MaxSize: o.MaxSize, Backups: o.Backups, MaxAge: o.MaxAge, MaxTotal: o.MaxTotal, Shared: o.Shared,
	}
	if o.Compress != nil {
		c.Compress = o.Compress
	}
	if o.OnRotate != nil {
		c.OnRotate = func(r logfile.Rotation) { o.OnRotate(RotationInfo(r)) }
	}
	switch kind {
	case plainFile:
		c.Follow, c.Truncate = true, o.Truncate
	case monitoredFile:
		c.Watch = cmp.Or(o.Interval, checkInterval)
	case rotatingFile:
		if o.Backups == 0 {
			return c, logfile.InvalidOption("Backups", "want how many files to keep, or -1 for none")
		}
		c.Watch, c.Numbered, c.MaxSize = checkInterval, true, cmp.Or(o.MaxSize, defaultMaxSize)
	case timedFile:
		c.Watch, c.Delay = checkInterval, true
		c.Dated = &logfile.Dated{
			Pattern: cmp.Or(o.Pattern, defaultPattern), Format: cmp.Or(o.RolloverFormat, defaultRolloverFormat),
			Plain: o.PlainCurrent, Location: o.Location,
		}
	}
	return c, nil
}

const (
	checkInterval         = time.Second
	defaultMaxSize        = 1 << 20
	defaultPattern        = "%Y-%m-%d"
	defaultRolloverFormat = "{basename}-{timestamp}{ext}"
)

// misplaced returns the name of an option that is set and that a kind of file does not
// know.
func (o *FileOptions) misplaced(kind fileKind) string {
	for _, option := range []struct {
		name   string
		set    bool
		wanted bool
	}{
		{"Truncate", o.Truncate, kind == plainFile},
		{"Interval", o.Interval != 0, kind == monitoredFile},
		{"MaxSize", o.MaxSize != 0, kind >= rotatingFile},
		{"Backups", o.Backups != 0, kind >= rotatingFile},
		{"MaxAge", o.MaxAge != 0, kind >= rotatingFile},
		{"MaxTotal", o.MaxTotal != 0, kind >= rotatingFile},
		{"Compress", o.Compress != nil, kind >= rotatingFile},
		{"OnRotate", o.OnRotate != nil, kind >= rotatingFile},
		{"Shared", o.Shared, kind >= rotatingFile},
		{"Pattern", o.Pattern != "", kind == timedFile},
		{"RolloverFormat", o.RolloverFormat != "", kind == timedFile},
		{"PlainCurrent", o.PlainCurrent, kind == timedFile},
		{"Location", o.Location != nil, kind == timedFile},
	} {
		if option.set && !option.wanted {
			return option.name
		}
	}
	return ""
}

func absolute(path string) (string, error) {
	if path == "" {
		return "", logfile.InvalidOption("path", "want one that is not empty")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return path, nil
}

// Binding implements [logbook.Bindable].
func (h *File) Binding() logbook.Binding {
	b := h.opts.LineBinding(h.quiet)
	b.Console = h.console
	return b
}

// Handle writes the record. An error means that the record is not in the file,
// but for one of fsync; after Close it wraps [logbook.ErrClosed]. A record without a time
// belongs to the time at which it is written.
func (h *File) Handle(r *logbook.Record) error {
	at, counted := timeOf(r), false
	defer func() {
		if !counted { // it could not be formatted
			h.log.Drop(1)
		}
	}()
	if err := h.tellLost(r, at, 1); err != nil {
		counted = true
		return err
	}
	return h.opts.WriteLine(r, func(line []byte) error {
		counted = true
		return h.log.Write(line, at, r.Level())
	})
}

// HandleBatch writes the records with one write, so that no other line comes in between.
// Where the file rotates by size or time, they are split there, and nowhere else; with a
// Buffer they are held back like others. Records that cannot be written are left to the
// caller.
func (h *File) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	if len(rs) == 0 {
		return nil
	}
	if err := h.tellLost(rs[0], timeOf(rs[0]), 0); err != nil {
		return &logbook.UnsentError{Records: len(rs), Err: err}
	}
	ls, err := formatAll(&h.opts, rs)
	written := 0
	if len(ls.of) > 0 {
		lines := make([]logfile.Line, len(ls.of))
		level := logbook.LevelNotSet
		for i, end := range ls.ends {
			r := rs[ls.of[i]]
			lines[i] = logfile.Line{End: end, At: timeOf(r)}
			level = max(level, r.Level())
		}
		left, failure := h.log.WriteBatch(ls.text, lines, level)
		written = len(lines) - left
		if failure != nil {
			err = errors.Join(err, failure)
		}
	}
	dropped, left := ls.settle(len(rs), written)
	h.log.Drop(dropped)
	if left > 0 {
		return &logbook.UnsentError{Records: left, Err: err}
	}
	return err
}

// tellLost writes how many records were lost before this one, if there were any. If it
// fails, so many records from this one on are lost too.
func (h *File) tellLost(r *logbook.Record, at time.Time, follow int) error {
	lost := h.log.Lost()
	if lost == 0 {
		return nil
	}
	formatted := false
	err := panics.Call(func() error {
		return h.opts.WriteLine(hold.LossNotice(lost, r), func(line []byte) error {
			formatted = true
			return h.log.WriteNotice(line, lost, follow, at)
		})
	})
	if !formatted { // whoever made the formatter did not think of it
		return nil
	}
	return err
}

// timeOf returns the time of a record, or else that of writing it.
func timeOf(r *logbook.Record) time.Time {
	if at := r.Time(); !at.IsZero() {
		return at
	}
	return time.Now()
}

// Flush writes what a buffer holds. What remains is counted by a
// [*logbook.UnsentError].
func (h *File) Flush(context.Context) error { return h.log.Flush() }

// Sync writes what a buffer holds and makes the disk hold what was written: it
// calls fsync, which takes milliseconds. Records can be written meanwhile. It does
// nothing if the file was not opened yet; after Close its error wraps
// [logbook.ErrClosed].
func (h *File) Sync() error { return h.log.Sync() }

// Reopen makes the handler check at once whether its path leads to another file
// than the one that is open, or to none, and go on there. A program calls it when
// another one has moved the file away; see [ReopenOn]. If it fails, records go on
// to the old file, and it is tried again.
func (h *File) Reopen() error { return h.log.Reopen() }

// Close writes what is held, waits for the compression of finished files, and
// closes the file. When the context ends, compression is given up: its files stay
// as they are, the error says how many, and the next handler for the same path
// compresses them. Closing again does nothing.
//
// Where another handler of the process has the same file open, the file stays open
// for that one, and Close only writes what is held.
func (h *File) Close(ctx context.Context) error { return h.log.Close(ctx) }

// Stats returns what happened so far to the file, since the process opened it, with what
// other handlers of the process for the same file did. Held are the records in the buffer.
// The counters are
//
//	rotations         finished files
//	failed_rotations  each was tried again later
//	reopens           since somebody moved, removed or replaced the file
//	compressions      finished files that were compressed
//	removals          of finished files that were too many, too old or too large
//	failures          all that went wrong and cost no record, failed rotations included;
//	                  the OnError option hears of each
func (h *File) Stats() logbook.Stats { return h.log.Stats() }
