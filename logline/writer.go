package logline

import (
	"bytes"
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// DefaultMaxLine is the default of [Options.MaxLine]. It is the length of the longest
// message of a record.
const DefaultMaxLine = 1 << 20

// Options are the options of [NewWriter] and [Read].
type Options struct {
	// Level is the lowest level to take; default all. A line without a level is taken,
	// except that lines which continue a record share its fate. JSON lines below the level
	// are not parsed beyond it.
	Level slog.Leveler

	// Pattern recognizes lines before all other formats; default none.
	Pattern *Pattern

	// MaxLine is the length in bytes of the longest line that is parsed as a whole; default
	// [DefaultMaxLine]. A longer line becomes several, of which only the first is parsed.
	MaxLine int

	// Location is the zone of times without one; default time.Local.
	Location *time.Location
}

// Writer splits a log into lines, parses them, and joins those that continue a record: see
// the documentation of the package. It is not safe for concurrent use.
//
// A line is held until the next one shows that the record is complete, or until Flush.
type Writer struct {
	joiner joiner
	o      Options
	parser parser

	held   []byte            // an incomplete line
	piece  int               // number of pieces of it that were cut off
	splits map[string]*split // lines whose end has not come, by the stream of a container's runtime

	lastTime time.Time // of the last parsed line that has one
	dropped  []byte    // the last line after that one, if it was dropped and not parsed
}

// NewWriter returns a Writer that calls emit for each record. nil options are the
// defaults. The line and its strings may be kept.
func NewWriter(emit func(Line), o *Options) *Writer {
	w := new(Writer)
	if o != nil {
		w.o = *o
	}
	if w.o.MaxLine <= 0 {
		w.o.MaxLine = DefaultMaxLine
	}
	if w.o.Location == nil {
		w.o.Location = time.Local
	}
	w.joiner = newJoiner(func(l Line) {
		if !w.below(&l) { // its level may be in the second of its lines
			emit(l)
		}
	})
	return w
}

// Write takes the next part of the log. It always takes all of p.
func (w *Writer) Write(p []byte) (int, error) {
	n := len(p)
	w.parser = parser{now: time.Now().In(w.o.Location)}
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		switch {
		case end < 0:
			w.hold(p)
			return n, nil
		case len(w.held) == 0 && w.piece == 0 && end <= w.o.MaxLine:
			w.line(trimCR(p[:end]), true)
		default:
			w.hold(p[:end])
			w.endLine()
		}
		p = p[end+1:]
	}
	return n, nil
}

// hold keeps a part of a line. If it becomes too long, hold passes on pieces of it.
func (w *Writer) hold(p []byte) {
	for len(w.held)+len(p) > w.o.MaxLine {
		n := w.o.MaxLine - len(w.held)
		w.held = append(w.held, p[:n]...)
		p = p[n:]
		piece := text.Whole(w.held)
		if len(piece) == 0 {
			piece = w.held
		}
		w.pass(piece, false)
		w.held = w.held[:copy(w.held, w.held[len(piece):])]
		w.piece++
	}
	w.held = append(w.held, p...)
}

func (w *Writer) endLine() {
	if line := trimCR(w.held); len(line) > 0 || w.piece == 0 {
		w.pass(line, true)
	}
	w.held, w.piece = w.held[:0], 0
	if cap(w.held) > 2*DefaultMaxLine {
		w.held = nil
	}
}

// pass takes a line, or a piece of one. last says that it has the end of the line.
func (w *Writer) pass(line []byte, last bool) {
	if w.piece == 0 {
		w.line(line, last)
		return
	}
	text := string(line)
	w.joiner.piece(w.joiner.last, text, text, w.piece)
}

// line takes a line, or the first piece of one, which is not whole.
func (w *Writer) line(line []byte, whole bool) {
	if len(line) == 0 {
		w.joiner.blank()
		return
	}
	if w.o.Level != nil && w.o.Pattern == nil && line[0] == '{' {
		if l, ok := scanLevel(line); ok && l < w.level() {
			w.dropped = append(w.dropped[:0], line...)
			w.joiner.drop()
			return
		}
	}
	l := w.parse(line)
	if l.Time.IsZero() && l.Format != Wire {
		l.LastTime = w.timeBefore()
	} else { // that of a Wire line is not known here
		w.lastTime, w.dropped = l.Time, w.dropped[:0]
	}
	if l.wrapped().runtime != "" && whole {
		w.part(l)
	} else {
		w.joiner.add(l, w.below(&l))
	}
}

// below reports whether a line has a level that is not taken.
func (w *Writer) below(l *Line) bool {
	return l.HasLevel && w.o.Level != nil && l.Level < w.level()
}

// timeBefore returns the time of the last line that has one.
func (w *Writer) timeBefore() time.Time {
	if len(w.dropped) > 0 {
		if t := w.parser.parse(w.dropped).Time; !t.IsZero() {
			w.lastTime = t
		}
		w.dropped = w.dropped[:0]
	}
	return w.lastTime
}

func (w *Writer) level() logbook.Level { return logbook.Level(w.o.Level.Level()) }

func (w *Writer) parse(line []byte) Line {
	if w.o.Pattern != nil {
		if l, ok := w.o.Pattern.parse(&w.parser, string(line)); ok {
			return l
		}
	}
	return w.parser.parse(line)
}

// Flush passes on the records that are held, though lines may follow that continue them.
// It is for a log that somebody watches, when no more has come for a while. An incomplete
// line is not passed on.
func (w *Writer) Flush() {
	w.passSplits()
	w.joiner.flush()
}

// Close passes on what is held, and an incomplete line as a complete one. It returns nil.
func (w *Writer) Close() error {
	w.parser = parser{now: time.Now().In(w.o.Location)}
	if len(w.held) > 0 {
		w.endLine()
	}
	w.piece = 0
	w.passSplits()
	clear(w.splits)
	w.joiner.flush()
	return nil
}

func trimCR(line []byte) []byte { return bytes.TrimSuffix(line, []byte("\r")) }
