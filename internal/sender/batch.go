package sender

import "sync"

// Batch has the messages of records, each with its framing.
type Batch struct {
	B    []byte
	Ends []int // of the messages in B

	// Buffers for encoding a record.
	Text, Header, Scratch []byte
}

// maxPooled bounds the memory of a pooled batch.
const maxPooled = 64 << 10

var batches = sync.Pool{New: func() any { return new(Batch) }}

func newBatch() *Batch {
	m := batches.Get().(*Batch)
	m.B, m.Ends = m.B[:0], m.Ends[:0]
	return m
}

func (m *Batch) free() {
	if cap(m.B)+cap(m.Text)+cap(m.Header)+cap(m.Scratch) <= maxPooled {
		batches.Put(m)
	}
}

// End ends a message.
func (m *Batch) End() { m.Ends = append(m.Ends, len(m.B)) }

// Message returns the message i.
func (m *Batch) Message(i int) []byte {
	start := 0
	if i > 0 {
		start = m.Ends[i-1]
	}
	return m.B[start:m.Ends[i]]
}
