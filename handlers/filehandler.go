package handlers

import (
	"context"
	"fmt"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// fileHandler is what the handlers that write to files have in common.
type fileHandler struct {
	opts  logbook.Options
	out   *logFile
	use   *fileUse        // of out
	quiet logbook.Handler // the one that embeds this one; nil if what the user gave may log

	console bool // writes to standard output or error
}

// setUp completes the handler that embeds this one, which is told as the one that
// failed. Without delay the file is opened.
func (h *fileHandler) setUp(self logbook.Handler, o logbook.Options, c fileConfig, delay bool) error {
	if c.onError == nil && isFixed(c.syncLevel) && (c.buffer == nil || isFixed(c.buffer.level)) {
		h.quiet = self
	}
	if c.onError == nil {
		c.onError = func(err error) { logbook.PrintErrors(&logbook.HandlerError{Handler: self, Err: err}) }
	}
	h.opts = o
	use, err := useFile(c, delay)
	if err != nil {
		return fmt.Errorf("handlers: log file: %w", err)
	}
	h.use, h.out = use, use.file
	return nil
}

// Binding implements [logbook.Bindable].
func (h *fileHandler) Binding() logbook.Binding {
	b := h.opts.LineBinding(h.quiet)
	b.Console = h.console
	return b
}

// Handle writes the record. An error means that the record is not in the file,
// but for one of fsync; after Close it wraps [fs.ErrClosed]. A record without a time
// belongs to the time at which it is written. When records were lost and others can be
// written again, a record before them says how many.
func (h *fileHandler) Handle(r *logbook.Record) error {
	if h.use.closed.Load() {
		return h.isClosed("write")
	}
	at := r.Time()
	if at.IsZero() {
		at = time.Now()
	}
	if lost := h.out.lost.Load(); lost > 0 {
		notice := lossNotice(int(lost), r)
		err := h.opts.WriteLine(notice, func(line []byte) error { return h.out.writeNotice(line, lost, at) })
		if err != nil {
			return err
		}
	}
	return h.opts.WriteLine(r, func(line []byte) error { return h.out.write(line, at, r.Level()) })
}

// Flush writes what a buffer holds. What remains is told by a
// [*logbook.UnsentError].
func (h *fileHandler) Flush(context.Context) error {
	if h.use.closed.Load() {
		return nil
	}
	return h.out.flushNow()
}

// Sync writes what a buffer holds and makes the disk hold what was written: it
// calls fsync, which takes milliseconds. Records can be written meanwhile. It does
// nothing if the file was not opened yet; after Close its error wraps
// [fs.ErrClosed].
func (h *fileHandler) Sync() error {
	if h.use.closed.Load() {
		return h.isClosed("sync")
	}
	return h.out.sync()
}

// Reopen makes the handler look at once whether its path leads to another file
// than the one that is open, or to none, and go on there. A program calls it when
// another one has moved the file away; see [ReopenOn]. If it fails, records go on
// to the old file, and it is tried again.
func (h *fileHandler) Reopen() error {
	if h.use.closed.Load() {
		return h.isClosed("reopen")
	}
	return h.out.reopenNow()
}

func (h *fileHandler) isClosed(op string) error {
	return &fs.PathError{Op: op, Path: h.out.path, Err: fs.ErrClosed}
}

// Close writes what is held, waits for the compression of finished files, and
// closes the file. When the context ends, compression is given up: its files stay
// as they are, the error says how many, and the next handler for the same path
// compresses them. Closing again does nothing.
//
// Where another handler of the process has the same file open, the file stays open
// for that one, and Close only writes what is held.
func (h *fileHandler) Close(ctx context.Context) error { return h.use.close(ctx) }

// Stats returns what happened so far to the file, with what other handlers of the
// process for the same file did.
func (h *fileHandler) Stats() FileStats { return h.out.counts.stats() }

// FileStats counts what happened to a log file since the process opened it.
type FileStats struct {
	Written uint64 // records
	Dropped uint64 // records that could not be written

	Rotations       uint64
	FailedRotations uint64 // each was tried again later
	Reopens         uint64 // since somebody moved, removed or replaced the file
	Compressions    uint64
	Removals        uint64 // of backups that were too many, too old or too large

	// Failures counts all that went wrong and cost no record, failed rotations
	// included. The OnError option is told of each.
	Failures uint64
}

type fileCounts struct {
	written, dropped                                            atomic.Uint64
	rotations, failedRotations, reopens, compressions, removals atomic.Uint64
	failures                                                    atomic.Uint64
}

func (c *fileCounts) stats() FileStats {
	return FileStats{
		Written: c.written.Load(), Dropped: c.dropped.Load(),
		Rotations: c.rotations.Load(), FailedRotations: c.failedRotations.Load(), Reopens: c.reopens.Load(),
		Compressions: c.compressions.Load(), Removals: c.removals.Load(), Failures: c.failures.Load(),
	}
}

// RotationInfo tells of a rotation.
type RotationInfo struct {
	Path   string // of the log
	Backup string // the finished file, compressed by now; "" if it was removed already
}

// watchInterval is how often a path is looked at.
const watchInterval = time.Second
