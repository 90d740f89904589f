package otlp

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// jsonFields are the fields of a message in JSON.
type jsonFields struct {
	named  map[string]jsonField
	nested bool // counts to the depth
}

type jsonField struct {
	number   byte
	message  *jsonFields // of a field with messages
	repeated bool
	size     int // expected size of the message's length; see open

	// read appends the field with a value as pyjson returns it, and reports whether the value
	// is valid. null means that null is a value.
	read func(b []byte, number byte, v any) ([]byte, bool)
	null bool
}

var requestFields = func() *jsonFields {
	one := func(number byte, m *jsonFields, size int) jsonField {
		return jsonField{number: number, message: m, size: size}
	}
	many := func(number byte, m *jsonFields, size int) jsonField {
		return jsonField{number: number, message: m, size: size, repeated: true}
	}
	text := func(number byte) jsonField { return jsonField{number: number, read: readText} }

	value := new(jsonFields)
	pair := &jsonFields{named: map[string]jsonField{"key": text(pairKey), "value": one(pairValue, value, short)}}
	value.named = map[string]jsonField{
		"stringValue": text(valueString),
		"boolValue":   {number: valueBool, read: readBool},
		"intValue":    {number: valueInt, read: readInt},
		"doubleValue": {number: valueDouble, read: readDouble, null: true},
		"bytesValue":  {number: valueBytes, read: readBase64},
		"arrayValue":  one(valueArray, &jsonFields{named: map[string]jsonField{"values": many(listValues, value, short)}, nested: true}, short),
		"kvlistValue": one(valueList, &jsonFields{named: map[string]jsonField{"values": many(listValues, pair, short)}, nested: true}, short),
	}
	record := &jsonFields{named: map[string]jsonField{
		"timeUnixNano":         {number: recordTime, read: readFixed64},
		"observedTimeUnixNano": {number: recordObserved, read: readFixed64},
		"severityNumber":       {number: recordSeverity, read: readSeverity},
		"severityText":         text(recordSeverityText),
		"body":                 one(recordBody, value, short),
		"attributes":           many(recordAttributes, pair, short),
		"flags":                {number: recordFlags, read: readFixed32},
		"traceId":              {number: recordTraceID, read: readHex},
		"spanId":               {number: recordSpanID, read: readHex},
		"eventName":            text(recordEventName),
	}}
	scope := &jsonFields{named: map[string]jsonField{
		"name": text(scopeName), "version": text(scopeVersion), "attributes": many(scopeAttributes, pair, short),
	}}
	resource := &jsonFields{named: map[string]jsonField{"attributes": many(resourceAttributes, pair, short)}}
	scopeLogs := &jsonFields{named: map[string]jsonField{
		"scope": one(scopeLogsScope, scope, short), "logRecords": many(scopeLogsRecords, record, long),
	}}
	resourceLogs := &jsonFields{named: map[string]jsonField{
		"resource": one(resourceLogsResource, resource, long), "scopeLogs": many(resourceLogsScopeLogs, scopeLogs, huge),
	}}
	return &jsonFields{named: map[string]jsonField{"resourceLogs": many(requestResourceLogs, resourceLogs, huge)}}
}()

func readText(b []byte, number byte, v any) ([]byte, bool) {
	s, ok := v.(string)
	return appendText(b, tag(number, wireBytes), s), ok
}

func readBool(b []byte, number byte, v any) ([]byte, bool) {
	x, ok := v.(bool)
	return appendBool(b, x), ok
}

func readBase64(b []byte, number byte, v any) ([]byte, bool) {
	s, ok := v.(string)
	s = strings.TrimRight(s, "=")
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		encoding = base64.RawURLEncoding
	}
	data, err := encoding.DecodeString(s)
	return appendText(b, tag(number, wireBytes), data), ok && err == nil
}

