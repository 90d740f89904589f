package compat

import (
	"log"
	"sync"

	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
)

// DefaultLogFormat is the default format string of [ToLog]. It has no time, since
// package log adds one.
const DefaultLogFormat = "{record.level_name}: {record.channel}: {record.message}{record.attrs}"

var defaultLogFormatter = logbook.MustFormat(DefaultLogFormat)

// ToLog returns a handler that formats records and passes them to l, or to
// [log.Default] if l is nil. The default format is [DefaultLogFormat]. If the flags
// of l ask for file and line, they are those of the logging call, or "???:0" if it
// was made on another goroutine.
//
// If l logs to Logbook itself, the handler declines the records that come back: see
// "Loops" in the package documentation.
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
	tally  tally.Tally
}

// Binding asks for the caller, since the flags of a log.Logger may be changed to show
// it at any time. A log.Logger counts as a console.
func (h *toLog) Binding() logbook.Binding {
	b := h.Options.Binding()
	b.NoCaller, b.Console = false, true
	return b
}

func (h *toLog) Handle(r *logbook.Record) error {
	return h.tally.Do(func() error { return h.write(r) })
}

// Stats returns the counts of records so far.
func (h *toLog) Stats() logbook.Stats { return h.tally.Stats() }

func (h *toLog) write(r *logbook.Record) error {
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

// nowhere is a depth that no stack has; log prints "???:0" for it.
const nowhere = 1 << 20

// maxPooled is the size of the largest buffer that is kept, in bytes.
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
