package logbook_test

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

func TestMessage(t *testing.T) {
	type named struct{ Name string }
	when := time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)
	tests := []struct {
		name string
		msg  string
		args []any
		want string
	}{
		{"no arguments: braces are left alone", "no args {0} {x} {", nil, "no args {0} {x} {"},
		{"no braces", "plain", []any{"a", 1}, "plain"},
		{"a name", "hello {who}", []any{"who", "you"}, "hello you"},
		{"a brace", "{{{x}}} {{}}", []any{"x", 1}, "{1} {}"},
		{"only braces", "{{}}", []any{"x", 1}, "{}"},
		{"twice", "{x} {x}", []any{"x", 1}, "1 1"},
		{"the last of a name", "{x}", []any{"x", 1, "x", 2}, "2"},
		{"an attribute", "{x}", []any{slog.String("x", "a")}, "a"},
		{"spec", "{f:.3f} {n:05d} {s:>5} {n:x}", []any{"f", 1.5, "n", 42, "s", "ab"}, "1.500 00042    ab 2a"},
		{"conversion", "{s!r} {s!s}", []any{"s", "a\"b"}, `"a\"b" a"b`},
		{"spec in a field", "{s:{w}}|", []any{"s", "ab", "w", 5}, "ab   |"},
		{"duration", "{d}", []any{"d", 1500 * time.Millisecond}, "1.5s"},
		{"time", "{t:%Y-%m-%d}", []any{"t", when}, "2024-02-29"},
		{"group", "{g.a} {g.h.b}", []any{slog.Group("g", "a", 1, slog.Group("h", "b", 2))}, "1 2"},
		{"dotted name", "{a.b}", []any{"a.b", 3}, "3"},
		{"map and slice", "{m[k]} {l[1]}", []any{"m", map[string]int{"k": 7}, "l", []string{"x", "y"}}, "7 y"},
		{"nested maps", "{d[a][b]}", []any{"d", map[string]map[string]int{"a": {"b": 1}}}, "1"},
		{"struct", "{v}", []any{"v", named{"n"}}, `{"Name":"n"}`},
		{"error", "{e}", []any{"e", errors.New("boom")}, "boom"},
		{"the error of Err", "{error}", []any{logbook.Err(errors.New("boom"))}, "boom"},
		{"LogValuer", "{v}", []any{"v", valuerFunc(func() slog.Value { return slog.StringValue("lazy") })}, "lazy"},
		{"nil", "{v}", []any{"v", nil}, "<nil>"},
		{"non-ASCII", "\u2603 {v}", []any{"v", "\u2603"}, "\u2603 \u2603"},
		{"per cent", "100% {x}", []any{"x", 1}, "100% 1"},
	}
	var f failures
	h := record(t, f.flag())
	for _, test := range tests {
		logbook.Info(test.msg, test.args...)
		if got := h.last(t).Message(); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	f.none(t)
}

// A message can name the attributes of the call, then those of With, the open group
// first, then members of groups by dots, but not those of processors.
func TestMessageNames(t *testing.T) {
	var f failures
	h := record(t, f.flag(), logbook.Attrs("only", "processor", "both", "processor"))
	log := logbook.With("root", "r", "both", "with", slog.Group("pre", "k", "p")).WithGroup("g").With("in", "i", "both", "inner")
	tests := []struct {
		log       *logbook.Logger
		msg, want string
	}{
		{log, "{both}", "call"},
		{log, "{in}", "i"},
		{log, "{root}", "r"},
		{log, "{pre.k}", "p"},
		{log, "{g.in}", "i"},
		{log, "{g.both}", "call"},
		{log, "{g.obj.x}", "1"},
		{log.WithGroup("h").With("deep", "d"), "{h.deep} {g.in}", "{h.deep} i"},
		{log.WithGroup("h").With("deep", "d"), "{g.h.deep} {g.in}", "d i"},
	}
	for _, test := range tests {
		logbook.ForgetTemplateErrors()
		f.list = nil
		test.log.Info(test.msg, "both", "call", slog.Group("obj", "x", 1))
		if got := h.last(t).Message(); got != test.want {
			t.Errorf("%s: %q, want %q", test.msg, got, test.want)
		}
		if failed := len(f.list) > 0; failed != strings.Contains(test.want, "{") {
			t.Errorf("%s: failed: %v", test.msg, failed)
		}
	}
	logbook.With("both", "with").Info("{both}", "a", 1)
	if got := h.last(t).Message(); got != "with" {
		t.Errorf("with a processor's attribute of the name: %q", got)
	}
	f.list = nil
	logbook.ForgetTemplateErrors()
	logbook.Info("{only}", []any{"a", 1}...)
	if got := h.last(t).Message(); got != "{only}" || len(f.list) != 1 {
		t.Errorf("a processor's attribute was named: %q, %v", got, f.list)
	}
}

