package syslog

import (
	"strconv"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/sender"
	"github.com/logbook-go/logbook/logbook"
)

// header3164 makes the header of each line: "<12>app:channel: ".
func (l *layout) header3164(m *sender.Batch, r *logbook.Record) {
	b := l.appendPriority(m.Header, r)
	if l.app != "" {
		b = append(append(b, l.app...), ':')
	}
	if l.channel {
		b = appendChannel(b, r)
	}
	m.Header = b
}

func (l *layout) appendPriority(b []byte, r *logbook.Record) []byte {
	b = strconv.AppendInt(append(b, '<'), int64(l.facility+severity(r.Level())), 10)
	return append(b, '>')
}

// appendChannel appends the channel, which precedes the text.
func appendChannel(b []byte, r *logbook.Record) []byte {
	if r.Channel() == "" {
		return b
	}
	return append(encode.AppendText(b, r.Channel()), ": "...)
}
