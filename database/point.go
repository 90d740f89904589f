package database

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// An entry of the spool has the points that were written together. Its key is
// "INSTANCE:FIRST-LAST", where the instance is a run of the program, which numbers its points
// from 1. Its body is a version and, for each point, the code name, the microseconds since
// 1970, and the value with its kind.
const bodyVersion = 1

// Kinds of values.
const (
	kindNull = iota
	kindFalse
	kindTrue
	kindInt
	kindFloat
	kindString
)

var errBody = errors.New("not the points of a continuous logger")

// maxPointText bounds the text of code names and of values, in bytes.
const maxPointText = 64 << 10

// point is a point in a body.
type point struct {
	name  string
	at    time.Time
	value any
	bytes []byte // the point as it stands in the body
}

// checkPoint returns the value of a point in the form that appendPoint takes.
func checkPoint(codename string, at time.Time, value any) (any, error) {
	if err := checkTime(at); err != nil {
		return nil, err
	}
	v, err := plain(value)
	if err != nil {
		return nil, err
	}
	switch n := v.(type) {
	case nil, bool, float64, int64:
		return v, nil
	case float32:
		return float64(n), nil
	case uint:
		return wholeOf(uint64(n))
	case uint64:
		return wholeOf(n)
	case string:
		if len(n)+len(codename) > maxPointText {
			return nil, fmt.Errorf("the text has %d bytes: want at most %d", len(n), maxPointText)
		}
		return v, checkText(n)
	case int, int8, int16, int32, uint8, uint16, uint32:
		return new(encoder).integer(0, n, math.MinInt64, math.MaxInt64)
	}
	return nil, fmt.Errorf("invalid value of type %T: want a number, bool, string or nil", value)
}

func wholeOf(n uint64) (any, error) {
	if n > math.MaxInt64 {
		return nil, fmt.Errorf("%d is out of range", n)
	}
	return int64(n), nil
}

// appendPoint appends a point to a body.
func appendPoint(b []byte, codename string, at time.Time, value any) []byte {
	b = binary.AppendUvarint(b, uint64(len(codename)))
	b = append(b, codename...)
	b = binary.AppendVarint(b, at.UnixMicro())
	switch v := value.(type) {
	case bool:
		if v {
			return append(b, kindTrue)
		}
		return append(b, kindFalse)
	case int64:
		return binary.AppendVarint(append(b, kindInt), v)
	case float64:
		return binary.BigEndian.AppendUint64(append(b, kindFloat), math.Float64bits(v))
	case string:
		b = binary.AppendUvarint(append(b, kindString), uint64(len(v)))
		return append(b, v...)
	}
	return append(b, kindNull)
}

// points calls fn for each point of a body.
func points(body []byte, fn func(point)) error {
	if len(body) == 0 || body[0] != bodyVersion {
		return errBody
	}
	for b := body[1:]; len(b) > 0; {
		var p point
		rest, err := p.read(b)
		if err != nil {
			return err
		}
		p.bytes = b[:len(b)-len(rest)]
		b = rest
		fn(p)
	}
	return nil
}

// read reads a point, and returns what follows it.
func (p *point) read(b []byte) (rest []byte, err error) {
	var ok bool
	if p.name, b, ok = cutText(b); !ok {
		return nil, errBody
	}
	micros, n := binary.Varint(b)
	if n <= 0 || len(b) == n {
		return nil, errBody
	}
	p.at = time.UnixMicro(micros)
	kind, b := b[n], b[n+1:]
	switch kind {
	case kindNull:
	case kindFalse, kindTrue:
		p.value = kind == kindTrue
	case kindInt:
		v, n := binary.Varint(b)
		if n <= 0 {
			return nil, errBody
		}
		p.value, b = v, b[n:]
	case kindFloat:
		if len(b) < 8 {
			return nil, errBody
		}
		p.value, b = math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:]
	case kindString:
		var text string
		if text, b, ok = cutText(b); !ok {
			return nil, errBody
		}
		p.value = text
	default:
		return nil, errBody
	}
	return b, nil
}

// cutText reads a text behind its length.
func cutText(b []byte) (text string, rest []byte, ok bool) {
	length, n := binary.Uvarint(b)
	if n <= 0 || length > uint64(len(b)-n) {
		return "", nil, false
	}
	return string(b[n : n+int(length)]), b[n+int(length):], true
}

// pointsKey returns the key of an entry with some points.
func pointsKey(instance string, first uint64, n int) string {
	return fmt.Sprintf("%s:%d-%d", instance, first, first+uint64(n)-1)
}

// splitKey returns the instance of an entry, and the number of its first point.
func splitKey(key string) (instance string, first uint64, ok bool) {
	instance, numbers, found := strings.Cut(key, ":")
	number, _, _ := strings.Cut(numbers, "-")
	first, err := strconv.ParseUint(number, 10, 63)
	return instance, first, found && err == nil && first > 0
}
