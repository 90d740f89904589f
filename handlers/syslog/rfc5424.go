package syslog

import (
	"bytes"
	"strconv"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/sender"
	"github.com/logbook-go/logbook/logbook"
)

// Limits of RFC 5424, in bytes.
const (
	maxHostname = 255
	maxAppName  = 48
	maxName     = 32 // of structured data
)

// header5424 makes the header of each line: "<12>1 2024-02-29T13:37:42.005Z host app 4242
// - - channel: ".
func (l *layout) header5424(m *sender.Batch, r *logbook.Record) {
	b := append(l.appendPriority(m.Header, r), "1 "...)
	b = append(appendTimestamp(b, r.Time()), ' ')
	b = append(append(b, l.host...), ' ')
	shown := false // the channel
	if l.app == "" && l.channel {
		start := len(b)
		b = appendHeaderField(b, r.Channel(), maxAppName)
		shown = string(b[start:]) == r.Channel()
	} else {
		b = appendHeaderField(b, l.app, maxAppName)
	}
	b = strconv.AppendInt(append(b, ' '), int64(r.PID()), 10)
	b = append(b, " - "...)
	if l.dataID == "" {
		b = append(b, '-')
	} else {
		room := (l.max - len(b)) / 2 // leave room for the text
		b, m.Scratch = appendStructuredData(b, m.Scratch, l.dataID, r, room)
	}
	b = append(b, ' ')
	if l.channel && !shown {
		b = appendChannel(b, r)
	}
	m.Header = b
}

// times caches the text of the current second.
var times encode.TimeCache

// appendTimestamp appends t in UTC, without a fraction if there is none; "-" for the zero
// time, and for years that RFC 5424 cannot express.
func appendTimestamp(b []byte, t time.Time) []byte {
	if t = t.UTC(); t.IsZero() || !encode.FourDigitYear(t) {
		return append(b, '-')
	}
	b = times.AppendRFC3339(b, t)
	if short, ok := bytes.CutSuffix(b, []byte(".000000Z")); ok {
		b = append(short, 'Z')
	}
	return b
}

// appendHeaderField appends s as a field of a header: printable ASCII without
// spaces, of limited length, "-" for none. Other characters become underscores.
func appendHeaderField(b []byte, s string, limit int) []byte {
	if s == "" {
		return append(b, '-')
	}
	for _, c := range s {
		if limit--; limit < 0 {
			break
		}
		if c <= ' ' || c > '~' {
			c = '_'
		}
		b = append(b, byte(c))
	}
	return b
}
