package syslog

import (
	"bytes"
	"strconv"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/sender"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// layout encodes records as messages. It is immutable.
type layout struct {
	format   Format
	framing  Framing
	facility int
	app      string // as shown in headers; "": none
	host     string // the same; RFC 5424 only
	dataID   string
	max      int
	channel  bool // the header has the channel, since the text does not
}

func newLayout(o *Options, a address) *layout {
	l := &layout{
		format: o.format(a), framing: o.framing(a), facility: 8 * o.Facility.Code(),
		dataID: o.StructuredData, max: o.maxSize(a), channel: o.Formatter == nil,
	}
	if l.format == RFC5424 {
		l.host = string(appendHeaderField(nil, o.hostname(), maxHostname))
		if o.AppName != "" {
			l.app = string(appendHeaderField(nil, o.AppName, maxAppName))
		}
	} else {
		l.app = string(encode.AppendText(nil, o.AppName))
	}
	return l
}

const cutMark = "...(cut)"

// maxBatch bounds the bytes of a record's messages: with a header on each line a text can
// become a thousand times as long. A message that begins below the limit is complete.
const maxBatch = 4 << 20

// encode adds the messages of the record and m.Text, and returns how many were cut or
// left out.
func (l *layout) encode(m *sender.Batch, r *logbook.Record) (cut int) {
	if l.format == RFC5424 {
		l.header5424(m, r)
	} else {
		l.header3164(m, r)
	}
	start := len(m.B)
	text := bytes.TrimSuffix(m.Text, []byte{'\n'})
	for more := true; more; {
		if len(m.B)-start > maxBatch {
			l.add(m, []byte(cutMark))
			return cut + 1
		}
		line := text
		switch l.framing {
		case Newline:
			line, text, more = bytes.Cut(text, []byte{'\n'})
		case NUL:
			line, text, more = bytes.Cut(text, []byte{0})
		default:
			more = false
		}
		if l.add(m, line) {
			cut++
		}
	}
	return cut
}

// add adds a message, and reports whether it was cut.
func (l *layout) add(m *sender.Batch, line []byte) (cut bool) {
	size := len(m.Header) + len(line)
	header := m.Header
	if cut = size > l.max; cut {
		if len(header) > l.max-len(cutMark) { // a very long channel
			header, line = text.Whole(header[:l.max-len(cutMark)]), nil
		}
		line = text.Whole(line[:min(len(line), l.max-len(cutMark)-len(header))])
		size = len(header) + len(line) + len(cutMark)
	}
	if l.framing == OctetCounting {
		m.B = strconv.AppendInt(m.B, int64(size), 10)
		m.B = append(m.B, ' ')
	}
	m.B = append(append(m.B, header...), line...)
	if cut {
		m.B = append(m.B, cutMark...)
	}
	switch l.framing {
	case Newline:
		m.B = append(m.B, '\n')
	case NUL:
		m.B = append(m.B, 0)
	}
	m.End()
	return cut
}
