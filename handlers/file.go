package handlers

import (
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/logbook"
)

// FileOptions configure [NewFile]. nil is the default: append, and open at once.
type FileOptions struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // asked after the processors; nil: all
	Bubble    bool                       // let handled records go on to the next handler
	Formatter logbook.Formatter          // nil: the format string logbook.DefaultFormat

	Mode     fs.FileMode // of a file that is created, before the umask; 0: 0640
	Delay    bool        // do not create or open the file before the first record
	Truncate bool        // empty the file before the first record, unless another handler has it open
	TakeOver bool        // from a handler with other options that is about to be closed; see File

	SyncLevel    slog.Leveler   // fsync after each record of this level and above; nil: never
	SyncInterval time.Duration  // fsync at most this long after a record; 0: never
	Buffer       *BufferOptions // nil: each record is written at once
	OnError      func(error)    // told of what failed in the background; nil: stderr
}

// File writes each record as a line to a file, in UTF-8.
//
// A record is one write at the end of the file, whoever else writes there, so
// lines of several processes do not mix on a local file system. What Handle has
// written is with the operating system: it survives the end of the program, and
// nothing needs to be flushed. It survives the end of the power after
// [File.Sync], or as the Sync options say.
//
// A write that fails, as on a full disk, is the error of Handle, an
// [*fs.PathError]. If it fails halfway, the next record starts on a line of its
// own; so it does where the file ended in the middle of a line when it was opened.
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
type File struct{ fileHandler }

// NewFile returns a handler that writes to the file at the path, which is made
// absolute at once. Directories are not made; a symbolic link is followed. /dev/stdout,
// /dev/stderr, /dev/fd/N and /proc/self/fd/N, or a link to one, stand for the descriptor
// itself: nothing is opened anew or emptied, and the descriptor stays open at the end. The error wraps an [*fs.PathError], or [fs.ErrInvalid] if an option
// makes no sense. With Delay an error of
// opening is the first record's, and each further record tries again.
func NewFile(path string, o *FileOptions) (*File, error) {
	if o == nil {
		o = new(FileOptions)
	}
	path, err := absolute(path)
	if err != nil {
		return nil, fmt.Errorf("handlers: log file: %w", err)
	}
	fd, isDescriptor := disk.Descriptor(path)
	h := &File{fileHandler{console: isDescriptor && (fd == 1 || fd == 2)}}
	err = h.setUp(h, logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter}, fileConfig{
		path: path, mode: o.Mode, truncate: o.Truncate, follow: true,
		syncLevel: o.SyncLevel, syncInterval: o.SyncInterval,
		buffer: newLineBuffer(o.Buffer), options: *o, takeOver: o.TakeOver, onError: o.OnError,
	}, o.Delay)
	if err != nil {
		return nil, err
	}
	return h, nil
}
