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

// maxLine bounds a line of a [Writer], in bytes.
const maxLine = 64 << 10

const cutMark = "...(cut)"

// Writer makes records of lines; see [NewWriter].
type Writer struct {
	logger *logbook.Logger
	level  logbook.Level

	mu   sync.Mutex
	rest []byte // of a line that has not ended
}

// NewWriter returns a writer that makes a record of each line: of l, nil for
// [logbook.Default], at the level. It is for code that prints, such as a
// subprocess. What was written behind the last newline waits for the next one; the
// writer is a [*Writer] and so an [io.Closer], and Close logs it. Empty lines are
// left out, and so is a carriage return at the end. A line of more than 64 KiB
// becomes several records, of which all but the last end in "...(cut)".
//
// It is safe for concurrent use. The source is the code that wrote, where that
// is not fmt, io or bufio. For a [log.Logger] there is [NewLogLogger], which
// keeps what was logged in one call together.
func NewWriter(l *logbook.Logger, lv logbook.Level) io.Writer {
	return &Writer{logger: orDefault(l), level: lv}
}

// Write logs the lines that are complete. The error is always nil.
func (w *Writer) Write(p []byte) (int, error) {
	lines := w.take(p)
	if len(lines) > 0 {
		pc, _ := writerCaller(1)
		w.log(lines, pc)
	}
	return len(p), nil
}

// Close logs the line that no newline has ended. It always returns nil. The
// writer may be used on.
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

// take adds text to what waits, and takes the lines out of it. They are logged
// after the lock was given back, since what a handler does may write again.
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

// appendLine appends a line, unless it is empty.
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
