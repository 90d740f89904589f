package socket

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/pickle"
	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/internal/sender"
	"github.com/logbook-go/logbook/logbook"
)

// PythonOptions configure [NewPythonHandler]. nil is the default.
type PythonOptions struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass handled records on to the next handler

	// TLSConfig holds roots, client certificates and the like for tls addresses; nil: the
	// system's roots.
	TLSConfig *tls.Config

	Timeout time.Duration // of connecting, and of each write; 0: 5 s

	// Delay connects with the first record, not in NewPythonHandler, so that the program
	// starts even without the receiver.
	Delay bool
}

// PythonHandler sends records to a receiver for Python's logging.handlers.SocketHandler,
// such as the one of Python's logging cookbook, which makes a LogRecord of each. The
// channel is the name, the attributes are those of the LogRecord, as extra makes them.
// Their values are those of [logbook.Wire]: times and durations are texts. An attribute
// with a name that a LogRecord has for itself gets an underscore at the end. The levels are
// Python's 10 to 50, with 5 for TRACE, 25 for SUCCESS and 27 for NOTICE; another one is
// sent as the next lower one, and exactly as the attribute go_level.
//
// When Handle returns nil, the operating system has the record. There are no
// acknowledgements: records that the receiver has not read are lost when the connection
// breaks. A hang-up is seen before the next record, which goes over a new connection. A
// failure is a [*SendError]. Handle takes PythonOptions.Timeout at most to connect, and as
// much to write. After a failure it returns at once, with the same error, until
// [SendError.Retry]: about 0.1 s later at first, then about twice as long each time, up to
// 30 s.
//
// It is safe for concurrent use.
type PythonHandler struct {
	opts   logbook.Options
	peer   peer
	sender *sender.Sender
}

// NewPythonHandler returns a handler that sends to the address tcp://host:port,
// tls://host:port or unix:/path, and connects to it unless PythonOptions.Delay is set. The
// default port is 9020. The error is a [*logbook.OptionError], or a [*SendError] if the
// receiver cannot be reached.
func NewPythonHandler(address string, o *PythonOptions) (*PythonHandler, error) {
	if o == nil {
		o = new(PythonOptions)
	}
	h := &PythonHandler{
		opts: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: logbook.Wire()},
		peer: peer{"socket.PythonOptions", address, o.TLSConfig, o.Timeout},
	}
	var err error
	h.sender, err = h.peer.sender(func(ctx context.Context, e netlink.Endpoint) (sender.Conn, error) {
		s, err := e.DialStream(ctx, o.TLSConfig)
		if err != nil {
			return nil, err
		}
		return sender.Stream{Stream: s}, nil
	}, h.encode)
	if err != nil {
		return nil, err
	}
	if !o.Delay {
		if err := h.sender.Open(); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// Binding implements [logbook.Bindable].
func (h *PythonHandler) Binding() logbook.Binding { return h.peer.binding(h.opts, h) }

// Handle sends the record.
func (h *PythonHandler) Handle(r *logbook.Record) error { return h.sender.Handle(r) }

// HandleBatch sends the records in one write, or in one for each MiB. Records that are not
// sent because the receiver cannot be reached are left to the caller.
func (h *PythonHandler) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	return h.sender.HandleBatch(rs)
}

// Close closes the connection. It waits for records that are being sent; when the context
// ends, they fail. Closing again does nothing.
func (h *PythonHandler) Close(ctx context.Context) error { return h.sender.Close(ctx) }

// Stats returns the counts so far: Handled are the records that the operating system has
// taken. The counter "breakups" is the number of connections that broke; each may have lost
// records that the operating system had taken and the receiver had not read.
func (h *PythonHandler) Stats() logbook.Stats { return h.sender.Stats() }

// encode adds the frame of a record. It converts the wire form, in which the values are
// already those that Python has.
func (h *PythonHandler) encode(m *sender.Batch, r *logbook.Record) (err error) {
	if m.Text, err = h.opts.AppendFormat(m.Text[:0], r); err != nil {
		return err
	}
	v, err := pyjson.Decode(m.Text)
	if err != nil {
		return err
	}
	start := len(m.B)
	m.B = pickle.Append(append(m.B, 0, 0, 0, 0), logRecord(v.(pyjson.Object), r))
	binary.BigEndian.PutUint32(m.B[start:], uint32(len(m.B)-start-4))
	m.End()
	return nil
}

// started is the time from which logging counts relativeCreated.
var started = time.Now()

// ownKeys are the names that a LogRecord has for itself.
var ownKeys = func() map[string]bool {
	m := map[string]bool{"message": true, "asctime": true, "taskName": true, "getMessage": true}
	for _, member := range ownFields(nil, logbook.NewRecord(logbook.RecordData{})) {
		m[member.Key] = true
	}
	return m
}()

// logRecord returns the dict of a logging.LogRecord from the wire form of a record.
func logRecord(wire pyjson.Object, r *logbook.Record) pyjson.Object {
	record := ownFields(wire, r)
	v, _ := wire.Get("extra")
	extra, _ := v.(pyjson.Object)
	_, exact := fromPythonLevel(toPythonLevel(r.Level()), r.Level().String())
	for _, m := range extra {
		if m.Key == "go_level" && exact {
			continue // Logbook does not have the level, Python does
		}
		key := m.Key
		for ownKeys[key] || key != m.Key && has(extra, key) {
			key += "_"
		}
		record = append(record, pyjson.Member{Key: key, Value: m.Value})
	}
	return record
}

func has(o pyjson.Object, key string) bool {
	_, ok := o.Get(key)
	return ok
}

// ownFields returns the fields that every LogRecord has.
func ownFields(wire pyjson.Object, r *logbook.Record) pyjson.Object {
	get := func(key string, unknown any) any {
		if v, _ := wire.Get(key); v != nil {
			return v
		}
		return unknown
	}
	at := r.Time()
	if at.IsZero() {
		at = time.Now()
	}
	file, _ := get("filename", "(unknown file)").(string) // as logging has it
	return pyjson.Object{
		{Key: "name", Value: get("channel", "")},
		{Key: "msg", Value: get("message", "")},
		{Key: "args", Value: nil},
		{Key: "levelname", Value: r.Level().String()},
		{Key: "levelno", Value: toPythonLevel(r.Level())},
		{Key: "pathname", Value: file},
		{Key: "filename", Value: path.Base(filepath.ToSlash(file))},
		{Key: "module", Value: get("module", "")},
		{Key: "lineno", Value: get("lineno", int64(0))},
		{Key: "funcName", Value: get("func_name", "(unknown function)")},
		{Key: "exc_info", Value: nil},
		{Key: "exc_text", Value: get("formatted_exception", nil)},
		{Key: "stack_info", Value: nil},
		{Key: "created", Value: float64(at.UnixMicro()) / 1e6},
		{Key: "msecs", Value: float64(at.Nanosecond() / 1e6)},
		{Key: "relativeCreated", Value: float64(at.Sub(started).Microseconds()) / 1e3},
		{Key: "thread", Value: get("thread", nil)},
		{Key: "threadName", Value: get("thread_name", nil)},
		{Key: "process", Value: get("process", nil)},
		{Key: "processName", Value: get("process_name", filepath.Base(os.Args[0]))},
	}
}
