package otlp

import (
	"strconv"
	"strings"
)

// maxInstance bounds the name of an instance in bytes.
const maxInstance = 200

// Key returns the name of the records of an instance from one number to another:
// INSTANCE:FIRST-LAST.
func Key(instance string, first, last uint64) string {
	b := make([]byte, 0, 96)
	b = append(append(b, instance...), ':')
	b = append(strconv.AppendUint(b, first, 10), '-')
	return string(strconv.AppendUint(b, last, 10))
}

// ParseKey reads a key. ok is false if it has another form.
func ParseKey(key string) (instance string, first, last uint64, ok bool) {
	at := strings.LastIndexByte(key, ':')
	if at < 1 || at > maxInstance {
		return "", 0, 0, false
	}
	from, to, ok := strings.Cut(key[at+1:], "-")
	if first, ok = number(from, ok); !ok {
		return "", 0, 0, false
	}
	last, ok = number(to, ok)
	return key[:at], first, last, ok && first <= last
}

func number(s string, ok bool) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 63)
	return n, ok && err == nil && n > 0 && s[0] != '+'
}
