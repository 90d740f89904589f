package otlp

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	codec "github.com/logbook-go/logbook/internal/otlp"
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

// numbered reads a key of the form INSTANCE:FIRST-LAST.
func numbered(key string) (b batch, ok bool) {
	b.instance, b.numbers.first, b.numbers.last, ok = codec.ParseKey(key)
	return b, ok
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
	return codec.Key(b.instance, numbers.first, numbers.last)
}

// span is the numbers from first to last.
type span struct{ first, last uint64 }

func (s span) len() uint64 { return s.last - s.first + 1 }

func (s span) overlaps(o span) bool { return s.first <= o.last && o.first <= s.last }
