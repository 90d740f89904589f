package otlp

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// batch names the records of a request, so that one that is sent again is recognized.
type batch struct {
	// Of a sender that numbers its records; see [Handler].
	instance string
	numbers  span

	// Of other senders: the hash of the body as it came, and the peer that has sent it.
	sum  [sha256.Size]byte
	peer string // "" for one from before a restart
}

// maxInstance bounds the name of an instance in bytes.
const maxInstance = 200

// numbered reads a key of the form INSTANCE:FIRST-LAST.
func numbered(key string) (b batch, ok bool) {
	at := strings.LastIndexByte(key, ':')
	if at < 1 || at > maxInstance {
		return b, false
	}
	first, last, ok := strings.Cut(key[at+1:], "-")
	if b.numbers.first, ok = number(first, ok); !ok {
		return b, false
	}
	b.numbers.last, ok = number(last, ok)
	b.instance = key[:at]
	return b, ok && b.numbers.first <= b.numbers.last
}

func number(s string, ok bool) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 63)
	return n, ok && err == nil && n > 0 && s[0] != '+'
}

const sumPrefix = "sha256:"

// parseKey reads a key that batch.key has returned.
func parseKey(key string) (b batch, ok bool) {
	text, ok := strings.CutPrefix(key, sumPrefix)
	if !ok {
		return numbered(key)
	}
	if hex.DecodedLen(len(text)) != len(b.sum) {
		return b, false
	}
	_, err := hex.Decode(b.sum[:], []byte(text))
	return b, err == nil
}

// key returns the name of the batch for an entry, with other numbers.
func (b *batch) key(numbers span) string {
	if b.instance == "" {
		return sumPrefix + hex.EncodeToString(b.sum[:])
	}
	return b.instance + ":" + strconv.FormatUint(numbers.first, 10) + "-" + strconv.FormatUint(numbers.last, 10)
}

// span is the numbers from first to last.
type span struct{ first, last uint64 }

func (s span) len() uint64 { return s.last - s.first + 1 }

func (s span) overlaps(o span) bool { return s.first <= o.last && o.first <= s.last }
