package syslog

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/sender"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// JournalOptions configure [NewJournal]. nil is the default.
type JournalOptions struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // called after the processors; nil: all
	Bubble    bool                       // pass handled records on to the next handler
	Formatter logbook.Formatter          // of MESSAGE; nil: the message, with its newlines, and the traceback

	// Identifier is the name of the program, as journalctl shows it; "": that of
	// the executable.
	Identifier string

	// Socket is journald's socket; "": /run/systemd/journal/socket. Journal namespaces
	// have other ones.
	Socket string

	Timeout time.Duration // of each write; 0: 5 s
}

const journalSocket = "/run/systemd/journal/socket"

// Journal sends records to systemd-journald in its own protocol, each with its
// fields:
//
//	MESSAGE                            the text
//	PRIORITY                           the level, as a syslog severity
//	SYSLOG_IDENTIFIER                  the program
//	LOGGER                             the channel
//	CODE_FILE, CODE_LINE, CODE_FUNC    the place of the call
//	REQUEST_ID, ...                    the attributes, with any content
//
// An attribute's field has its name in upper case, with underscores for all but letters
// and digits: "req.id" becomes REQ_ID. A name that starts with a digit, or is one of the
// fields above, is prefixed with ATTR_. Records too long for a datagram are passed as a
// file in memory, so nothing is cut.
//
// When Handle returns nil, the record is in journald's socket, which systemd keeps while
// journald is restarted. A failure is an [*Error]. As with [Handler], a broken connection
// is replaced at once, or, if that fails, after a pause.
//
// It is safe for concurrent use.
type Journal struct {
	opts       logbook.Options
	identifier string
	sender     *sender.Sender
}

var journalFormatter = logbook.Must(logbook.Format("{record.message}", &logbook.FormatOptions{Multiline: true}))

// NewJournal returns a handler that sends to journald. It connects at once. If journald
// is not there, the error is an [*Error] that wraps [fs.ErrNotExist]; on systems other
// than Linux it wraps [errors.ErrUnsupported].
func NewJournal(o *JournalOptions) (*Journal, error) {
	if o == nil {
		o = new(JournalOptions)
	}
	if runtime.GOOS != "linux" {
		return nil, fmt.Errorf("syslog: journald on %s: %w", runtime.GOOS, errors.ErrUnsupported)
	}
	if o.Timeout < 0 {
		return nil, &logbook.OptionError{Options: "syslog.JournalOptions", Option: "Timeout", Err: errors.New("want 0 or more")}
	}
	h := &Journal{
		opts:       logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter},
		identifier: o.Identifier,
	}
	if h.opts.Formatter == nil {
		h.opts.Formatter = journalFormatter
	}
	if h.identifier == "" {
		h.identifier = filepath.Base(os.Args[0])
	}
	socket := netlink.AbsSocket(cmp.Or(o.Socket, journalSocket))
	h.sender = newSender("unix:"+socket, o.Timeout, journalDialer(socket), h.encode)
	if err := h.sender.Open(); err != nil {
		return nil, err
	}
	return h, nil
}

// Binding implements [logbook.Bindable].
func (h *Journal) Binding() logbook.Binding {
	b := h.opts.LineBinding(h)
	b.NoCaller = false // the journal has fields for it
	return b
}

// Handle sends the record.
func (h *Journal) Handle(r *logbook.Record) error {
	return h.sender.Handle(r)
}

// HandleBatch sends the records in a row. Records that are not sent because journald
// cannot be reached are left to the caller.
func (h *Journal) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	return h.sender.HandleBatch(rs)
}

// Close closes the connection. It waits for records that are being sent; when the
// context ends, they fail. Closing again does nothing.
func (h *Journal) Close(ctx context.Context) error { return h.sender.Close(ctx) }

// Stats returns the counts so far: Handled are the records that are in journald's socket.
// The counter "breakups" is the number of connections that broke.
func (h *Journal) Stats() logbook.Stats { return h.sender.Stats() }

// encode adds an entry with the record.
func (h *Journal) encode(m *sender.Batch, r *logbook.Record) (err error) {
	if m.Text, err = h.opts.AppendFormat(m.Text[:0], r); err != nil {
		return err
	}
	b := appendField(m.B, "MESSAGE", m.Text)
	b = append(append(b, "PRIORITY="...), byte('0'+severity(r.Level())), '\n')
	b = appendField(b, "SYSLOG_IDENTIFIER", h.identifier)
	if r.Channel() != "" {
		b = appendField(b, "LOGGER", r.Channel())
	}
	if s := r.Source(); s.File != "" {
		b = appendField(b, "CODE_FILE", s.File)
		b = append(strconv.AppendInt(append(b, "CODE_LINE="...), int64(s.Line), 10), '\n')
		b = appendField(b, "CODE_FUNC", s.Function)
	}
	for a := range r.Attrs {
		text.EachLeaf(a, func(name string, v slog.Value) {
			m.Scratch = text.AppendValue(m.Scratch[:0], v)
			b = appendField(b, fieldName(name), m.Scratch)
		})
	}
	m.B = b
	m.End()
	return nil
}

// appendField appends a field: on one line if the value is one, otherwise with its
// length, so that no value can add a field.
func appendField[S string | []byte](b []byte, name string, value S) []byte {
	b = append(b, name...)
	before := len(b)
	b = append(append(append(b, '='), value...), '\n')
	if bytes.IndexByte(b[before:], '\n') == len(value)+1 {
		return b
	}
	b = binary.LittleEndian.AppendUint64(append(b[:before], '\n'), uint64(len(value)))
	return append(append(b, value...), '\n')
}

// maxField bounds the name of a field, by journald's rules.
const maxField = 64

// ownFields are the fields that do not come from attributes.
var ownFields = []string{"MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "LOGGER", "CODE_FILE", "CODE_LINE", "CODE_FUNC"}

// fieldName returns the name of an attribute's field. journald drops fields whose name
// starts with an underscore or has other characters.
func fieldName(key string) string {
	name := strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z':
			return c - 'a' + 'A'
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			return c
		}
		return '_'
	}, key)
	name = strings.TrimLeft(name, "_")
	switch {
	case name == "":
		return "ATTR"
	case name[0] <= '9' || slices.Contains(ownFields, name):
		name = "ATTR_" + name
	}
	return name[:min(len(name), maxField)]
}
