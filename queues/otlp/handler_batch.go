package otlp

import (
	"bytes"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/logbook-go/logbook/logbook"
)

// outgoing is a batch on its way out. If it is sent again, it has the same key and body.
type outgoing struct {
	records []*logbook.Record // nil if they were not encoded here
	n       int               // number of records
	first   uint64            // number of the first record; 0 if they have no numbers of ours
	key     string            // its name: INSTANCE:FIRST-LAST, or what an entry has
	body    []byte
	gzip    bool // the body is compressed
}

func keyOf(instance string, first uint64, n int) string {
	return (&batch{instance: instance}).key(span{first, first + uint64(n) - 1})
}

// halves returns the keys of the first n records of a batch, and of the others. They are empty
// if the key has another form.
func halves(key string, n int) (first, second string) {
	b, ok := numbered(key)
	if !ok || b.numbers.len() <= uint64(n) {
		return "", ""
	}
	middle := b.numbers.first + uint64(n)
	return b.key(span{b.numbers.first, middle - 1}), b.key(span{middle, b.numbers.last})
}

var compressors = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return z
}}

func compressed(body []byte) []byte {
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	out := bytes.NewBuffer(make([]byte, 0, len(body)/2))
	z.Reset(out)
	_, _ = z.Write(body) // a buffer takes everything
	_ = z.Close()
	return out.Bytes()
}

// maxEntry bounds an entry when it is decompressed.
const maxEntry = 64 << 20
