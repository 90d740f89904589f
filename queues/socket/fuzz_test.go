package socket

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/frame"
	"github.com/logbook-go/logbook/logbook"
)

// chunks reads from b in pieces.
type chunks struct {
	b    []byte
	size int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), c.size)], c.b)
	c.b = c.b[n:]
	return n, nil
}

// frames returns the frames of a stream, and the errors, as text.
func frames(f Format, stream []byte, size, limit int, local bool) (list []string) {
	m := frame.NewMemory(1 << 20)
	r := &reader{frame.NewBuffer(&chunks{stream, size}, limit, m), newFraming(f, limit, local)}
	defer func() {
		r.Close()
		if m.Left() != 1<<20 {
			list = append(list, "memory is missing")
		}
	}()
	for {
		frame, n, err := r.next()
		switch {
		case err != nil:
			list = append(list, "("+err.Error()+")")
			if n == 0 {
				return list
			}
		case len(frame) > limit:
			return append(list, "too long")
		case len(frame) > 0:
			list = append(list, string(frame))
		case n > 0:
		case r.EOF():
			return list
		default:
			if err := r.Fill(); err != nil {
				return append(list, "("+err.Error()+")")
			}
		}
	}
}

func TestFraming(t *testing.T) {
	for _, tt := range []struct {
		format Format
		stream string
		local  bool
		want   []string
	}{
		{JSON, "a\r\n\nb\nc", false, []string{"a", "b", "c"}},
		{JSON, "a\x00b\n", false, []string{"a\x00b"}},
		{JSON, "0123456789\n0123456789x\nb\n", false, []string{"0123456789", "(a frame of more than 10 bytes)", "b"}},
		{JSON, "0123456789x0123456789x0123456789x0123456789x0123456789x\nb", false, []string{"(a frame of more than 10 bytes)", "b"}},
		{JSON, "0123456789x", false, []string{"(a frame of more than 10 bytes)"}},
		{Syslog, "<1>a\x00<1>b\n", true, []string{"<1>a", "<1>b"}},
		{Syslog, "4 <1>a\n5 <1>\nc4 <1>d", false, []string{"<1>a", "<1>\nc", "<1>d"}},
		{Syslog, "4 times\n5 <1>b\n", false, []string{"4 times", "5 <1>b"}},
		{Syslog, "2026-1-1\n", false, []string{"2026-1-1"}},
		{Syslog, "1", false, []string{"1"}},
		{Syslog, "11 <1>aaaaaaaa", false, []string{"(a frame of length 11, with at most 10 allowed)"}},
		{Pickle, "\x00\x00\x00\x01a\x00\x00\x00\x02bc", false, []string{"a", "bc"}},
		{Pickle, "\x00\x00\x00\x01a\x00\x00\x00\x00", false, []string{"a", "(a frame of length 0)"}},
		{Pickle, "\x00\x00\x00\x0b", false, []string{"(a frame of length 11, with at most 10 allowed)"}},
		{Pickle, "\x00\x00\x00\x02a", false, []string{"(unexpected EOF)"}},
		{Alarm, "a b\n c\n", false, []string{"a b", "c"}},
		{Alarm, "{\n}}{\n", false, []string{"{\n}}{\n"}},
		{Alarm, "{{{{{{{{{{{", false, []string{"(a frame of more than 10 bytes)"}},
	} {
		for _, size := range []int{1, 2, 3, 100} {
			if got := frames(tt.format, []byte(tt.stream), size, 10, tt.local); !slices.Equal(got, tt.want) {
				t.Errorf("%v %q, %d bytes at once: %q, want %q", tt.format, tt.stream, size, got, tt.want)
			}
		}
	}
	for stream, want := range map[string][]string{
		"x --message {a}y --message={b {c}\n}\nz":             {"x --message {a}", "y --message={b {c}\n}", "z"},
		"x --message {a} --level {b}\ny":                      {"x --message {a} --level {b}", "y"},
		"x --app {--message {a}} --message {b}":               {"x --app {--message {a}} --message {b}"},
		"x --message {a } b} c\ny":                            {"x --message {a } b} c", "y"},
		"x --message {a}\n\ny --message \t{b} \n":             {"x --message {a}", "y --message \t{b} "},
		"x --message {" + string(make([]byte, 20<<10)) + "}y": {"x --message {" + string(make([]byte, 20<<10)) + "}", "y"},
	} {
		if got := frames(Alarm, []byte(stream), 100, 1<<20, false); !slices.Equal(got, want) {
			t.Errorf("%.100q: %.100q, want %.100q", stream, got, want)
		}
	}
}

// The frames of a stream do not depend on how it is cut, except for those of alarms, whose
// end may depend on what follows.
func FuzzFraming(f *testing.F) {
	for format := range formats {
		f.Add(int8(format), []byte("<14>a\n5 <14>\x00\x00\x00\x01a{}\nx --message {a}"), uint8(3), uint16(10))
		f.Add(int8(format), []byte("4 <1>a4 <1>b"), uint8(1), uint16(100))
		f.Add(int8(format), []byte("\x00\x00\x00\x01a\x00\x00\x00\x02bc"), uint8(2), uint16(100))
	}
	f.Fuzz(func(t *testing.T, format int8, stream []byte, size uint8, limit uint16) {
		if _, ok := formats[Format(format)]; !ok || size == 0 || limit == 0 {
			return
		}
		whole := frames(Format(format), stream, len(stream)+1, int(limit), true)
		cut := frames(Format(format), stream, int(size), int(limit), true)
		if Format(format) != Alarm && !slices.Equal(whole, cut) {
			t.Errorf("whole %q, cut %q", whole, cut)
		}
		if Format(format) == Syslog || Format(format) == JSON {
			total := 0
			for _, frame := range whole {
				total += len(frame)
			}
			if total > len(stream)+len(whole)*100 {
				t.Errorf("%d bytes of %d", total, len(stream))
			}
		}
	})
}

// Decoding never panics, and every record can be formatted.
func FuzzDecode(f *testing.F) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for format := range formats {
		for _, s := range []string{`{"msg":"x"}`, "<14>Nov 20 10:32:01 vm app[12]: x", "x --message {a}", "(dp0\nS'a'\n."} {
			f.Add(int8(format), []byte(s))
		}
	}
	json := logbook.JSON(nil)
	f.Fuzz(func(t *testing.T, format int8, frame []byte) {
		if _, ok := formats[Format(format)]; !ok {
			return
		}
		given := bytes.Clone(frame)
		r, err := decode(Format(format), frame, now, true)
		if !bytes.Equal(frame, given) {
			t.Error("the frame was changed")
		}
		if (r == nil) == (err == nil) {
			t.Errorf("%v, %v", r, err)
		}
		if r != nil {
			if _, err := json.AppendFormat(nil, r); err != nil {
				t.Error(err)
			}
		}
	})
}