// A message without an opening brace is not a template.
func TestClosingBraces(t *testing.T) {
	var f failures
	h := record(t, f.flag())
	messages := []string{"}", "a } b", "}}"}
	for _, msg := range messages {
		logbook.Info(msg, "x", 1)
	}
	h.want(t, messages...)
	if len(f.list) != 0 {
		t.Error(f.list)
	}
}

// A field that cannot be rendered appears as it is written, and the others are
// rendered. The error names the template, the cause and the call site.
func TestTemplateErrors(t *testing.T) {
	tests := []struct {
		msg  string
		args []any
		want string
		why  string
	}{
		{"Hello {foo:invalid}, {x}", []any{"foo", 42, "x", 1}, "Hello {foo:invalid}, {x}", "invalid"}, // a syntax error
		{"Hello {foo:d} {{x}}", []any{"foo", "s"}, "Hello {foo:d} {x}", "'d'"},
		{"{missing} {x}", []any{"x", 1}, "{missing} 1", `"missing"`},
		{"{x} {missing!r:>9} {also.missing} {x}", []any{"x", 1}, "1 {missing!r:>9} {also.missing} 1", `"missing"`},
		{"{x.nosuch}", []any{"x", 1}, "{x.nosuch}", "nosuch"},
		{"{x[nokey]} {x}", []any{"x", map[string]int{}}, "{x[nokey]} {}", "nokey"},
		{"{x[7]}", []any{"x", []int{1}}, "{x[7]}", "7"},
		{"{", []any{"x", 1}, "{", "'{'"},
		{"{x} }", []any{"x", 1}, "{x} }", "'}'"},
		{"{0} {x}", []any{"x", 1}, "{0} 1", "Infof"},
		{"{} {}", []any{"a", "b"}, "{} {}", "Infof"},
		{"{x!q}", []any{"x", 1}, "{x!q}", "conversion"},
		{"{x:{y}} {x}", []any{"x", 1}, "{x:{y}} 1", `"y"`},
		{"{x:{x}}", []any{"x", "zz"}, "{x:{x}}", "zz"},
		{"{v} {x}", []any{"v", panicker{}, "x", 1}, "{v} 1", "LogValue panicked"},
		{"{v} {x}", []any{"v", stringPanicker{}, "x", 1}, "{v} 1", "String panicked"},
		{"{v} {x}", []any{"v", errorPanicker{}, "x", 1}, "{v} 1", "Error panicked"},
	}
	for _, test := range tests {
		for name, format := range map[string]logbook.Formatter{"text": nil, "json": logbook.JSON(nil)} {
			var f failures
			h := recordAs(t, format, f.flag())
			logbook.ForgetTemplateErrors()
			logbook.Info(test.msg, test.args...)
			h.want(t, test.want)
			e := f.one(t)
			text := e.Error()
			for _, part := range []string{
				"could not format message with provided arguments", test.why, fmt.Sprintf("msg=%q", test.msg), "record_message_test.go, line ",
			} {
				if !strings.Contains(text, part) {
					t.Errorf("%s, %s: the report lacks %q: %s", test.msg, name, part, text)
				}
			}
			var te *logbook.TemplateError
			if !errors.As(e, &te) || te.Template != test.msg || e.Handler != nil || e.Channel != "Generic" || e.Message != test.want {
				t.Errorf("%s, %s: %#v", test.msg, name, e)
			}
		}
	}
}

// The report contains the arguments, as in Logbook.
func TestTemplateErrorNamesArguments(t *testing.T) {
	var f failures
	record(t, f.flag())
	logbook.ForgetTemplateErrors()
	logbook.Info("Hello {foo:invalid}", "foo", 42)
	if got := f.one(t).Error(); !strings.Contains(got, "foo=42") {
		t.Errorf("the report does not show the arguments: %s", got)
	}
}

// An attribute whose field cannot be rendered is printed after the message.
func TestTemplateErrorShowsAttributes(t *testing.T) {
	h := record(t, new(failures).flag())
	logbook.With("with", 1).Info("{user:d} {with} {missing}", []any{"user", "x"}...)
	if line := h.line(t); !strings.HasSuffix(line, ": {user:d} 1 {missing} user=x") {
		t.Errorf("the line is %q", line)
	}
}

