package logfile

import (
	"math"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Line is one of several lines that are written together.
type Line struct {
	End int // end of the line in the text
	At  time.Time
}

// WriteBatch appends the lines of records with one write, so that no other line comes in
// between. It is split only where the file rotates. level is the highest level. It
// returns how many of the last lines are left to the caller, and why.
func (u *File) WriteBatch(text []byte, lines []Line, level logbook.Level) (left int, err error) {
	if u.closed.Load() {
		return len(lines), u.closedError("write")
	}
	f, urgency := u.log, u.urgency(level)
	f.mu.Lock()
	left, err = f.putAll(text, lines)
	if err == nil && (f.syncs || urgency != 0) {
		err = f.secure(urgency)
	}
	failing := f.failing
	f.mu.Unlock()
	if failing {
		f.report()
	}
	return left, err
}

// putAll returns how many lines were not put, and why.
func (f *logFile) putAll(text []byte, lines []Line) (left int, err error) {
	start := 0
	for len(lines) > 0 {
		n := f.together(lines, start)
		end := lines[n-1].End
		was := f.position()
		if err := f.put(text[start:end:end], n, lines[0].At); err != nil {
			written := f.writtenSince(was)
			for n = 0; n < len(lines) && int64(lines[n].End-start) <= written; n++ {
			}
			f.written.Add(uint64(n))
			return len(lines) - n, err
		}
		start, lines = end, lines[n:]
	}
	return 0, nil
}

// together returns how many of the lines, at least one, go to the same file. start is the
// start of the first one.
func (f *logFile) together(lines []Line, start int) int {
	room := int64(math.MaxInt64)
	if f.maxSize > 0 {
		room = f.maxSize
		if o := f.open; o != nil && o.size()+int64(lines[0].End-start) < f.maxSize { // otherwise a new file begins
			room -= o.size()
		}
	}
	period := ""
	if f.names != nil {
		period = f.names.period(lines[0].At)
	}
	for n, l := range lines[1:] {
		if int64(l.End-start) >= room || f.names != nil && f.names.period(l.At) != period {
			return n + 1
		}
	}
	return len(lines)
}

// position is a position in the written file.
type position struct {
	open    *openFile
	written int64
	torn    bool
}

func (f *logFile) position() position {
	if f.open == nil {
		return position{}
	}
	return position{f.open, f.open.lines.Written, f.open.lines.Torn}
}

// writtenSince returns how many bytes of the last put are in the file, if it failed
// halfway.
func (f *logFile) writtenSince(was position) int64 {
	if f.open == nil {
		return 0
	}
	if f.open != was.open {
		return f.open.lines.Written
	}
	n := f.open.lines.Written - was.written
	if was.torn { // a newline was written first
		n--
	}
	return max(n, 0)
}
