package encode

import "encoding/binary"

// AppendJSONKey appends a member's key with its quotes and colon, after a comma
// unless b ends with the brace that opens the object. b must not be empty. It does
// at once what [AppendJSONString] and three appends would.
func AppendJSONKey(b []byte, key string) []byte {
	n := len(key)
	if n > 16 {
		return appendLongKey(b, key)
	}
	var head, tail uint64
	if n >= 8 {
		head, tail = load64(key), load64(key[n-8:])
		if (jsonStyle.set.marks(head)|jsonStyle.set.marks(tail))&highs != 0 {
			return appendLongKey(b, key)
		}
	} else if head = loadShort(key); lowest(jsonStyle.set.marks(head)) != n {
		return appendLongKey(b, key)
	}
	b = grow(b, 28)
	i := len(b)
	out := b[i : i+28]
	at := 0
	if b[i-1] != '{' {
		out[0] = ','
		at = 1
	}
	out[at] = '"'
	out = out[at+1:]
	binary.LittleEndian.PutUint64(out, head)
	if n > 8 {
		binary.LittleEndian.PutUint64(out[n-8:], tail)
	}
	out[n], out[n+1] = '"', ':'
	return b[:i+at+n+3]
}

func appendLongKey(b []byte, key string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(AppendJSONString(b, key), ':')
}
