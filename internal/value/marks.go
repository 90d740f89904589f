package value

import (
	"fmt"
	"math"
	"reflect"
	"unicode/utf8"
	"unsafe"
)

const (
	// MaxSize is how long the text of a value is, in bytes, before parts of it are left
	// out. One text at the end, and what closes the value, may come on top.
	MaxSize = 256 << 10

	// CutMark stands at the end of a text, and in the place of parts, that were cut off.
	CutMark = "...(cut)"

	// cutKey is the key of the mark in an object.
	cutKey = "!CUT"

	// maxDepth is how deep pointers, slices, maps and groups may stand in one another.
	maxDepth = 100

	// maxValuers is how deep LogValue methods may nest: one may hand out itself.
	maxValuers = 8

	maxFloat32 = math.MaxFloat32
)

// Cut shortens a text to MaxSize.
func Cut(s string) string {
	if len(s) <= MaxSize {
		return s
	}
	n := MaxSize
	for n > MaxSize-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + CutMark
}

// visit is a pointer, slice or map on the way to what is being written.
type visit struct {
	at  unsafe.Pointer
	len int
	typ reflect.Type
}

// enter notes that a part is being written. It returns the mark that stands for the part
// if it contains itself, or stands too deep; leave must then not be called.
func (s *state) enter(v visit) (mark string) {
	for i := range s.path {
		if open := &s.path[i]; open.at == v.at && open.len == v.len && open.typ == v.typ {
			return "!ERROR: json: unsupported value: encountered a cycle via " + v.typ.String()
		}
	}
	if len(s.path) == maxDepth {
		return CutMark
	}
	s.path = append(s.path, v)
	return ""
}

func (s *state) leave() {
	last := len(s.path) - 1
	s.path[last] = visit{} // which would keep what it points to in memory
	s.path = s.path[:last]
}

// cutMember says in an object that members were left out.
const cutMember = `,"` + cutKey + `":"` + CutMark + `"`

// appendCutMember appends cutMember to an object that may have no member so far.
func appendCutMember(b []byte) []byte {
	if b[len(b)-1] == '{' {
		return append(b, cutMember[1:]...)
	}
	return append(b, cutMember...)
}

// appendRefused appends the error of a value that cannot be encoded.
func appendRefused(b []byte, err string) []byte { return appendString(b, "!ERROR: "+err) }

// Panic returns the mark of a value of type t whose method panicked.
func Panic(t reflect.Type, p any) string { return Cut(fmt.Sprintf("!PANIC in %v: %v", t, p)) }

func appendPanic(b []byte, t reflect.Type, p any) []byte { return appendString(b, Panic(t, p)) }
