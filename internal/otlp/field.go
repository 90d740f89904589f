package otlp

// field is a field of a message.
type field struct {
	number  int
	wire    byte
	bits    uint64 // of a number
	content string // of bytes
}

func (f *field) is(number int, wire byte) bool { return f.number == number && f.wire == wire }

// fieldIn returns the first field, and its length. depth is the number of groups around it.
func fieldIn(b string, depth int) (f field, n int, err error) {
	if len(b) > 2 && b[0]&0x87 == wireBytes && b[0] >= 1<<3 && b[1] < 0x80 { // a short-cut for most fields
		if n = 2 + int(b[1]); n > len(b) {
			return f, 0, errTruncated
		}
		return field{number: int(b[0] >> 3), wire: wireBytes, content: b[2:n]}, n, nil
	}
	head, n, err := varintIn(b)
	if err != nil {
		return f, 0, err
	}
	f.wire = byte(head & 7)
	if head>>3 == 0 || head>>3 > maxField {
		return f, 0, errField
	}
	f.number = int(head >> 3)
	rest := b[n:]
	switch f.wire {
	case wireVarint:
		var size int
		f.bits, size, err = varintIn(rest)
		return f, n + size, err
	case wireFixed64:
		if len(rest) < 8 {
			return f, 0, errTruncated
		}
		f.bits = uint64(fixed32(rest)) | uint64(fixed32(rest[4:]))<<32
		return f, n + 8, nil
	case wireFixed32:
		if len(rest) < 4 {
			return f, 0, errTruncated
		}
		f.bits = uint64(fixed32(rest))
		return f, n + 4, nil
	case wireBytes:
		length, size, err := varintIn(rest)
		if err != nil {
			return f, 0, err
		}
		if length > uint64(len(rest)-size) {
			return f, 0, errTruncated
		}
		f.content = rest[size : size+int(length)]
		return f, n + size + int(length), nil
	case wireStart:
		if depth == maxDepth {
			return f, 0, errTooDeep
		}
		for {
			inner, size, err := fieldIn(b[n:], depth+1)
			if err != nil {
				if inner.wire == wireEnd && inner.number == f.number && err == errGroup {
					return f, n + size, nil
				}
				return f, 0, err
			}
			n += size
		}
	case wireEnd:
		return f, n, errGroup
	}
	return f, 0, errField
}

// cutField returns the first field of a message that was checked, and the rest.
func cutField(s string) (f field, rest string) {
	f, n, err := fieldIn(s, 0)
	if err != nil {
		return field{}, ""
	}
	return f, s[n:]
}

// maxField is the largest number of a field.
const maxField = 1<<29 - 1

func varintIn(b string) (v uint64, n int, err error) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		if i == 9 && c > 1 {
			return 0, 0, errVarint
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			return v, i + 1, nil
		}
	}
	return 0, 0, errTruncated
}

func fixed32(b string) uint32 {
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}
