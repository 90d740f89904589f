package logbook

import "sync"

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
	call, extra := r.call, r.extra
	if len(call) > 0 {
		clear(call)
	}
	if len(extra) > 0 {
		clear(extra)
	}
	if cap(call) > maxPooledAttrs {
		call = r.callSpace[:0]
	}
	if cap(extra) > maxPooledAttrs {
		extra = r.extraSpace[:0]
	}
	if r.fargs != nil {
		clear(r.fargs)
	}
	r.content = content{call: call[:0], extra: extra[:0]}
	recordPool.Put(r)
}

// alive panics if the record's time is over. Without poison it costs nothing.
func (r *Record) alive() {
	if poison && r.dead {
		panic("logbook: a record was used after Handle returned or after Release; keep what Retain returns")
	}
}
