package socket

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/sender"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/internal/words"
	"github.com/logbook-go/logbook/logbook"
)

// AlarmOptions configure [NewAlarmHandler]. nil is the default.
type AlarmOptions struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass handled records on to the next handler

	// Formatter makes the text of --message; nil: the message and the attributes that it
	// does not show.
	Formatter logbook.Formatter

	// Command is the first word of the line, the command of the daemon; "": the channel, or
	// "alarm" without one.
	Command string

	App string // the text of --app; "": the name of the executable

	// MaxSize bounds a line in bytes. The text of a longer one is cut, and ends in
	// "...(cut)". 0: 4096, which lab_utils' server reads since its version 0.5.2; before, it
	// was 1024. At least 512.
	MaxSize int

	// TLSConfig holds roots, client certificates and the like for tls addresses; nil: the
	// system's roots.
	TLSConfig *tls.Config

	Timeout time.Duration // of connecting, and of a line with its reply; 0: 5 s
}

// AlarmHandler sends records as commands to a daemon of lab_utils, or to another one that
// takes its lines:
//
//	alarm --date {2024-02-29T13:37:42.005000+00:00} --level {ERROR} --app {shop}
//	--module {example.org/shop/cart} --function {(*Cart).Add} --message {item sold out}
//
// on one line, with a newline at the end. Braces and control characters of the data are
// written as \x and two hexadecimal digits, so that no data can add an argument.
//
// Each record has a connection of its own, on which the handler waits for the reply until
// the daemon closes it: lab_utils' daemon closes it after each command. So Handle returns
// nil when the daemon has handled the record, and a [*SendError] if it refuses the command
// ("Error!") or fails. It takes AlarmOptions.Timeout at most to connect, and as much for
// the rest; put a queues.Background before it. If the daemon cannot be reached, or does not
// reply, Handle then returns at once, with the same error, until [SendError.Retry]: about
// 0.1 s later at first, then about twice as long each time, up to 30 s. Without a reply it
// is not known whether the daemon has the record; it is not sent again.
//
// It is safe for concurrent use.
type AlarmHandler struct {
	opts    logbook.Options
	peer    peer
	sender  *sender.Sender
	command string
	app     string
	maxSize int
}

const (
	defaultMaxLine = 4096
	minMaxLine     = 512
)

var alarmFormatter = logbook.MustFormat("{record.message}{record.attrs}")

// NewAlarmHandler returns a handler that sends to the address tcp://host:port,
// tls://host:port or unix:/path; the default port is 9020. It does not connect: an idle
// connection would block lab_utils' daemon. The error is a [*logbook.OptionError].
func NewAlarmHandler(address string, o *AlarmOptions) (*AlarmHandler, error) {
	if o == nil {
		o = new(AlarmOptions)
	}
	h := &AlarmHandler{
		opts:    logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter},
		peer:    peer{"socket.AlarmOptions", address, o.TLSConfig, o.Timeout},
		command: o.Command,
		app:     cmp.Or(o.App, filepath.Base(os.Args[0])),
		maxSize: cmp.Or(o.MaxSize, defaultMaxLine),
	}
	if h.opts.Formatter == nil {
		h.opts.Formatter = alarmFormatter
	}
	if h.maxSize < minMaxLine {
		return nil, h.peer.invalid("MaxSize", errors.New("want 512 or more"))
	}
	if strings.HasPrefix(o.Command, "-") {
		return nil, h.peer.invalid("Command", errors.New("want a word that does not begin with a hyphen"))
	}
	var err error
	h.sender, err = h.peer.sender(func(ctx context.Context, e netlink.Endpoint) (sender.Conn, error) {
		return dialExchanges(ctx, cmp.Or(o.Timeout, netlink.DefaultTimeout), func(ctx context.Context) (net.Conn, error) {
			return e.Dial(ctx, o.TLSConfig)
		})
	}, h.encode)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// Binding implements [logbook.Bindable].
func (h *AlarmHandler) Binding() logbook.Binding { return h.peer.binding(h.opts, h) }

// Handle sends the record, and waits for the reply.
func (h *AlarmHandler) Handle(r *logbook.Record) error { return h.sender.Handle(r) }

// HandleBatch sends the records one after the other. Records that are not sent because the
// daemon cannot be reached, or did not reply, are left to the caller.
func (h *AlarmHandler) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	return h.sender.HandleBatch(rs)
}

// Close waits for a record that is being sent; when the context ends, it fails. Closing
// again does nothing.
func (h *AlarmHandler) Close(ctx context.Context) error { return h.sender.Close(ctx) }

// Stats returns the counts so far: Handled are the records that the daemon has taken.
func (h *AlarmHandler) Stats() logbook.Stats {
	s := h.sender.Stats()
	s.Counters = nil // each connection ends after a record
	return s
}

// encode adds the line of a record.
func (h *AlarmHandler) encode(m *sender.Batch, r *logbook.Record) (err error) {
	if m.Text, err = h.opts.AppendFormat(m.Text[:0], r); err != nil {
		return err
	}
	at := r.Time()
	if at.IsZero() {
		at = time.Now()
	}
	start := len(m.B)
	m.B = appendCommand(m.B, cmp.Or(h.command, r.Channel(), "alarm"))
	m.B = append(m.B, " --date {"...)
	m.B = at.AppendFormat(m.B, "2006-01-02T15:04:05.000000-07:00")
	m.B = append(m.B, '}')
	m.B = appendArgument(m.B, "level", r.Level().String())
	m.B = appendArgument(m.B, "app", h.app)
	module, function := splitFunction(r.Source().Function)
	m.B = appendArgument(m.B, "module", module)
	m.B = appendArgument(m.B, "function", function)
	m.B = h.appendMessage(m.B, start, string(bytes.TrimSuffix(m.Text, []byte{'\n'})))
	m.B = append(m.B, '\n')
	m.End()
	return nil
}

// appendMessage appends the text of the line that begins at start, cut to the room that is
// left.
func (h *AlarmHandler) appendMessage(b []byte, start int, message string) []byte {
	end := len(b)
	b = appendArgument(b, "message", message)
	const mark = "...(cut)"
	for n := len(message); n > 0; {
		excess := len(b) - start + 1 - h.maxSize // with the newline
		if excess <= 0 {
			break
		}
		if n == len(message) {
			excess += len(mark)
		}
		n = len(text.Whole(message[:max(0, n-(excess+3)/4)])) // a byte takes four at most
		b = appendArgument(b[:end], "message", message[:n]+mark)
	}
	return b
}

func appendArgument(b []byte, name, value string) []byte {
	b = append(append(append(b, " --"...), name...), ' ')
	return words.Braces.AppendGroup(b, value)
}

// appendCommand appends the first word of a line, in braces where necessary.
func appendCommand(b []byte, word string) []byte {
	for i := range len(word) {
		if c := word[i]; c <= ' ' || c == '{' || c == '}' || c == 0x7f {
			return words.Braces.AppendGroup(b, word)
		}
	}
	return append(b, word...)
}

// splitFunction splits the name of a function into its package and the rest.
func splitFunction(name string) (module, function string) {
	slash := strings.LastIndexByte(name, '/') + 1
	if dot := strings.IndexByte(name[slash:], '.'); dot >= 0 {
		return name[:slash+dot], name[slash+dot+1:]
	}
	return "", name
}
