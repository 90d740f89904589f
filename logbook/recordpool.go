package logbook

import (
	"context"
	"sync"
	"time"
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

// getRecord returns a record from the pool. What it was about before is
// overwritten here and not when it is given back, which would be done twice then: so
// a record in the pool still refers to that, until it is used again, or until the
// garbage collector empties the pool, within two cycles.
func getRecord(l *Logger, ctx context.Context, level Level, msg string) *Record {
	r := recordPool.Get().(*Record)
	c := &r.content
	c.level, c.channel, c.template, c.message = level, l.core.channel, msg, ""
	c.timed, c.rendered, c.expanded, c.replaced, c.literal, c.sealed, c.frozen = false, false, false, false, false, false, false
	c.time = time.Time{}
	c.fargs, c.named = nil, usedAttrs{}
	c.ctx, c.logger, c.scope = ctx, l, l.scope
	c.call, c.extra = c.call[:0], c.extra[:0]
	c.pc, c.caller, c.source, c.foreign = 0, nil, nil, nil
	c.pid, c.goroutine = pid, 0
	c.failure, c.raised = nil, nil
	return r
}

// recycle gives a record back to the pool.
func recycle(r *Record) {
	if poison {
		r.dead = true
		return
	}
	if cap(r.call) > maxPooledAttrs {
		r.call = r.callSpace[:0]
	}
	if cap(r.extra) > maxPooledAttrs {
		r.extra = r.extraSpace[:0]
	}
	recordPool.Put(r)
}

// alive panics if the record's time is over. Without poison it costs nothing.
func (r *Record) alive() {
	if poison && r.dead {
		panic("logbook: a record was used after Handle returned or after Release; keep what Retain returns")
	}
}
