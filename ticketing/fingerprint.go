package ticketing

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// Fingerprint says which records belong to one ticket: 40 lower-case hexadecimal digits of a
// SHA-1.
type Fingerprint string

// Hash returns the SHA-1 of the parts, with a NUL byte between them. All fingerprints are
// made by it.
func Hash(parts ...string) Fingerprint {
	h := sha1.New()
	for i, part := range parts {
		if i > 0 {
			h.Write([]byte{0})
		}
		io.WriteString(h, part)
	}
	return Fingerprint(hex.EncodeToString(h.Sum(nil)))
}

// Key is a way to group records. Its name has a version: a key never changes, and a better
// one gets a new name.
type Key int8

const (
	// KeyFunc is "func/1": records with the same level and channel that the same function
	// logs with the same message template. It is the same on every machine that builds the
	// program, and stays the same when lines move. It is the [Hash] of six parts:
	//
	//   - "func/1"
	//   - Logbook's number of the level, in decimal
	//   - the channel
	//   - the function with its package, or module and function of a record from Python, and
	//     "" if it is unknown. A function literal counts as the function around it: endings of
	//     the forms ".func1", ".gowrap1", ".deferwrap1", ".1", "-range1" and "-fm" are removed.
	//   - the template, if the message was rendered from one and differs from it; otherwise
	//     the message, reduced by [Reduce]
	//   - the salt
	KeyFunc Key = iota

	// KeyCallSite is "callsite/1": records with the same level and channel that were logged
	// on the same line, as in Python Logbook. It is the [Hash] of Logbook's number of the
	// level, the channel, the path of the file, the line, in decimal, and the salt. A path is
	// that of the machine that built the program.
	KeyCallSite
)

var keyNames = [...]string{KeyFunc: "func/1", KeyCallSite: "callsite/1"}

// ownKey is the key of records that have a fingerprint of their own.
const ownKey = "own/1"

// String returns the name with its version.
func (k Key) String() string {
	if k < 0 || int(k) >= len(keyNames) {
		return "Key(" + strconv.Itoa(int(k)) + ")"
	}
	return keyNames[k]
}

// ParseKey returns the key with a name.
func ParseKey(name string) (Key, error) {
	for k, known := range keyNames {
		if name == known {
			return Key(k), nil
		}
	}
	return 0, fmt.Errorf("invalid key %q: want %s", name, strings.Join(keyNames[:], " or "))
}

// Fingerprint returns the fingerprint of a record.
func (k Key) Fingerprint(r *logbook.Record, salt string) Fingerprint {
	level := strconv.Itoa(r.Level().Wire())
	source := r.Source()
	if k == KeyCallSite {
		return Hash(level, r.Channel(), source.File, strconv.Itoa(source.Line), salt)
	}
	text := r.Message()
	if template := r.Template(); template != text {
		text = template
	} else {
		text = Reduce(text)
	}
	return Hash(KeyFunc.String(), level, r.Channel(), enclosing(source.Function), text, salt)
}

// enclosing removes the endings of function literals and wrappers that the compiler adds.
func enclosing(function string) string {
	for {
		short := strings.TrimSuffix(function, "-fm")
		digits := strings.TrimRight(short, "0123456789")
		if digits != short {
			for _, ending := range []string{".func", ".gowrap", ".deferwrap", "-range", "."} {
				if rest, found := strings.CutSuffix(digits, ending); found {
					short = rest
					break
				}
			}
		}
		if short == function {
			return function
		}
		function = short
	}
}
