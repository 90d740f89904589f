package logbook

import (
	"context"
	"log/slog"
	"sync"
)

// maxPooledAttrs bounds the space for attributes, of 40 bytes each, that a pooled
// record keeps.
const maxPooledAttrs = 256

var recordPool = sync.Pool{New: func() any { return newPooledRecord() }}

func newPooledRecord() *Record {
	var both struct {
		record Record
		space  recordSpace
	}
	r := &both.record
	r.pooled, r.recordSpace, r.buffer = true, &both.space, make([]byte, 0, 512)
	r.call = r.callSpace[:0]
	r.extra = r.extraSpace[:0]
	return r
}

// getRecord returns an empty record from the pool.
func getRecord() *Record { return recordPool.Get().(*Record) }

// of makes an empty record that of a call. It is apart from getRecord so that both are
// inlined.
func (r *Record) of(l *Logger, ctx context.Context, level Level, msg string) *Record {
	r.level, r.channel, r.template = level, l.channel, msg
	r.ctx, r.logger, r.scope = ctx, l, l.scope
	r.pid = pid
	return r
}

// recycle clears a record and gives it back to the pool.
func recycle(r *Record) {
	if poison {
		r.dead = true
		return
	}
	r.reset()
	recordPool.Put(r)
}

// reset restores the state of a new record.
func (r *Record) reset() {
	if r.fargs != nil {
		clear(r.fargs)
	}
	r.content = content{}
	r.failure, r.raised, r.writing = nil, nil, false
	if len(r.call) > 0 || cap(r.call) < len(r.callSpace) {
		r.call = emptied(r.call, r.callSpace[:])
	}
	if len(r.extra) > 0 || cap(r.extra) < len(r.extraSpace) {
		r.extra = emptied(r.extra, r.extraSpace[:])
	}
	if r.buffer == nil { // a retained record does not keep a large one
		r.buffer = make([]byte, 0, 512)
	}
}

// emptied clears attributes and returns their space for reuse. first is the space of the
// record, which still has contents if the attributes have outgrown it.
func emptied(attrs, first []slog.Attr) []slog.Attr {
	clear(attrs)
	if cap(attrs) > 0 && &attrs[:1][0] != &first[0] {
		clear(first)
	}
	if cap(attrs) < len(first) || cap(attrs) > maxPooledAttrs {
		return first[:0]
	}
	return attrs[:0]
}
