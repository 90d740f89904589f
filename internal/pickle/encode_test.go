package pickle_test

import (
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/pickle"
	"github.com/logbook-go/logbook/internal/pyjson"
)

// Decode reads back what Append writes.
func TestAppend(t *testing.T) {
	huge, _ := new(big.Int).SetString("-"+strings.Repeat("9", 4300), 10)
	for _, tt := range []struct{ in, out any }{
		{nil, nil}, {true, true}, {false, false}, {"", ""}, {"漢\x00🌡", "漢\x00🌡"}, {"a\xffb", "a\ufffdb"},
		{int64(0), int64(0)}, {int64(255), int64(255)}, {int64(256), int64(256)}, {int64(65535), int64(65535)}, {int64(65536), int64(65536)},
		{int64(-1), int64(-1)}, {int64(math.MinInt32), int64(math.MinInt32)}, {int64(math.MaxInt32), int64(math.MaxInt32)},
		{int64(math.MaxInt32 + 1), int64(math.MaxInt32 + 1)}, {int64(math.MinInt64), int64(math.MinInt64)}, {int64(math.MaxInt64), int64(math.MaxInt64)},
		{uint64(7), int64(7)}, {uint64(math.MaxUint64), "18446744073709551615"}, {huge, huge.String()},
		{0.1, 0.1}, {math.Inf(-1), math.Inf(-1)}, {[]any{}, []any{}}, {[]any{int64(1), []any{nil}}, []any{int64(1), []any{nil}}},
		{pyjson.Object{}, map[string]any{}}, {pyjson.Object{{Key: "k", Value: pyjson.Object{{Key: "é", Value: "v"}}}}, map[string]any{"k": map[string]any{"é": "v"}}},
		{struct{}{}, nil}, {int8(1), nil},
	} {
		b := pickle.Append([]byte("before"), tt.in)
		v, err := pickle.Decode(b[6:])
		if err != nil || string(b[:6]) != "before" || !reflect.DeepEqual(tree(v), tt.out) {
			t.Errorf("%#v: %q is %#v, %v", tt.in, b, tree(v), err)
		}
	}
}
