package syslog

import "sync"

// batch has the messages of records, each with its framing.
type batch struct {
	b       []byte
	ends    []int  // of the messages in b
	text    []byte // the formatter's output
	header  []byte
	scratch []byte
}

// maxPooled bounds the memory of a pooled batch.
const maxPooled = 64 << 10

var batches = sync.Pool{New: func() any { return new(batch) }}

func newBatch() *batch {
	m := batches.Get().(*batch)
	m.b, m.ends, m.text, m.header = m.b[:0], m.ends[:0], m.text[:0], m.header[:0]
	return m
}

func (m *batch) free() {
	if cap(m.b)+cap(m.text)+cap(m.header)+cap(m.scratch) <= maxPooled {
		batches.Put(m)
	}
}

// message returns the message i.
func (m *batch) message(i int) []byte {
	start := 0
	if i > 0 {
		start = m.ends[i-1]
	}
	return m.b[start:m.ends[i]]
}
