package pickle_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/pickle"
)

// unicode returns a string's opcode.
func unicode(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

// encode calls _codecs.encode with what is in the memo under 0 to 2.
const encode = "h\x00(h\x01h\x02tR"

// hostile has what a receiver has to refuse, with the beginning of the error.
var hostile = []struct{ name, data, err string }{
	{"nothing", "", "invalid pickle: unexpected end at byte 0"},
	{"no stop", "]", "invalid pickle: unexpected end at byte 1"},
	{"stop alone", ".", "invalid pickle: STOP at byte 0: want 1 values on the stack, have 0"},
	{"two values", "]].", "invalid pickle: STOP at byte 2: values are left"},
	{"a mark left", "](.", "invalid pickle: STOP at byte 2: want 1 values"},
	{"data after the end", "N.x", "invalid pickle: STOP at byte 1: 1 bytes follow"},
	{"unknown opcode", "\xff.", "invalid pickle: opcode 0xff at byte 0: not allowed"},
	{"persistent id", "Pid\n.", "invalid pickle: PERSID at byte 0: not allowed"},
	{"instance", "(ios\nsystem\n.", "invalid pickle: INST at byte 1: not allowed"},
	{"object", "(cos\nsystem\no.", "invalid pickle: OBJ at byte 12: not allowed"},
	{"extension", "\x82\x01.", "invalid pickle: EXT1 at byte 0: not allowed"},
	{"buffer", "\x97.", "invalid pickle: NEXT_BUFFER at byte 0: not allowed"},
	{"protocol 6", "\x80\x06N.", "invalid pickle: PROTO at byte 0: unknown protocol 6"},
	{"text of protocol 0", "S'a'\n.", "invalid pickle: STRING at byte 0: not allowed"},
	{"4 GiB of text", "X\xff\xff\xff\xff.", "invalid pickle: BINUNICODE at byte 0: want 4294967295 more bytes, have 1"},
	{"2^64 of text", "\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "invalid pickle: BINUNICODE8 at byte 0: want 18446744073709551615"},
	{"4 GiB of bytes", "B\xff\xff\xff\xff.", "invalid pickle: BINBYTES at byte 0"},
	{"cut number", "J\x01.", "invalid pickle: BININT at byte 0: want 4 more bytes, have 2"},
	{"cut float", "G\x01.", "invalid pickle: BINFLOAT at byte 0"},
	{"no digits", "I\n.", "invalid pickle: INT at byte 0: want an integer"},
	{"not a number", "L0x10L\n.", "invalid pickle: LONG at byte 0: want an integer"},
	{"a signed sign", "L--1L\n.", "invalid pickle: LONG at byte 0: want an integer"},
	{"no line", "L1", "invalid pickle: LONG at byte 0: no newline"},
	{"4301 digits", "L" + strings.Repeat("9", 4301) + "L\n.", "invalid pickle: LONG at byte 0: want an integer of at most 4300"},
	{"300000 digits", "L" + strings.Repeat("9", 300_000) + "L\n.", "invalid pickle: LONG at byte 0: more than 4302"},
	{"300000 binary digits", "\x8b\xe0\x93\x04\x00" + strings.Repeat("\x7f", 300_000) + ".", "invalid pickle: LONG4 at byte 0: integer of more"},
	{"append to nothing", "Na.", "invalid pickle: APPEND at byte 1: no value"},
	{"append to a dict", "}Na.", "invalid pickle: APPEND at byte 2: want a class, function or object"},
	{"items of a list", "]NNs.", "invalid pickle: SETITEM at byte 3: want a class"},
	{"a key alone", "}(Nu.", "invalid pickle: SETITEMS at byte 3: a key without"},
	{"tuple without a mark", "Nt.", "invalid pickle: TUPLE at byte 1: no MARK"},
	{"below the mark", "](a.", "invalid pickle: APPEND at byte 2: want 1 values on the stack, have 0"},
	{"call of a list", "])R.", "invalid pickle: REDUCE at byte 2: want a class"},
	{"call without a tuple", "ca\nb\nNR.", "invalid pickle: REDUCE at byte 6: want a tuple"},
	{"state of a list", "]Nb.", "invalid pickle: BUILD at byte 2: want a class"},
	{"long name", "c" + strings.Repeat("m", 300) + "\nn\n.", "invalid pickle: GLOBAL at byte 0: more than 256 bytes"},
	{"names that are none", "NN\x93.", "invalid pickle: STACK_GLOBAL at byte 2: want two names"},
	{"encoding of text", "c_codecs\nencode\n(" + unicode("€") + unicode("latin1") + "tR.", `invalid pickle: REDUCE at byte 37: '€' is not in Latin-1`},
	{"memo of 4 GiB", "Nr\xff\xff\xff\xff.", "invalid pickle: LONG_BINPUT at byte 1: want index 0 of the memo, not 4294967295"},
	{"unset memo", "h\x05.", "invalid pickle: BINGET at byte 0: index 5 of the memo is not set"},
	{"a list in itself", "]q\x00h\x00a.", "invalid pickle: APPEND at byte 5: a value contains itself"},
	{"two lists in each other", "]q\x00]q\x01h\x00ah\x01a.", "invalid pickle: APPEND at byte 11: a value contains itself"},
	{"a dict in itself", "}q\x00Nh\x00s.", "invalid pickle: SETITEM at byte 6: a value contains itself"},
	{"a tuple in its list", "]q\x00(h\x00ta.", "invalid pickle: APPEND at byte 7: a value contains itself"},
	{"depth", strings.Repeat("]", 100_000) + strings.Repeat("a", 30_000), "invalid pickle: APPEND at byte 100099: nested deeper than 100"},
	{"depth of tuples", ")" + strings.Repeat("\x85", 101) + ".", "invalid pickle: TUPLE1 at byte 100: nested deeper than 100"},
	{"opcodes", strings.Repeat("]", 1<<20), "invalid pickle: EMPTY_LIST at byte 131072: more than 131072 opcodes"},
	{"marks", strings.Repeat("(", 1<<20), "invalid pickle: MARK at byte 131072: more than 131072 opcodes"},
	{"2^40 shared lists", doubled(40), "invalid pickle: TUPLE2 at byte 85: shared values"},
	{"shared text", "(" + unicode(strings.Repeat("x", 1<<20)) + "q\x00" + strings.Repeat("h\x00", 100_000) + "t.", "invalid pickle: TUPLE at byte 1248584: shared values make the result too large"},
	{"shared integer", "(L" + strings.Repeat("9", 4300) + "L\nq\x00" + strings.Repeat("h\x00", 100_000) + "t.", "invalid pickle: TUPLE at byte 204306: shared"},
	{"shared bytes", "(c_codecs\nencode\nq\x00" + unicode(strings.Repeat("x", 1<<20)) + "q\x01" + unicode("latin1") + "q\x02" + strings.Repeat(encode, 20_000) + "t.", "invalid pickle: REDUCE at byte"},
	{"shared names", "(" + unicode(strings.Repeat("m", 256)) + "q\x00" + strings.Repeat("h\x00h\x00\x93", 50_000) + "t.", "invalid pickle: STACK_GLOBAL at byte"},
}

// doubled returns a tuple that holds the same tuple twice, which holds the same tuple
// twice, and so on.
func doubled(n int) string {
	b := []byte(")q\x00")
	for i := range n {
		b = append(b, 'h', byte(i), 0x86, 'q', byte(i+1))
	}
	return string(b) + "."
}

func TestHostile(t *testing.T) {
	for _, tt := range hostile {
		v, err := pickle.Decode([]byte(tt.data))
		var e *pickle.Error
		if v != nil || !errors.As(err, &e) || !strings.HasPrefix(err.Error(), tt.err) {
			t.Errorf("%s: %v, %.200v; want the error %s", tt.name, v, err, tt.err)
		}
	}
}

// The frames of a hostile sender are refused, or are records without anything that was run.
func TestHostileFrames(t *testing.T) {
	want := map[string]string{
		"py_hostile_bad_utf8":    "",
		"py_hostile_deep":        "invalid pickle: EMPTY_LIST at byte 131072: more than 131072 opcodes",
		"py_hostile_length_max":  "",
		"py_hostile_length_zero": "invalid pickle: unexpected end at byte 0",
		"py_hostile_not_dict":    "",
		"py_hostile_obj":         "invalid pickle: OBJ at byte 12: not allowed",
		"py_hostile_persid":      "invalid pickle: PERSID at byte 0: not allowed",
		"py_hostile_reduce":      "",
		"py_hostile_trailing":    "invalid pickle: STOP at byte 108: 7 bytes follow",
	}
	for name, data := range frames(t, "py_hostile_*.bin") {
		text, known := want[name]
		v, err := pickle.Decode(data)
		if !known || err == nil && text != "" || err != nil && err.Error() != text {
			t.Errorf("%s: %.200v, %v", name, v, err)
		}
		if d, ok := v.(*pickle.Dict); ok && name == "py_hostile_reduce" {
			if evil, _ := d.Get("evil"); evil != pickle.Object("posix.getcwd") {
				t.Errorf("the call became %#v", evil)
			}
		}
	}
}
