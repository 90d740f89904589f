package pickle

import (
	"encoding/binary"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/pyjson"
)

// Append appends the pickle of a value, in protocol 1, which every Python reads. It accepts
// the values that [pyjson.Decode] returns; any other value becomes None. Arrays become
// lists, objects dicts. In strings, invalid UTF-8 becomes U+FFFD.
func Append(b []byte, v any) []byte {
	return append(appendValue(b, v), opStop)
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		if v {
			return append(b, opInt, '0', '1', '\n')
		}
		return append(b, opInt, '0', '0', '\n')
	case string:
		return appendString(b, v)
	case int64:
		return appendInt(b, v)
	case uint64:
		if v <= math.MaxInt64 {
			return appendInt(b, int64(v))
		}
		return append(strconv.AppendUint(append(b, opLong), v, 10), "L\n"...)
	case *big.Int:
		return append(v.Append(append(b, opLong), 10), "L\n"...)
	case float64:
		return binary.BigEndian.AppendUint64(append(b, opBinFloat), math.Float64bits(v))
	case []any:
		b = append(b, opEmptyList, opMark)
		for _, item := range v {
			b = appendValue(b, item)
		}
		return append(b, opAppends)
	case pyjson.Object:
		b = append(b, opEmptyDict, opMark)
		for _, m := range v {
			b = appendValue(appendString(b, m.Key), m.Value)
		}
		return append(b, opSetItems)
	}
	return append(b, opNone)
}

func appendString(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	b = binary.LittleEndian.AppendUint32(append(b, opBinUnicode), uint32(len(s)))
	return append(b, s...)
}

func appendInt(b []byte, n int64) []byte {
	switch {
	case n >= 0 && n <= math.MaxUint8:
		return append(b, opBinInt1, byte(n))
	case n >= 0 && n <= math.MaxUint16:
		return binary.LittleEndian.AppendUint16(append(b, opBinInt2), uint16(n))
	case n >= math.MinInt32 && n <= math.MaxInt32:
		return binary.LittleEndian.AppendUint32(append(b, opBinInt), uint32(n))
	}
	return append(strconv.AppendInt(append(b, opLong), n, 10), "L\n"...)
}
