package value

import (
	"fmt"
	"math"
	"reflect"
	"unicode/utf8"
	"unsafe"
)

const (
	// MaxSize is the length of a value's text in bytes at which further parts are left
	// out. The last string and closing brackets may exceed it.
	MaxSize = 256 << 10

	// CutMark marks the end of a string that was cut, and replaces parts left out.
	CutMark = "...(cut)"

	// cutKey is the key of the mark in an object.
	cutKey = "!CUT"

	// maxDepth is the maximum nesting of pointers, slices, maps and groups.
	maxDepth = 100

	// maxValuers is the maximum nesting of LogValue methods, which may return themselves.
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

// visit is a pointer, slice or map that contains the value being written.
type visit struct {
	at  unsafe.Pointer
	len int
	typ reflect.Type
}

// enter adds v to the path. If v contains itself or is nested too deep, enter instead
// returns the mark to write in its place; leave must then not be called.
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
	s.path[last] = visit{} // do not keep the value in memory
	s.path = s.path[:last]
}

// cutMember marks an object whose further members were left out.
const cutMember = `,"` + cutKey + `":"` + CutMark + `"`

// appendCutMember appends cutMember to an object, which may be empty so far.
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