// Errors are reported once for each call site, whatever the message is.
func TestTemplateErrorOncePerCallSite(t *testing.T) {
	logbook.ForgetTemplateErrors()
	log := logbook.New("faults")
	helper := log.WithCallerSkip(1)
	attrs := []slog.Attr{slog.Int("n", 1)}
	calls := []func(msg string){
		func(msg string) { log.Info(msg, "n", 1) },
		func(msg string) { log.InfoContext(t.Context(), msg, "n", 1) },
		func(msg string) { log.LogAttrs(t.Context(), logbook.LevelInfo, msg, attrs...) },
		func(msg string) { log.Exception(errors.New("boom"), msg, "n", 1) },
		func(msg string) { func() { helper.Info(msg, "n", 1) }() },
		func(msg string) { logbook.Info(msg, "n", 1) },
	}
	for name, items := range map[string][]logbook.Bindable{
		"with caller":           {new(recorder)},
		"without introspection": {new(recorder), logbook.Flags{Introspection: logbook.IntrospectionOff}},
		"behind one that keeps": {new(recorder), logbook.NewHandler(func(r *logbook.Record) error { r.Retain(); return nil }, &logbook.Options{Bubble: true})},
	} {
		logbook.ForgetTemplateErrors()
		var f failures
		logbook.InGoroutine(func() {
			for i := range 5 {
				for _, call := range calls {
					call(fmt.Sprintf("{name%d} {n}", i))
				}
			}
		}, append(items, f.flag())...)
		if len(f.list) != len(calls) {
			t.Errorf("%s: %d reports of %d call sites: %v", name, len(f.list), len(calls), f.list)
		}
	}

	// A record without a call site is reported each time.
	var f failures
	record(t, f.flag())
	for range 3 {
		logbook.Dispatch(nil, logbook.NewRecord(logbook.RecordData{Template: "{missing}", Attrs: attrs}))
	}
	if len(f.list) != 3 {
		t.Errorf("%d reports of 3 records without a call site", len(f.list))
	}
}

// A message is rendered only if a handler reads it, and only once.
func TestMessageIsLazy(t *testing.T) {
	n := 0
	v := valuerFunc(func() slog.Value { n++; return slog.IntValue(n) })
	logbook.InGoroutine(func() { logbook.Info("{v}", "v", v) },
		logbook.NewHandler(func(*logbook.Record) error { return nil }, nil))
	if n != 0 {
		t.Errorf("rendered %d times for a handler that does not read the message", n)
	}
	read := logbook.NewHandler(func(r *logbook.Record) error { _ = r.Message() + r.Message(); return nil }, &logbook.Options{Bubble: true})
	logbook.InGoroutine(func() { logbook.Info("{v}", "v", v) }, logbook.Null{}, read, read)
	if n != 1 {
		t.Errorf("rendered %d times", n)
	}
}

