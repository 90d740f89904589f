package encode

import "encoding/binary"

// KeySet is a set of keys with false positives: it has a bit for each of 256 hash
// classes. One test of a bit shows that most new keys are new.
type KeySet [4]uint64

// Add adds a key to the set and reports whether it may have been there before.
func (s *KeySet) Add(key string) (known bool) {
	n := len(key)
	if n < 8 {
		return s.add(loadShort(key), n)
	}
	return s.add(mix(load64(key), load64(key[n-8:])), n)
}

// Fill makes Add report true for every key.
func (s *KeySet) Fill() {
	for i := range s {
		s[i] = ^uint64(0)
	}
}

// mix combines the two words of a key.
func mix(head, tail uint64) uint64 { return head ^ tail*3 }

func (s *KeySet) add(word uint64, n int) (known bool) {
	class, bit := s.class(word, n)
	known = *class&bit != 0
	*class |= bit
	return known
}

// class returns the word and the mask of a key's bit.
func (s *KeySet) class(word uint64, n int) (*uint64, uint64) {
	h := (word ^ uint64(n)) * 0x9E3779B97F4A7C15 >> 56
	return &s[h>>6], 1 << (h & 63)
}

// AppendNewJSONKey appends a member's key with its quotes and colon, after a comma
// unless b ends with the opening brace of the object, and adds it to the set. If the key
// is long, needs escapes, or may be in the set, it appends nothing and reports false;
// the caller then uses [KeySet.Add] and [AppendJSONKey]. It is faster than these two, as
// it reads the key once. b must not be empty.
func AppendNewJSONKey(b []byte, key string, set *KeySet) (_ []byte, done bool) {
	n := len(key)
	var head, tail, word uint64
	switch {
	case n > 16:
		return b, false
	case n >= 8:
		head, tail = load64(key), load64(key[n-8:])
		if (jsonStyle.set.marks(head)|jsonStyle.set.marks(tail))&highs != 0 {
			return b, false
		}
		word = mix(head, tail)
	default:
		// This is loadShort, which is too large to be inlined.
		if n >= 4 {
			head = uint64(load32(key)) | uint64(load32(key[n-4:]))<<(8*uint(n-4))
		} else if n > 0 {
			head = uint64(key[0]) | uint64(key[n/2])<<(8*uint(n/2)) | uint64(key[n-1])<<(8*uint(n-1))
		}
		if anyOf(jsonStyle.set.marks(head), n) {
			return b, false
		}
		word = head
	}
	class, bit := set.class(word, n)
	if *class&bit != 0 {
		return b, false
	}
	*class |= bit

	b = grow(b, 20)
	i, before := len(b), byte(',')
	if b[i-1] == '{' {
		i, before = i-1, '{'
	}
	out := (*[20]byte)(b[i : i+20])
	out[0], out[1] = before, '"'
	binary.LittleEndian.PutUint64(out[2:10], head)
	if n > 8 {
		binary.LittleEndian.PutUint64(out[n-6:n+2], tail)
	}
	out[n+2], out[n+3] = '"', ':'
	return b[:i+n+4], true
}

// AppendJSONKey appends a member's key with its quotes and colon, after a comma
// unless b ends with the opening brace of the object. b must not be empty.
func AppendJSONKey(b []byte, key string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(AppendJSONString(b, key), ':')
}
