package logbook

import (
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

func getRecord() *Record { return recordPool.Get().(*Record) }

// recycle gives a record back to the pool. Everything that it refers to is
// dropped, so that the pool holds nobody's memory.
func recycle(r *Record) {
	if poison {
		r.dead = true
		return
	}
	r.expanded = false
	if len(r.call) > 0 {
		clear(r.call)
	}
	if len(r.extra) > 0 {
		clear(r.extra)
	}
	if r.fargs != nil {
		clear(r.fargs)
		r.fargs = nil
	}
	if cap(r.call) > maxPooledAttrs {
		r.call = r.callSpace[:0]
	}
	if cap(r.extra) > maxPooledAttrs {
		r.extra = r.extraSpace[:0]
	}
	r.call, r.extra = r.call[:0], r.extra[:0]
	r.channel, r.template, r.message = "", "", ""
	r.rendered, r.replaced, r.literal, r.sealed, r.frozen = false, false, false, false, false
	r.named, r.failure = usedAttrs{}, nil
	r.ctx, r.logger, r.scope, r.caller, r.source, r.foreign = nil, nil, nil, nil, nil, nil
	r.time = time.Time{}
	r.pc, r.goroutine, r.raised = 0, 0, nil
	recordPool.Put(r)
}

// alive panics if the record's time is over. Without poison it costs nothing.
func (r *Record) alive() {
	if poison && r.dead {
		panic("logbook: a record was used after Handle returned or after Release; keep what Retain returns")
	}
}