func readHex(b []byte, number byte, v any) ([]byte, bool) {
	s, ok := v.(string)
	data, err := hex.DecodeString(s)
	want := 16
	if number == recordSpanID {
		want = 8
	}
	return appendText(b, tag(number, wireBytes), data), ok && err == nil && (len(data) == want || s == "")
}

// readInt reads an integer, or a float if it is too large, as JavaScript writes it.
func readInt(b []byte, number byte, v any) ([]byte, bool) {
	if n, ok := integer(v); ok {
		return appendVarint(append(b, tag(number, wireVarint)), uint64(n)), true
	}
	f, ok := v.(float64)
	switch n := v.(type) {
	case uint64:
		f, ok = float64(n), true
	case *big.Int:
		f, _ = new(big.Float).SetInt(n).Float64()
		ok = true
	}
	if !ok || f != math.Trunc(f) {
		return b, false
	}
	return readDouble(b, valueDouble, f)
}

// integer returns an integer of 64 bits.
func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case float64:
		if n == math.Trunc(n) && math.Abs(n) < 1<<63 {
			return int64(n), true
		}
	case string:
		i, err := strconv.ParseInt(n, 10, 64)
		return i, err == nil
	}
	return 0, false
}

// unsigned returns an unsigned integer of 64 bits.
func unsigned(v any) (uint64, bool) {
	switch n := v.(type) {
	case uint64:
		return n, true
	case string:
		u, err := strconv.ParseUint(n, 10, 64)
		return u, err == nil
	}
	n, ok := integer(v)
	return uint64(n), ok && n >= 0
}

func readFixed64(b []byte, number byte, v any) ([]byte, bool) {
	n, ok := unsigned(v)
	return appendFixed64(append(b, tag(number, wireFixed64)), n), ok
}

func readFixed32(b []byte, number byte, v any) ([]byte, bool) {
	n, ok := unsigned(v)
	return appendFixed32(append(b, tag(number, wireFixed32)), uint32(n)), ok && n <= math.MaxUint32
}

// readSeverity reads the number of a severity, or its name, such as SEVERITY_NUMBER_WARN2.
func readSeverity(b []byte, number byte, v any) ([]byte, bool) {
	n, ok := integer(v)
	if name, isText := v.(string); isText && !ok {
		n, ok = severityNamed(name)
	}
	return appendVarint(append(b, tag(number, wireVarint)), uint64(n)), ok && math.MinInt32 <= n && n <= math.MaxInt32
}

func severityNamed(name string) (int64, bool) {
	name, ok := strings.CutPrefix(name, "SEVERITY_NUMBER_")
	if name == "UNSPECIFIED" {
		return 0, ok
	}
	for i, base := range []string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"} {
		switch rest, found := strings.CutPrefix(name, base); {
		case !found:
		case rest == "":
			return int64(4*i + 1), ok
		case rest == "2" || rest == "3" || rest == "4":
			return int64(4*i) + int64(rest[0]-'0'), ok
		}
	}
	return 0, false
}

// readDouble reads a float. The names are those of protobuf's JSON; JavaScript writes null in
// place of NaN and the infinities.
func readDouble(b []byte, number byte, v any) ([]byte, bool) {
	f, ok := v.(float64)
	switch x := v.(type) {
	case nil:
		f, ok = math.NaN(), true
	case int64:
		f, ok = float64(x), true
	case uint64:
		f, ok = float64(x), true
	case *big.Int:
		f, _ = new(big.Float).SetInt(x).Float64()
		ok = true
	case string:
		switch x {
		case "NaN":
			f, ok = math.NaN(), true
		case "Infinity":
			f, ok = math.Inf(1), true
		case "-Infinity":
			f, ok = math.Inf(-1), true
		default:
			var err error
			f, err = strconv.ParseFloat(x, 64)
			ok = err == nil
		}
	}
	return appendFixed64(append(b, tag(number, wireFixed64)), math.Float64bits(f)), ok
}
