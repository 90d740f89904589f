package logbook

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

// jsonHead is what the lines of one second, level and channel begin with: all up to
// the message.
type jsonHead struct {
	unix    int64
	loc     *time.Location
	level   Level
	channel string
	text    []byte
	micros  int // where the microseconds stand in text
}

// jsonHeads keeps heads for reuse, which saves a formatter half of what a line
// without attributes costs.
type jsonHeads struct {
	kept   [16]atomic.Pointer[jsonHead]
	misses atomic.Uint32
}

// Only one in so many misses replaces a head, so that records of many seconds or
// channels hardly allocate.
const missesPerHead = 16

// slot returns where the head of a level and channel is kept.
func (h *jsonHeads) slot(level Level, channel string) *atomic.Pointer[jsonHead] {
	i := uint(level)/2 + uint(len(channel))
	return &h.kept[i%uint(len(h.kept))]
}

// appendHead appends a record's time, level and channel, and the key of its message.
func (f *jsonFormatter) appendHead(b []byte, r *Record) []byte {
	t := r.time
	if f.Location != nil && !t.IsZero() {
		t = t.In(f.Location)
	}
	slot := f.heads.slot(r.level, r.channel)
	h := slot.Load()
	if h == nil || h.unix != t.Unix() || h.level != r.level || h.channel != r.channel || h.loc != t.Location() {
		return f.newHead(b, r, t, slot)
	}
	n := len(b)
	b = append(b, h.text...)
	encode.PutMicros(b[n+h.micros:], t)
	return b
}

func (f *jsonFormatter) newHead(b []byte, r *Record, t time.Time, slot *atomic.Pointer[jsonHead]) []byte {
	n := len(b)
	if t.IsZero() {
		b = append(b, '{')
	} else {
		b = lineTimes.AppendRFC3339(append(b, f.timeKey...), t)
		b = append(b, '"', ',')
	}
	b = append(append(append(b, f.levelKey...), r.level.String()...), '"')
	if r.channel != "" {
		b = encode.AppendJSONString(append(b, f.channelKey...), r.channel)
	}
	b = append(b, f.messageKey...)
	// The year 1 is left to records without a time.
	if t.Unix() > 0 && encode.FourDigitYear(t) && len(b)-n <= maxHead && f.heads.misses.Add(1)%missesPerHead == 1 {
		slot.Store(&jsonHead{t.Unix(), t.Location(), r.level, strings.Clone(r.channel), slices.Clone(b[n:]), len(f.timeKey) + encode.MicrosPos})
	}
	return b
}

// maxHead bounds what is kept of long channels.
const maxHead = 512
