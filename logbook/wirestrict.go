package logbook

import (
	"math"

	"github.com/logbook-go/logbook/internal/pyjson"
)

// strict returns a value that is JSON by the book: what JSON has no number for
// becomes its name.
func strict(v any) any {
	switch x := v.(type) {
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return string(pyjson.AppendFloat(nil, x))
		}
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = strict(x[i])
		}
		return out
	case pyjson.Object:
		out := make(pyjson.Object, len(x))
		for i, m := range x {
			out[i] = pyjson.Member{Key: m.Key, Value: strict(m.Value)}
		}
		return out
	}
	return v
}
