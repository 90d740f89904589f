package otlp

import (
	"errors"
	"fmt"
)

// Limits of a request. They bound the memory that its records take.
const (
	MaxRecords = 1 << 16
	MaxValues  = 1 << 20 // attributes, and elements of lists
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
	c := checker{end: len(body)}
	err := c.message(body, requestMessage, 0)
	return c.counts[countsRecord], err
}

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
	end    int // offset of the end of the innermost message
	counts [3]int
}

func (c *checker) fail(rest []byte, err error) error {
	return &RequestError{Offset: c.end - len(rest), Err: err}
}

// message checks a message, which ends at c.end.
func (c *checker) message(b []byte, m *message, depth int) error {
	c.counts[m.counts]++
	switch {
	case c.counts[countsRecord] > MaxRecords:
		return c.fail(b, errTooMany)
	case c.counts[countsValue] > MaxValues:
		return c.fail(b, errManyValues)
	}
	if m.nested {
		if depth++; depth > maxDepth {
			return c.fail(b, errTooDeep)
		}
	}
	for len(b) > 0 {
		field, n, err := fieldIn(b, 0)
		if err != nil {
			return c.fail(b, err)
		}
		rest := b[n:]
		if field.number < len(m.fields) && m.fields[field.number] != nil && field.wire == wireBytes {
			end := c.end
			c.end = end - len(rest)
			if err := c.message(field.content, m.fields[field.number], depth); err != nil {
				return err
			}
			c.end = end
		}
		b = rest
	}
	return nil
}
