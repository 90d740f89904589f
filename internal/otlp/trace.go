package otlp

import (
	"encoding/hex"
	"log/slog"

	"github.com/logbook-go/logbook/logbook"
)

// traceContext is the context of a trace. An id of zeros means that there is none.
type traceContext struct {
	id    [16]byte
	span  [8]byte
	flags byte
}

func (t traceContext) valid() bool { return t.id != [16]byte{} || t.span != [8]byte{} }

// attrs appends the context as attributes of processors.
func (t traceContext) attrs(to []slog.Attr) []slog.Attr {
	if t.id != [16]byte{} {
		to = append(to, slog.String(extraTraceID, hex.EncodeToString(t.id[:])))
	}
	if t.span != [8]byte{} {
		to = append(to, slog.String(extraSpanID, hex.EncodeToString(t.span[:])))
	}
	if t.flags != 0 {
		to = append(to, slog.Int(extraFlags, int(t.flags)))
	}
	return to
}

// receivedTrace returns the context in the attributes of processors, and whether they all are
// valid.
func receivedTrace(r *logbook.Record) (t traceContext, ok bool) {
	ok = true
	for a := range r.Extra {
		switch a.Key {
		case extraTraceID:
			ok = ok && parseID(t.id[:], a.Value)
		case extraSpanID:
			ok = ok && parseID(t.span[:], a.Value)
		case extraFlags:
			n := int64(-1)
			if a.Value.Kind() == slog.KindInt64 {
				n = a.Value.Int64()
			}
			t.flags = byte(n)
			ok = ok && n == int64(t.flags)
		}
	}
	if !ok || !t.valid() {
		return traceContext{}, false
	}
	return t, true
}

func parseID(id []byte, v slog.Value) bool {
	if v.Kind() != slog.KindString || len(v.String()) != 2*len(id) {
		return false
	}
	_, err := hex.Decode(id, []byte(v.String()))
	return err == nil
}
