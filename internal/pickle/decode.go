package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The limits of a pickle. No log record comes near them.
const (
	maxOpcodes = 1 << 17
	maxDepth   = 100  // of lists and dicts in each other
	maxDigits  = 4300 // of an integer; Python's limit
	maxName    = 256  // bytes of a module's name, and of a class's
)

// maxLong is the number of bytes of an integer with maxDigits digits.
const maxLong = 1786

// Error reports an invalid pickle, or one that exceeds the limits.
type Error struct {
	Opcode string // Python's name of the opcode; "" at the end of the data
	Offset int    // of the opcode, in bytes
	Msg    string
}

// Error returns all of it.
func (e *Error) Error() string {
	if e.Opcode == "" {
		return fmt.Sprintf("invalid pickle: %s at byte %d", e.Msg, e.Offset)
	}
	return fmt.Sprintf("invalid pickle: %s at byte %d: %s", e.Opcode, e.Offset, e.Msg)
}

// Decode returns the value of a pickle. It is
//
//   - nil, bool, string or float64;
//   - int64 for an integer, *big.Int if it overflows;
//   - []byte for bytes, in whichever way Python writes them;
//   - a [*List] for a list or tuple, a [*Dict] for a dict;
//   - an [Object] for everything else.
//
// A str of Python 2 becomes a string. In strings, invalid UTF-8 and surrogates become
// U+FFFD.
//
// The error is an [*Error]. It refuses data after the end, more than 131072 opcodes,
// integers of more than 4300 digits, lists and dicts that are nested deeper than 100, a
// value that contains itself, and shared values that, as often as they occur, are more than
// 131072, or have more than four times the bytes of the pickle and 64 KiB. The memory that Decode takes is
// proportional to the number of opcodes and the length of the data. It does not keep data.
func Decode(data []byte) (any, error) {
	d := decoder{data: data, text: string(data), stack: make([]any, 0, 64), memo: make([]any, 0, 48)}
	for opcodes := 0; ; opcodes++ {
		d.start = d.pos
		if d.pos == len(data) {
			return nil, &Error{Offset: d.pos, Msg: "unexpected end"}
		}
		op := data[d.pos]
		d.pos++
		if opcodes == maxOpcodes {
			d.fail("more than %d opcodes", maxOpcodes)
		} else if op == opStop {
			v := d.pop()
			switch {
			case len(d.stack) > 0 || len(d.marks) > 0:
				d.fail("values are left on the stack")
			case d.pos < len(data):
				d.fail("%d bytes follow", len(data)-d.pos)
			case d.err == nil:
				return v, nil
			}
		} else {
			d.step(op)
		}
		if d.err != nil {
			return nil, d.err
		}
	}
}

type decoder struct {
	data  []byte
	text  string // data; the strings of the result are parts of it
	pos   int    // of the next byte
	start int    // of the current opcode
	err   error  // the first one
	stack []any
	marks []int // lengths of the stack
	memo  []any
	made  int // bytes that were made from shared values
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = &Error{Opcode: opcodeName(d.data[d.start]), Offset: d.start, Msg: fmt.Sprintf(format, args...)}
	}
}

