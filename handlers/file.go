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
	"github.com/logbook-go/logbook/logbook"
)

// FileOptions configure [NewFile], [NewMonitoring], [NewRotating] and [NewTimed]. nil is
// the default, except for NewRotating, which needs Backups. It is an error to set an
// option that the constructor does not use.
type FileOptions struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // called after the processors; nil: all
	Bubble    bool                       // pass handled records on to the next handler
	Formatter logbook.Formatter          // nil: the format string logbook.DefaultFormat

	Mode         fs.FileMode    // of a file that is created, before the umask; 0: 0640
	Delay        bool           // do not create or open the file before the first record
	TakeOver     bool           // replace a handler with other options that is about to be closed; see File
	SyncLevel    slog.Leveler   // fsync after each record of this level and above; nil: never
	SyncInterval time.Duration  // fsync at most this long after a record; 0: never
	Buffer       *BufferOptions // nil: each record is written at once
	OnError      func(error)    // called for failures that lose no record; nil: print them to stderr

	// NewFile.

	Truncate bool // empty the file before the first record, unless another handler has it open

	// NewMonitoring.

	Interval time.Duration // how often the path is checked; 0: one second; negative: before each record

	// NewRotating and NewTimed.

	MaxSize  int64              // in bytes; a file stays below it; 0: 1 MiB, for NewTimed: no limit
	Backups  int                // number of finished files to keep; 0: all; negative: none
	MaxAge   time.Duration      // finished files older than this are removed; 0: no limit
	MaxTotal int64              // in bytes, of all finished files; the oldest are removed; 0: no limit
	Compress Compressor         // of finished files; nil: none
	OnRotate func(RotationInfo) // called after a rotation, on another goroutine
	Shared   bool               // other processes write to the same path with the same options

	// NewTimed.

	Pattern        string         // strftime, numbers only; times with the same text share a file; "": "%Y-%m-%d"
	RolloverFormat string         // of file names; "": "{basename}-{timestamp}{ext}"
	PlainCurrent   bool           // write to the plain path, and rename the file when its period ends
	Location       *time.Location // for the pattern; nil: that of the record's time
}

// BufferOptions configure how lines are held back and written together, which is several
// times as fast as writing each line. nil options of a handler mean no buffer.
//
// Held lines are lost when the program ends without closing or flushing the handler, and
// when it is killed. If the file cannot be written, lines are kept and tried again; when
// the buffer is full, further records are refused with an error, and counted.
type BufferOptions struct {
	Size     int           // in bytes; 0: 256 KiB
	Interval time.Duration // the longest time that a line is held; 0: one second
	Level    slog.Leveler  // a record of this level or above writes the buffer; nil: logbook.LevelError
}

// RotationInfo describes a rotation.
type RotationInfo struct {
	Path   string // of the log
	Backup string // the finished file, already compressed; "" if it was removed already
}

// File writes each record as a line to a file, in UTF-8. It is made by [NewFile],
// [NewMonitoring], [NewRotating] or [NewTimed].
//
// A record is one write at the end of the file, so lines of several processes do not mix
// on a local file system. When Handle returns, the operating system has the line: it
// survives the end of the program, and needs no flush. To survive a power failure, call
// [File.Sync] or set a Sync option.
//
// If a write fails, as on a full disk, Handle returns an [*fs.PathError]. If it fails
// halfway, the next record starts on a new line, as it does where the file ended in the
// middle of a line when it was opened. When records were lost and writing works again, a
// record before the next one says how many.
//
// Handlers of one process for equal paths share one open file, so that none of them
// rotates it while another one writes. All their options except Level, Filter, Bubble,
// Formatter, OnError, Delay and Truncate must be equal; otherwise the second handler is
// refused, unless its TakeOver option is set. Then its options take effect when the first
// handler is closed, as when a configuration is read again. Truncate empties a file only
// once in a run of the program.
//
// Making a handler opens the file, or creates it. Nothing is emptied, removed or
// compressed before the first record.
//
// It is safe for concurrent use, and Handle allocates nothing if the formatter does not.
type File struct {
	opts    logbook.Options
	log     *logfile.File
	quiet   logbook.Handler // itself; nil if the user's functions may log
	console bool            // it is standard output or error
}

// NewFile returns a handler that writes to the file at the path, which is made absolute
// at once. It does not make directories, and follows symbolic links. /dev/stdout,
// /dev/stderr, /dev/fd/N and /proc/self/fd/N, or links to them, mean the descriptor
// itself: it is not opened again, emptied or closed.
//
// The error is a [*logbook.OptionError], or wraps an [*fs.PathError]. With Delay, an
// error of opening is returned by Handle, and each further record tries again.
func NewFile(path string, o *FileOptions) (*File, error) {
	return newFile(plainFile, path, o)
}

// NewMonitoring returns a File that starts a new file when the one at its path was
// renamed, removed or replaced, as by logrotate. It compares the open file with the path
// before a record is written, at most once in the Interval by the times of the records,
// and at once when [File.Reopen] is called. If the new file cannot be opened, records go
// to the old one. A new file has the mode and the owner of the old one. It is an error if
// the last element of the path is a symbolic link.
func NewMonitoring(path string, o *FileOptions) (*File, error) {
	return newFile(monitoredFile, path, o)
}

