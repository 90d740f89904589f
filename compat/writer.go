package compat

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// maxLine is the length of the longest line of a [Writer], in bytes.
const maxLine = 64 << 10

const cutMark = "...(cut)"

// Writer logs each line written to it; see [NewWriter].
type Writer struct {
	logger *logbook.Logger
	level  logbook.Level

	mu   sync.Mutex
	rest []byte // an incomplete line
}

// NewWriter returns a writer that logs each line as a record of l at the given level,
// for code that prints, such as a subprocess. If l is nil, [logbook.Default] is used.
// Text after the last newline is kept until the next one; the writer is a [*Writer] and
// so an [io.Closer], and Close logs that text. Empty lines, and a carriage return at the
// end of a line, are dropped. A line of more than 64 KiB becomes several records, of
// which all but the last end in "...(cut)".
//
// The writer is safe for concurrent use. The source of a record is the caller of Write
// outside of packages fmt, io and bufio. For a [log.Logger] use [NewLogLogger], which
// keeps the lines of one call together.
func NewWriter(l *logbook.Logger, lv logbook.Level) io.Writer {
	return &Writer{logger: orDefault(l), level: lv}
}

// Write logs the complete lines. It always returns len(p), nil.
func (w *Writer) Write(p []byte) (int, error) {
	lines := w.take(p)
	if len(lines) > 0 {
		pc, _ := writerCaller(1)
		w.log(lines, pc)
	}
	return len(p), nil
}

// Close logs the last line if it has no newline. It always returns nil. The writer
// may still be used.
func (w *Writer) Close() error {
	w.mu.Lock()
	last := w.rest
	w.rest = nil
	w.mu.Unlock()
	if len(last) > 0 {
		w.log(appendLine(nil, last), 0)
	}
	return nil
}

// take appends p to the incomplete line and returns the lines that are complete. They
// are logged after the lock is released, since a handler may write to the same Writer.
func (w *Writer) take(p []byte) (lines []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		end := i
		if i < 0 {
			end = len(p)
		}
		if room := maxLine - len(w.rest); end > room {
			w.rest = append(w.rest, p[:room]...)
			p = p[room:]
			n := len(text.Whole(w.rest))
			lines = append(lines, string(w.rest[:n])+cutMark)
			w.rest = append(w.rest[:0], w.rest[n:]...)
			continue
		}
		if i < 0 {
			w.rest = append(w.rest, p...)
			return lines
		}
		if len(w.rest) == 0 {
			lines = appendLine(lines, p[:i])
		} else {
			w.rest = append(w.rest, p[:i]...)
			lines = appendLine(lines, w.rest)
			w.rest = w.rest[:0]
		}
		p = p[i+1:]
	}
	return lines
}

// appendLine appends a line without its carriage return, unless it is empty.
func appendLine(lines []string, line []byte) []string {
	line = bytes.TrimSuffix(line, []byte{'\r'})
	if len(line) == 0 {
		return lines
	}
	return append(lines, string(line))
}

func (w *Writer) log(lines []string, pc uintptr) {
	ctx := context.Background()
	for _, line := range lines {
		w.logger.LogSlog(ctx, slog.NewRecord(time.Now(), w.level.Level(), line, pc))
	}
}