// step executes an opcode. After a failure, it may go on with zero values to its end.
func (d *decoder) step(op byte) {
	switch op {
	case opProto:
		if v := d.uint(1); v > 5 {
			d.fail("unknown protocol %d", v)
		}
	case opFrame:
		d.uint(8) // the length of a part of the data; it may be ignored

	case opNone:
		d.push(nil)
	case opNewTrue:
		d.push(true)
	case opNewFalse:
		d.push(false)
	case opBinInt:
		d.push(int64(int32(d.uint(4))))
	case opBinInt1:
		d.push(int64(d.uint(1)))
	case opBinInt2:
		d.push(int64(d.uint(2)))
	case opInt:
		switch line := d.line(maxDigits + 1); line {
		case "00":
			d.push(false)
		case "01":
			d.push(true)
		default:
			d.push(d.integer(line))
		}
	case opLong:
		d.push(d.integer(strings.TrimSuffix(d.line(maxDigits+2), "L")))
	case opLong1:
		d.push(d.long(d.uint(1)))
	case opLong4:
		d.push(d.long(d.uint(4)))
	case opBinFloat:
		if b := d.next(8); b != "" {
			d.push(math.Float64frombits(binary.BigEndian.Uint64(d.data[d.pos-8:])))
		}

	case opShortBinUnicode, opShortBinString:
		d.pushString(d.next(d.uint(1)))
	case opBinUnicode, opBinString:
		d.pushString(d.next(d.uint(4)))
	case opBinUnicode8:
		d.pushString(d.next(d.uint(8)))
	case opShortBinBytes:
		d.push([]byte(d.next(d.uint(1))))
	case opBinBytes:
		d.push([]byte(d.next(d.uint(4))))
	case opBinBytes8, opByteArray8:
		d.push([]byte(d.next(d.uint(8))))

	case opMark:
		d.marks = append(d.marks, len(d.stack))
	case opEmptyList, opEmptyTuple:
		d.push(&List{extent: extent{values: 1, depth: 1}})
	case opAppend:
		v := d.popN(1)
		d.appendTo(d.top(), v)
	case opAppends:
		v := d.popMark()
		d.appendTo(d.top(), v)
	case opTuple:
		d.pushTuple(d.popMark())
	case opTuple1, opTuple2, opTuple3:
		d.pushTuple(d.popN(int(op) - opTuple1 + 1))
	case opEmptyDict:
		d.push(&Dict{extent: extent{values: 1, depth: 1}})
	case opSetItem:
		v := d.popN(2)
		d.setItems(d.top(), v)
	case opSetItems:
		v := d.popMark()
		d.setItems(d.top(), v)

	case opGlobal:
		module := d.line(maxName)
		d.pushName(module, d.line(maxName))
	case opStackGlobal:
		v := d.popN(2)
		if len(v) < 2 {
			return
		}
		module, _ := v[0].(string)
		name, ok := v[1].(string)
		if !ok || len(module) > maxName || len(name) > maxName {
			d.fail("want two names of at most %d bytes", maxName)
		}
		d.pushName(module, name)
	case opEmptySet:
		d.push(Object("set"))
	case opFrozenSet:
		d.popMark()
		d.push(Object("frozenset"))
	case opAddItems:
		d.popMark()
		d.object(d.top())
	case opReduce, opNewObj:
		args := d.pop()
		d.push(d.call(d.object(d.pop()), args))
	case opNewObjEx:
		d.popN(2)
		d.push(d.object(d.pop()))
	case opBuild:
		d.pop()
		d.object(d.top())

	case opBinPut:
		d.put(d.uint(1))
	case opLongBinPut:
		d.put(d.uint(4))
	case opMemoize:
		d.put(uint64(len(d.memo)))
	case opBinGet:
		d.get(d.uint(1))
	case opLongBinGet:
		d.get(d.uint(4))

	default:
		d.fail("not allowed")
	}
}

// next returns the next n bytes. It fails if there are fewer.
func (d *decoder) next(n uint64) string {
	if n > uint64(len(d.data)-d.pos) {
		d.fail("want %d more bytes, have %d", n, len(d.data)-d.pos)
		return ""
	}
	s := d.text[d.pos : d.pos+int(n)]
	d.pos += int(n)
	return s
}

// uint returns the next n bytes as a little-endian number.
func (d *decoder) uint(n uint64) (v uint64) {
	s := d.next(n)
	for i := range len(s) {
		v |= uint64(s[i]) << (8 * i)
	}
	return v
}

// line returns the bytes up to a newline, at most limit.
func (d *decoder) line(limit int) string {
	rest := d.text[d.pos:]
	n := strings.IndexByte(rest[:min(len(rest), limit+1)], '\n')
	switch {
	case n >= 0:
		d.pos += n + 1
		return rest[:n]
	case len(rest) > limit:
		d.fail("more than %d bytes", limit)
	default:
		d.fail("no newline follows")
	}
	return ""
}

// integer returns the value of a decimal number.
func (d *decoder) integer(s string) any {
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil {
		return n
	}
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > maxDigits || strings.Trim(digits, "0123456789") != "" {
		d.fail("want an integer of at most %d digits", maxDigits)
		return nil
	}
	v, _ := new(big.Int).SetString(s, 10)
	return v
}

