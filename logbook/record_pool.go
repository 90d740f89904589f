package logbook

import (
	"context"
	"log/slog"
	"sync"
)

// maxPooledAttrs bounds what a pooled record keeps of a call with very many
// attributes: 256 of 40 bytes.
const maxPooledAttrs = 256

var recordPool = sync.Pool{New: func() any { return newPooledRecord() }}

func newPooledRecord() *Record {
	r := &Record{pooled: true, buffer: make([]byte, 0, 512)}
	r.call = r.callSpace[:0]
	r.extra = r.extraSpace[:0]
	return r
}

// getRecord returns a record from the pool.
func getRecord(l *Logger, ctx context.Context, level Level, msg string) *Record {
	r := recordPool.Get().(*Record)
	r.level, r.channel, r.template = level, l.core.channel, msg
	r.ctx, r.logger, r.scope = ctx, l, l.scope
	r.pid = pid
	return r
}

// recycle gives a record back to the pool, without anything of what it was about.
func recycle(r *Record) {
	if poison {
		r.dead = true
		return
	}
	r.reset()
	recordPool.Put(r)
}

// reset makes a record as new.
func (r *Record) reset() {
	if r.fargs != nil {
		clear(r.fargs)
	}
	r.content = content{}
	r.failure, r.raised = nil, nil
	if len(r.call) > 0 || cap(r.call) < len(r.callSpace) {
		r.call = emptied(r.call, r.callSpace[:])
	}
	if len(r.extra) > 0 || cap(r.extra) < len(r.extraSpace) {
		r.extra = emptied(r.extra, r.extraSpace[:])
	}
	if r.buffer == nil { // it was lent when the record was retained
		r.buffer = make([]byte, 0, 512)
	}
}

// emptied clears attributes and returns their space for reuse. own is what the record
// had at first, and still holds if they have outgrown it.
func emptied(attrs, own []slog.Attr) []slog.Attr {
	clear(attrs)
	if cap(attrs) > 0 && &attrs[:1][0] != &own[0] {
		clear(own)
	}
	if cap(attrs) < len(own) || cap(attrs) > maxPooledAttrs {
		return own[:0]
	}
	return attrs[:0]
}
