package syslog

import (
	"context"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/sender"
	"github.com/logbook-go/logbook/logbook"
)

// Handler sends records to a syslog daemon.
//
// A record is one message, or, if the framing ends messages with a delimiter, one for
// each line of its text, up to 4 MiB in all; the lines of a traceback start with " | ".
// No data can start a message or change a header.
//
// When Handle returns nil, the operating system has the record. A failure is an [*Error];
// the package comment lists the losses without one. Handle takes Options.Timeout at most
// to connect, and as much to write. After a failure it returns at once, with the same
// error, until [Error.Retry]: about 0.1 s later at first, then about twice as long each
// time, up to 30 s.
//
// It is safe for concurrent use.
type Handler struct {
	opts   logbook.Options
	layout *layout
	sender *sender.Sender
	cut    atomic.Uint64
	quiet  bool
}

var (
	defaultFormatter = logbook.MustFormat("{record.message}{record.attrs}")
	dataFormatter    = logbook.MustFormat("{record.message}") // the attributes are structured data
)

// New returns a handler that sends to a syslog daemon, and connects to it, unless
// Options.Delay is set. The error is a [*logbook.OptionError], or an [*Error] if the
// daemon cannot be reached.
func New(o *Options) (*Handler, error) {
	if o == nil {
		o = new(Options)
	}
	a, err := o.check()
	if err != nil {
		return nil, err
	}
	h := &Handler{
		opts:   logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter},
		layout: newLayout(o, a),
		quiet:  o.TLSConfig == nil, // a TLSConfig may have functions that log
	}
	if h.opts.Formatter == nil {
		h.opts.Formatter = defaultFormatter
		if o.StructuredData != "" {
			h.opts.Formatter = dataFormatter
		}
	}
	h.sender = newSender(a.String(), o.Timeout, dialer(a, o.TLSConfig), h.encode)
	if !o.Delay {
		if err := h.sender.Open(); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// Binding implements [logbook.Bindable].
func (h *Handler) Binding() logbook.Binding {
	b := h.opts.LineBinding(h)
	if !h.quiet {
		b.Quiet = nil
	}
	return b
}

// Handle sends the record.
func (h *Handler) Handle(r *logbook.Record) error {
	return h.sender.Handle(r)
}

// HandleBatch sends the records in a row: over a stream in one write, or in one for each
// MiB. Records that are not sent because the daemon cannot be reached are left to the
// caller.
func (h *Handler) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	return h.sender.HandleBatch(rs)
}

// encode adds the messages of the record.
func (h *Handler) encode(m *sender.Batch, r *logbook.Record) (err error) {
	m.Header = m.Header[:0]
	if m.Text, err = h.opts.AppendFormat(m.Text[:0], r); err != nil {
		return err
	}
	h.cut.Add(uint64(h.layout.encode(m, r)))
	return nil
}

// Close closes the connection. It waits for records that are being sent; when the
// context ends, they fail. Closing again does nothing.
func (h *Handler) Close(ctx context.Context) error { return h.sender.Close(ctx) }

// Stats returns the counts so far: Handled are the records that the operating system has
// taken. The counters are
//
//	breakups  connections that broke; each may have lost records that the operating
//	          system had taken and the daemon had not read
//	cuts      messages that were cut or left out
func (h *Handler) Stats() logbook.Stats {
	s := h.sender.Stats()
	s.Counters = append(s.Counters, logbook.Counter{Name: "cuts", Value: h.cut.Load()})
	return s
}
