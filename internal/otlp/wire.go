package otlp

import "math/bits"

// Wire types of protobuf.
const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
	wireStart   = 3 // of a group
	wireEnd     = 4
	wireFixed32 = 5
)

// Numbers of fields.
const (
	requestResourceLogs = 1

	resourceLogsResource  = 1
	resourceLogsScopeLogs = 2

	resourceAttributes = 1

	scopeLogsScope   = 1
	scopeLogsRecords = 2

	scopeName       = 1
	scopeVersion    = 2
	scopeAttributes = 3

	recordTime         = 1
	recordSeverity     = 2
	recordSeverityText = 3
	recordBody         = 5
	recordAttributes   = 6
	recordFlags        = 8
	recordTraceID      = 9
	recordSpanID       = 10
	recordObserved     = 11
	recordEventName    = 12

	pairKey   = 1
	pairValue = 2

	valueString = 1
	valueBool   = 2
	valueInt    = 3
	valueDouble = 4
	valueArray  = 5
	valueList   = 6
	valueBytes  = 7
	valueIndex  = 8 // of a string in a table that logs do not have

	listValues = 1 // of arrays and lists
)

// tag returns the first byte of a field with a number up to 15.
func tag(field, wire byte) byte { return field<<3 | wire }

func appendVarint(b []byte, n uint64) []byte {
	for n >= 0x80 {
		b = append(b, byte(n)|0x80)
		n >>= 7
	}
	return append(b, byte(n))
}

func varintSize(n uint64) int { return (bits.Len64(n|1) + 6) / 7 }

func appendFixed64(b []byte, n uint64) []byte {
	return append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24), byte(n>>32), byte(n>>40), byte(n>>48), byte(n>>56))
}

func appendFixed32(b []byte, n uint32) []byte {
	return append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
}

// appendText appends a field with a text.
func appendText[T ~string | ~[]byte](b []byte, tag byte, s T) []byte {
	b = appendVarint(append(b, tag), uint64(len(s)))
	return append(b, s...)
}

// open begins a message whose length is not known. size is the expected size of the length,
// in bytes. The message starts at the end of the result.
func open(b []byte, tag byte, size int) []byte {
	b = append(b, tag)
	return append(b, 0, 0, 0, 0)[:len(b)+size]
}

// closed ends a message that was begun by open with the same size.
func closed(b []byte, start, size int) []byte {
	n := len(b) - start
	if want := varintSize(uint64(n)); want != size {
		b = append(b, 0, 0, 0, 0)
		copy(b[start+want-size:], b[start:start+n])
		start += want - size
		b = b[:start+n]
		size = want
	}
	length := b[start-size : start]
	for i := range length {
		length[i] = byte(n>>(7*i)) | 0x80
	}
	length[size-1] &= 0x7f
	return b
}

// Sizes for open.
const (
	short = 1 // up to 127 bytes
	long  = 2 // up to 16 KiB
	huge  = 3 // up to 2 MiB
)
