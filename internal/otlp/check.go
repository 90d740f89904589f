package otlp

import (
	"errors"
	"fmt"
	"unsafe"
)

// Limits of a request. They bound the memory that its records take.
const (
	MaxRecords = 1 << 16
	MaxValues  = 1 << 19 // attributes, and elements of lists
)

// A RequestError reports a request that cannot be decoded.
type RequestError struct {
	Offset int // byte offset of the first invalid field; 0 if it is unknown
	Err    error
}

// Error returns the offset and the cause.
func (e *RequestError) Error() string {
	return fmt.Sprintf("invalid OTLP request at byte %d: %v", e.Offset, e.Err)
}

// Unwrap returns the cause.
func (e *RequestError) Unwrap() error { return e.Err }

// ErrTooLarge is wrapped by the [RequestError] of a request that exceeds [MaxRecords],
// [MaxValues] or the depth of nesting. The others are not OTLP.
var ErrTooLarge = errors.New("too large")

var (
	errTruncated  = errors.New("truncated")
	errVarint     = errors.New("integer with more than 64 bits")
	errField      = errors.New("invalid field number or wire type")
	errGroup      = errors.New("end of a group that was not begun")
	errTooMany    = fmt.Errorf("%w: more than %d records", ErrTooLarge, MaxRecords)
	errTooDeep    = fmt.Errorf("%w: nested deeper than %d", ErrTooLarge, maxDepth)
	errManyValues = fmt.Errorf("%w: more than %d values", ErrTooLarge, MaxValues)
)

// CountRecords returns the number of records in a request, and the error that
// [DecodeRequest] would return. It takes no memory.
func CountRecords(body []byte) (int, error) {
	c := checker{body: textOf(body)}
	err := c.message(0, len(body), requestMessage, 0)
	return c.records, err
}

// textOf returns a body as a text, without a copy.
func textOf(body []byte) string { return unsafe.String(unsafe.SliceData(body), len(body)) }

// message describes a message: the messages in its fields, by their numbers.
type message struct {
	fields [7]*message
	counts counted
	nested bool // counts to the depth
}

// counted is what a message counts as.
type counted int8

const (
	countsNothing counted = iota
	countsRecord
	countsValue
)

var requestMessage = func() *message {
	of := func(fields map[int]*message) *message {
		m := new(message)
		for number, inner := range fields {
			m.fields[number] = inner
		}
		return m
	}
	value, element := new(message), &message{counts: countsValue}
	pair := of(map[int]*message{pairValue: value})
	pair.counts = countsValue
	array, list := of(map[int]*message{listValues: element}), of(map[int]*message{listValues: pair})
	array.nested, list.nested = true, true
	value.fields[valueArray], value.fields[valueList] = array, list
	element.fields = value.fields

	record := of(map[int]*message{recordBody: value, recordAttributes: pair})
	record.counts = countsRecord
	scope := of(map[int]*message{scopeAttributes: pair})
	resource := of(map[int]*message{resourceAttributes: pair})
	scopeLogs := of(map[int]*message{scopeLogsScope: scope, scopeLogsRecords: record})
	resourceLogs := of(map[int]*message{resourceLogsResource: resource, resourceLogsScopeLogs: scopeLogs})
	return of(map[int]*message{requestResourceLogs: resourceLogs})
}()

// checker checks a request. The decoder relies on it: it does not check again.
type checker struct {
	body            string
	records, values int
}

// message checks the message from i to end.
func (c *checker) message(i, end int, m *message, depth int) error {
	switch m.counts {
	case countsRecord:
		if c.records++; c.records > MaxRecords {
			return &RequestError{i, errTooMany}
		}
	case countsValue:
		if c.values++; c.values > MaxValues {
			return &RequestError{i, errManyValues}
		}
	}
	if m.nested {
		if depth++; depth > maxDepth {
			return &RequestError{i, errTooDeep}
		}
	}
	for i < end {
		start, content := i, 0 // of the field, and of its content, up to its end
		head := c.body[i]
		if head&0x87 == wireBytes && head >= 1<<3 && i+1 < end && c.body[i+1] < 0x80 { // as in fieldIn
			content = i + 2
			if i = content + int(c.body[i+1]); i > end {
				return &RequestError{start, errTruncated}
			}
		} else {
			f, n, err := fieldIn(c.body[i:end], 0)
			if err != nil {
				return &RequestError{start, err}
			}
			i += n
			if f.wire != wireBytes || f.number >= len(m.fields) {
				continue
			}
			head, content = tag(byte(f.number), wireBytes), i-len(f.content)
		}
		if number := int(head >> 3); number < len(m.fields) && m.fields[number] != nil {
			if err := c.message(content, i, m.fields[number], depth); err != nil {
				return err
			}
		}
	}
	return nil
}
