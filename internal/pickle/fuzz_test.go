package pickle_test

import (
	"encoding/hex"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/pickle"
)

// Decode refuses data with an error that has a place in it, or returns a value that can be
// walked at a cost in proportion to the data.
func FuzzDecode(f *testing.F) {
	for _, data := range frames(f, "py_*.bin") {
		if len(data) < 10_000 {
			f.Add(data)
		}
	}
	for _, tt := range hostile {
		if len(tt.data) < 10_000 {
			f.Add([]byte(tt.data))
		}
	}
	text, err := os.ReadFile("testdata/protocols.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		data, err := hex.DecodeString(strings.Fields(line)[2])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := pickle.Decode(data)
		if err != nil {
			var e *pickle.Error
			if v != nil || !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(data) || e.Msg == "" {
				t.Errorf("%q: %v, %v", data, v, err)
			}
			return
		}
		w := walker{t: t}
		w.walk(v, 0)
		if w.values > 1<<17 || w.bytes > 4*len(data)+64<<10 {
			t.Errorf("%q has %d values and %d bytes", data, w.values, w.bytes)
		}
	})
}

// walker walks over a value without looking for cycles.
type walker struct {
	t             testing.TB
	values, bytes int
}

func (w *walker) walk(v any, depth int) {
	if w.values++; depth > 100 || w.values > 1<<20 {
		w.t.Fatalf("a walk does not end: depth %d, %d values", depth, w.values)
	}
	switch v := v.(type) {
	case nil, bool, int64, float64:
	case string:
		w.bytes += len(v)
	case pickle.Object:
		w.bytes += len(v)
	case []byte:
		w.bytes += len(v)
	case *big.Int:
		if v.IsInt64() || v.BitLen() > 14285 {
			w.t.Errorf("integer of %d bits", v.BitLen())
		}
		w.bytes += v.BitLen() / 3
	case *pickle.List:
		for _, item := range v.Items {
			w.walk(item, depth+1)
		}
	case *pickle.Dict:
		for _, item := range v.Items {
			w.walk(item.Key, depth+1)
			w.walk(item.Value, depth+1)
		}
	default:
		w.t.Errorf("a %T", v)
	}
}