// Infof and its siblings format as package fmt does; braces have no meaning.
func TestPrintf(t *testing.T) {
	var f failures
	h := record(t, f.flag())
	log := logbook.New("x").With("a", 1)
	log.Infof("%d {a} %s", 1, "x")
	log.Infof("100%%")
	log.Warnf("%v", stringPanicker{})
	if got := h.messages(); got[0] != "1 {a} x" || got[1] != "100%" || !strings.Contains(got[2], "PANIC") {
		t.Errorf("messages are %q", got)
	}
	if h.last(t).Template() != "%v" {
		t.Errorf("template is %q", h.last(t).Template())
	}
	f.none(t)
	args := []any{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	log.Infof("%d%d%d%d%d%d%d%d%d%d", args...)
	if got := h.last(t).Message(); got != "12345678910" {
		t.Errorf("ten arguments: %q", got)
	}
}

// Long messages are cut between characters, and the cut is marked.
func TestMessageLimit(t *testing.T) {
	h := record(t)
	long := strings.Repeat("ä", 1<<20)
	logbook.Info(long)
	logbook.Info("{x}", "x", long)
	logbook.Default().Infof("%s", long)
	for i, msg := range h.messages() {
		if len(msg) > 1<<20+1<<10+20 || !strings.HasSuffix(msg, "ä...(cut)") {
			t.Errorf("message %d has %d bytes and ends in %q", i, len(msg), msg[len(msg)-12:])
		}
	}
}

// The messages of Logbook's own test vectors that name their arguments.
func TestMessageVectors(t *testing.T) {
	type vector struct{ Msg, Args, Kwargs, Message, Error string }
	values := map[string][]any{
		"{'name': 'n'}":          {"name", "n"},
		"{'d': {'a': {'b': 1}}}": {"d", map[string]any{"a": map[string]any{"b": 1}}},
		"{'a': 3}":               {"a", 3},
		"{'x': 1}":               {"x", 1},
		"{}":                     nil,
	}
	tried := 0
	for _, v := range golden[[]vector](t, "message_format_vectors.json") {
		args, known := values[v.Kwargs]
		if v.Args != "()" || !known {
			continue
		}
		tried++
		var f failures
		h := record(t, f.flag())
		logbook.Info(v.Msg, args...)
		want := v.Message
		switch {
		case v.Msg == "{a.real}": // Go's numbers have no attributes
			want = v.Msg
		case v.Error != "":
			want = v.Msg
		default:
			f.none(t)
		}
		h.want(t, want)
	}
	if tried != 5 {
		t.Errorf("%d vectors were tried, want 5", tried)
	}
}

// Logbook's positional test vectors, with names in place of positions.
func TestMessageVectorsByName(t *testing.T) {
	when := time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)
	tests := []struct {
		args string // as in the golden file
		msg  string
		vals []any
		want string // default: as in the golden file
	}{
		{"('ab',)", "{0:>6}|{0:<6}|{0:^6}|{0:*^6}", []any{"ab"}, ""},
		{"(3.14159,)", "{0:.2f} {0:e} {0:g} {0:%}", []any{3.14159}, ""},
		{"(65,)", "{0:d} {0:x} {0:X} {0:#x} {0:o} {0:b} {0:#b} {0:c}", []any{65}, ""},
		{"(1234567,)", "{0:,} {0:_}", []any{1234567}, ""},
		{"(42,)", "{0:+d} {0: d} {0:05d} {0:<+5d}|", []any{42}, ""},
		{"(['x', 'y'],)", "{0[0]} {0[1]}", []any{[]string{"x", "y"}}, ""},
		{"({'k': 'v'},)", "{0[k]}", []any{map[string]string{"k": "v"}}, ""},
		{"('ab', 5)", "{0:{1}}", []any{"ab", 5}, ""},
		{"(1e+20,)", "{0}", []any{1e20}, ""},
		{"(1e+16,)", "{0}", []any{1e16}, ""},
		{"(nan,)", "{0}", []any{math.NaN()}, ""},
		{"(5,)", "{0:10}|", []any{5}, ""},
		{"('5',)", "{0:10}|", []any{"5"}, ""},
		{"('abcdef',)", "{0:.3}", []any{"abcdef"}, ""},
		{"(-42,)", "{0:=+8d}|{0:=08d}", []any{-42}, ""},
		{"('x',)", "{0:ä>4}", []any{"x"}, ""},
		{"('日本',)", "{0:5}|", []any{"日本"}, ""},
		{"(0.5, 1.5)", "{0:.0f} {1:.0f}", []any{0.5, 1.5}, ""},
		{"(123456.0,)", "{0:.3e}", []any{123456.0}, ""},
		{"(1e-07,)", "{0}", []any{1e-7}, ""},
		{"(-5,)", "{0:b}", []any{-5}, ""},
		{"(255,)", "{0:#o} {0:#X}", []any{255}, ""},
		{"(1,)", "{0!s:>5}", []any{1}, ""},
		{"(1234567.891,)", "{0:,.2f}", []any{1234567.891}, ""},
		{"(0.256,)", "{0:.1%}", []any{0.256}, ""},
		{"(True,)", "{0:d}", []any{true}, ""},
		{"(datetime.datetime(2024, 2, 29, 1, 2, 3),)", "{0}", []any{when}, "2024-02-29 01:02:03+00:00"},
		{"(None,)", "{0}", []any{nil}, "<nil>"},
		{"(True, 1.0)", "{0} {1}", []any{true, 1.0}, "true 1"},
	}
	type vector struct{ Msg, Args, Message string }
	want := make(map[string]string)
	for _, v := range golden[[]vector](t, "message_format_vectors.json") {
		want[v.Msg+v.Args] = v.Message
	}
	h := record(t)
	names := strings.NewReplacer("{0", "{a", "{1", "{b")
	for _, test := range tests {
		expected, ok := want[test.msg+test.args]
		if !ok {
			t.Errorf("%s%s is not among the golden vectors", test.msg, test.args)
		}
		if test.want != "" {
			expected = test.want
		}
		var args []any
		for i, v := range test.vals {
			args = append(args, string(rune('a'+i)), v)
		}
		logbook.Info(names.Replace(test.msg), args...)
		if got := h.last(t).Message(); got != expected {
			t.Errorf("%s of %v: %q, want %q", test.msg, test.vals, got, expected)
		}
	}
}

// Invalid UTF-8 does not make a call fail.
func TestInvalidUTF8(t *testing.T) {
	for name, f := range map[string]logbook.Formatter{
		"text": nil, "json": logbook.JSON(nil), "logfmt": logbook.Logfmt(nil), "console": logbook.Console(nil),
	} {
		var fs failures
		h := recordAs(t, f, fs.flag())
		logbook.New("ch\xff").With("w\xff", "\xff").Info("m\xff {a}", "a", "\xfe\xff", "k\xff", []byte("\xff"))
		if err := checkLine(h.line(t)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.Contains(h.line(t), "ufffd") {
			t.Errorf("%s: the bytes are gone: %q", name, h.line(t))
		}
		fs.none(t)
	}
}