// long returns the value of the next n bytes, a little-endian number in two's complement.
func (d *decoder) long(n uint64) any {
	if n > maxLong {
		d.fail("integer of more than %d digits", maxDigits)
		return nil
	}
	b := []byte(d.next(n))
	if len(b) == 0 {
		return int64(0)
	}
	slices.Reverse(b)
	v := new(big.Int).SetBytes(b)
	if b[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	if v.IsInt64() {
		return v.Int64()
	}
	return v
}

func (d *decoder) push(v any) { d.stack = append(d.stack, v) }

func (d *decoder) pushString(s string) {
	if v, ok := boxed[s]; ok {
		d.push(v)
		return
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	d.push(s)
}

// boxed has the strings that most records contain as interfaces, which saves allocations.
var boxed = func() map[string]any {
	m := make(map[string]any)
	for _, s := range []string{
		"name", "msg", "args", "levelname", "levelno", "pathname", "filename", "module", "exc_info", "exc_text",
		"stack_info", "lineno", "funcName", "created", "msecs", "relativeCreated", "thread", "threadName",
		"processName", "process", "taskName", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "MainThread", "MainProcess",
	} {
		m[s] = s
	}
	return m
}()

// floor is the lowest index of the stack that may be popped.
func (d *decoder) floor() int {
	if len(d.marks) == 0 {
		return 0
	}
	return d.marks[len(d.marks)-1]
}

// popN removes n values from the stack. The result is valid until the next push.
func (d *decoder) popN(n int) []any {
	at := len(d.stack) - n
	if at < d.floor() {
		d.fail("want %d values on the stack, have %d", n, len(d.stack)-d.floor())
		return nil
	}
	v := d.stack[at:]
	d.stack = d.stack[:at]
	return v
}

func (d *decoder) pop() any {
	if v := d.popN(1); len(v) == 1 {
		return v[0]
	}
	return nil
}

// popMark removes the last mark, and the values above it from the stack.
func (d *decoder) popMark() []any {
	if len(d.marks) == 0 {
		d.fail("no MARK before it")
		return nil
	}
	v := d.popN(len(d.stack) - d.floor())
	d.marks = d.marks[:len(d.marks)-1]
	return v
}

func (d *decoder) top() any {
	if len(d.stack) == d.floor() {
		d.fail("no value on the stack")
		return nil
	}
	return d.stack[len(d.stack)-1]
}

func (d *decoder) pushTuple(items []any) {
	l := &List{extent: extent{values: 1, depth: 1}}
	d.add(&l.extent, items)
	l.Items = slices.Clone(items)
	d.push(l)
}

// appendTo appends items to a list. Those of an object are dropped.
func (d *decoder) appendTo(to any, items []any) {
	if l, ok := to.(*List); ok {
		d.add(&l.extent, items)
		l.Items = append(l.Items, items...)
		return
	}
	d.object(to)
}

// setItems adds keys and values to a dict. Those of an object are dropped.
func (d *decoder) setItems(to any, items []any) {
	if len(items)%2 != 0 {
		d.fail("a key without a value")
		return
	}
	dict, ok := to.(*Dict)
	if !ok {
		d.object(to)
		return
	}
	d.add(&dict.extent, items)
	dict.Items = slices.Grow(dict.Items, len(items)/2)
	for i := 0; i < len(items); i += 2 {
		dict.Items = append(dict.Items, Item{items[i], items[i+1]})
	}
}

// room is how many bytes of text the result may have, and what is made from shared values.
func (d *decoder) room() int { return 4*len(d.data) + 64<<10 }

// make reports whether n more bytes may be made from values that may be shared.
func (d *decoder) make(n int) bool {
	if d.made += n; d.made > d.room() {
		d.fail("shared values make the result too large")
	}
	return d.err == nil
}

// add adds values to the extent of a list or dict.
func (d *decoder) add(to *extent, items []any) {
	if to.final {
		d.fail("a value contains itself")
		return
	}
	for _, v := range items {
		e := extentOf(v)
		to.values += e.values
		to.bytes += e.bytes
		to.depth = max(to.depth, e.depth+1)
		if to.values > maxOpcodes || to.bytes > d.room() {
			d.fail("shared values make the result too large")
			return
		}
	}
	if to.final { // it is one of the items
		d.fail("a value contains itself")
	}
	if to.depth > maxDepth {
		d.fail("nested deeper than %d", maxDepth)
	}
}

func (d *decoder) pushName(module, name string) {
	if module != "" && module != "builtins" && module != "__builtin__" { // the name in Python 2, and in its protocols
		if !d.make(len(module) + len(name)) {
			return
		}
		name = module + "." + name
	}
	d.push(Object(strings.ToValidUTF8(name, "\ufffd")))
}

// object returns v, which must be an object.
func (d *decoder) object(v any) Object {
	o, ok := v.(Object)
	if !ok {
		d.fail("want a class, function or object")
	}
	return o
}

// call returns the value of a call of a class or function.
func (d *decoder) call(f Object, args any) any {
	l, ok := args.(*List)
	switch {
	case !ok:
		d.fail("want a tuple of arguments")
	case f == "bytes" && len(l.Items) == 0:
		return []byte{}
	case f == "_codecs.encode" && len(l.Items) == 2:
		if s, ok := l.Items[0].(string); ok && (l.Items[1] == "latin1" || l.Items[1] == "latin-1") {
			return d.latin1(s)
		}
	case f == "copy_reg._reconstructor" && len(l.Items) > 0: // the constructor of most objects in protocol 1
		if class, ok := l.Items[0].(Object); ok {
			return class
		}
	}
	return f
}

// latin1 returns the bytes of a string in Latin-1: the form of bytes in protocols 1 and 2.
func (d *decoder) latin1(s string) []byte {
	if !d.make(len(s)) {
		return nil
	}
	b := make([]byte, 0, utf8.RuneCountInString(s))
	for _, c := range s {
		if c > 0xff {
			d.fail("%q is not in Latin-1", c)
			return nil
		}
		b = append(b, byte(c))
	}
	return b
}

// put stores the top of the stack in the memo.
func (d *decoder) put(i uint64) {
	v := d.top()
	switch n := uint64(len(d.memo)); {
	case i < n:
		d.memo[i] = v
	case i <= n+1: // some of Python 2 begin with 1
		d.memo = append(append(d.memo, make([]any, i-n)...), v)
	default:
		d.fail("want index %d of the memo, not %d", n, i)
	}
}

// get pushes a value of the memo.
func (d *decoder) get(i uint64) {
	if i >= uint64(len(d.memo)) {
		d.fail("index %d of the memo is not set", i)
		return
	}
	d.push(d.memo[i])
}