// NewRotating is like [NewMonitoring], and starts a new file before a record would make
// the file as large as MaxSize. The finished file becomes name.1, name.1 becomes name.2,
// and so on; files above the number of Backups, which must be set, are removed. A record
// that is larger than the limit is written whole, to a file of its own.
//
// No file is ever renamed onto another one, or emptied. A rotation that fails, as in a
// directory without write permission, loses no record: records go to the old file, and
// the rotation is tried again half a second later. Files that a failed rotation leaves
// behind do no harm.
//
// Finished files are checked with the first record, at each rotation, and with MaxAge
// once an hour. They are counted and aged whatever program compressed them, by the usual
// extensions (.gz, .zst, .bz2, .xz, .lz4, .lzma, .br, .sz, .Z, .zip, .7z) or that of
// Compress. The newest one is never removed for its size. Age is measured by a clock that
// does not follow the time of day when it jumps ahead, and that ignores times more than a
// year after the newest file found at the start.
//
// With Shared, processes coordinate by a lock on the file name.lock, and with Compress on
// name.gz.lock; these files stay, and must not be removed or written to while one of the
// processes runs. Each record then takes four more system calls. A process that is
// stopped while it writes stops the others too. Shared works on Linux, macOS, Windows and
// the BSDs; elsewhere it is an error.
func NewRotating(path string, o *FileOptions) (*File, error) {
	return newFile(rotatingFile, path, o)
}

// NewTimed is like [NewMonitoring], with files named after the time of each record:
// app.log becomes app-2010-01-10.log. The file is created with the first record, and
// Delay changes nothing. A record of an earlier period is appended to the earlier file;
// with PlainCurrent, a record up to a minute late still goes to the current file.
//
// With MaxSize the file of a period is split: the first part becomes
// app-2010-01-10.log.1, the next one app-2010-01-10.log.2, and the last one has no
// number.
//
// With PlainCurrent, a file that exists when the handler is made belongs to the period of
// its modification time.
//
// Only files whose names the handler could have made are removed or compressed. The rest
// is as with [NewRotating]: nothing is overwritten, a failure loses no record, and the
// oldest finished files, by the time in their names, are removed first.
func NewTimed(path string, o *FileOptions) (*File, error) {
	return newFile(timedFile, path, o)
}

// fileKind is the constructor of a File. A kind supports the options of the kinds before
// it.
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

// engine returns the options of the file engine.
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
			return c, logfile.InvalidOption("Backups", "want the number of files to keep, or -1 for none")
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

// misplaced returns the name of an option that is set although the kind of file does not
// use it.
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

// Handle writes the record. An error means that the record is not in the file, unless it
// is an error of fsync; after Close it wraps [logbook.ErrClosed]. A record without a time
// belongs to the time at which it is written.
func (h *File) Handle(r *logbook.Record) error {
	if lost := h.log.Lost(); lost > 0 {
		if err := h.writeLossNotice(lost, r, 1); err != nil {
			return err
		}
	}
	formatted := false
	err := h.opts.WriteLine(r, func(line []byte) error {
		formatted = true
		return h.log.Write(line, timeOf(r), r.Level())
	})
	if !formatted {
		h.log.Drop(1)
	}
	return err
}

// HandleBatch writes the records with one write, so that no other line comes in between.
// If the file rotates within the batch, the batch is split there. With a Buffer the
// records are held back like others. Records that cannot be written are left to the
// caller.
func (h *File) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	if len(rs) == 0 {
		return nil
	}
	if lost := h.log.Lost(); lost > 0 {
		if err := h.writeLossNotice(lost, rs[0], 0); err != nil {
			return &logbook.UnsentError{Records: len(rs), Err: err}
		}
	}
	ls, err := formatAll(&h.opts, rs)
	defer ls.release()
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

// writeLossNotice writes how many records were lost before this one. If it fails, the
// follow records from this one on are lost too.
func (h *File) writeLossNotice(lost int, r *logbook.Record, follow int) error {
	formatted := false
	err := h.opts.WriteLine(hold.LossNotice(lost, r), func(line []byte) error {
		formatted = true
		return h.log.WriteNotice(line, lost, follow, timeOf(r))
	})
	if !formatted { // the formatter cannot handle the notice
		return nil
	}
	return err
}

// timeOf returns the time of a record, or else the current time.
func timeOf(r *logbook.Record) time.Time {
	if at := r.Time(); !at.IsZero() {
		return at
	}
	return time.Now()
}

// Flush writes the buffer. Records that it cannot write are counted by a
// [*logbook.UnsentError].
func (h *File) Flush(context.Context) error { return h.log.Flush() }

// Sync writes the buffer and calls fsync, which takes milliseconds. Records can be
// written meanwhile. It does nothing if the file was not opened yet; after Close its
// error wraps [logbook.ErrClosed].
func (h *File) Sync() error { return h.log.Sync() }

// Reopen checks at once whether the path leads to another file than the open one, or to
// none, and if so starts a new file. Call it when another program has renamed the file;
// see [ReopenOn]. If it fails, records go to the old file, and it is tried again.
func (h *File) Reopen() error { return h.log.Reopen() }

// Close writes the buffer, waits for the compression of finished files, and closes the
// file. When the context ends, compression is given up: its files stay as they are, the
// error says how many, and the next handler for the same path compresses them. Closing
// again does nothing.
//
// If another handler of the process has the same file open, the file stays open for it,
// and Close only writes the buffer.
func (h *File) Close(ctx context.Context) error { return h.log.Close(ctx) }

// Stats returns the counts of the file since the process opened it, including those of
// other handlers of the process for the same file. Held are the records in the buffer.
// The counters are
//
//	rotations         finished files
//	failed_rotations  rotations that failed; each was tried again later
//	reopens           new files because the old one was moved, removed or replaced
//	compressions      finished files that were compressed
//	removals          finished files that were too many, too old or too large
//	failures          failures that lost no record, failed rotations included;
//	                  each is reported to the OnError option
func (h *File) Stats() logbook.Stats { return h.log.Stats() }
