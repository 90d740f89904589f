package compat

import (
	"log"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// DefaultLogFormat is the format string of [ToLog] without a formatter. It has
// no time, which log adds.
const DefaultLogFormat = "{record.level_name}: {record.channel}: {record.message}{record.attrs}"

var defaultLogFormatter = logbook.MustFormat(DefaultLogFormat)

// ToLog returns a handler that formats records and hands them to l, nil for
// [log.Default]: by [DefaultLogFormat], unless the options have a formatter.
// Where the flags of l ask for file and line, they are those of the call; they
// are "???:0" if that was made on another goroutine.
//
// What l brings back to Logbook does not come here again: see "Loops" in the package
// documentation.
func ToLog(l *log.Logger, o *logbook.Options) logbook.Handler {
	if l == nil {
		l = log.Default()
	}
	h := &toLog{target: logTarget{logger: l}}
	if o != nil {
		h.Options = *o
	}
	if h.Formatter == nil {
		h.Formatter = defaultLogFormatter
	}
	return h
}

type toLog struct {
	logbook.Options
	target logTarget
}

// Binding is that of the options, but the flags of a log.Logger may come to ask
// for the caller. A log.Logger writes to a stream.
func (h *toLog) Binding() logbook.Binding {
	b := h.Options.Binding()
	b.NoCaller, b.Console = false, true
	return b
}

func (h *toLog) Handle(r *logbook.Record) error {
	text, err := h.format(r)
	if err != nil {
		return err
	}
	stack := walkStack(r.PC())
	if h.target.locked(stack) {
		return errLocked
	}
	depth := stack.depth
	if depth == 0 {
		depth = nowhere
	}
	return h.target.logger.Output(depth, text)
}

// nowhere is a depth that no stack has: log says "???:0".
const nowhere = 1 << 20

// maxPooled bounds the buffers that are kept, in bytes.
const maxPooled = 64 << 10

var buffers = sync.Pool{New: func() any { return new([]byte) }}

func (h *toLog) format(r *logbook.Record) (string, error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	b, err := h.AppendFormat((*buf)[:0], r)
	if cap(b) <= maxPooled {
		*buf = b
	}
	return string(b), err
}
