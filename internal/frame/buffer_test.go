package frame

import (
	"bytes"
	"errors"
	"testing"
)

// A frame that is longer than what is left of the memory is refused, and gives all back.
func TestMemory(t *testing.T) {
	m := NewMemory(20 << 10)
	r := NewBuffer(bytes.NewReader(bytes.Repeat([]byte("x"), 50<<10)), 1<<20, m)
	var err error
	for err == nil && !r.EOF() {
		err = r.Fill()
	}
	if !errors.Is(err, ErrMemory) || len(r.buffer) > freeBuffer+20<<10 {
		t.Errorf("%v, a buffer of %d bytes", err, len(r.buffer))
	}
	if r.Close(); m.Left() != 20<<10 {
		t.Errorf("%d bytes are left", m.Left())
	}
	if !m.take(20<<10) || m.take(1) || !m.take(0) {
		t.Error("memory", m.Left())
	}
}
