package handlers

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"

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
	Truncate bool        // empty the file when it is opened
}

// File writes each record as a line to a file, in UTF-8.
//
// A record is one write at the end of the file, whoever else writes there, so
// lines of several processes do not mix on a local file system. What Handle has
// written is with the operating system: it survives the end of the program, and
// nothing needs to be flushed. It survives the end of the power after
// [File.Sync].
//
// A write that fails, as on a full disk, is the error of Handle, an
// [*fs.PathError]. If it fails halfway, the next record starts on a line of its
// own; so it does where the file ended in the middle of a line when it was opened.
//
// It is safe for concurrent use, and Handle allocates nothing as long as the
// formatter does not.
type File struct {
	logbook.Options
	mu   sync.Mutex
	file *logFile
}

// NewFile returns a handler that writes to the file at the path, which is made
// absolute at once. Directories are not made. The error wraps an [*fs.PathError].
// With Delay an error of opening is the first record's, and each further record
// tries again.
func NewFile(path string, o *FileOptions) (*File, error) {
	if o == nil {
		o = new(FileOptions)
	}
	file, err := newLogFile(path, o.Mode, o.Truncate)
	if err == nil && !o.Delay {
		err = file.open()
	}
	if err != nil {
		return nil, fmt.Errorf("handlers: log file: %w", err)
	}
	return &File{
		Options: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter},
		file:    file,
	}, nil
}

// Binding implements [logbook.Bindable].
func (h *File) Binding() logbook.Binding { return lineBinding(h.Options) }

// Handle writes the record. After Close its error wraps [fs.ErrClosed].
func (h *File) Handle(r *logbook.Record) error { return h.WriteLine(r, h.write) }

func (h *File) write(line []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.file.write(line)
}

// Sync makes the disk hold what was written: it calls fsync, which takes
// milliseconds. Records can be written meanwhile. It does nothing if the file was
// not opened yet; after Close its error wraps [fs.ErrClosed].
func (h *File) Sync() error {
	h.mu.Lock()
	file, closed := h.file.file, h.file.closed
	h.mu.Unlock()
	switch {
	case closed:
		return &fs.PathError{Op: "sync", Path: h.file.path, Err: fs.ErrClosed}
	case file == nil:
		return nil
	}
	return file.Sync()
}

// Close closes the file. Closing again does nothing.
func (h *File) Close(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.file.close()
}
