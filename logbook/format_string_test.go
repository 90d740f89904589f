package logbook_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// The golden format strings are Logbook's own, with the same record. Differences are
// listed here.
func TestGoldenFormatStrings(t *testing.T) {
	ours := map[string]string{
		"{record.time}": "2024-02-29 13:37:42.005000+00:00", // times carry their zone
		// The source of this test.
		"{record.func_name} {record.module} {record.lineno} {record.filename}": "f example.com/app 99 /srv/app/main.go",
		"{record.lineno:05d}": "00099",
		"{record.process} {record.process_name} {record.thread_name}": "4242  ",
		"{handler.level_name} {handler.bubble}":                       "NOTSET false",
		"{record.msg}":                                                "hello {0} {k}",
		"{record.exception_name} {record.exception_message}":          " ",
	}
	refused := map[string]bool{
		"{record.kwargs} {record.args}": true, // Python's texts of a tuple and a dict
		"{record.nosuch}":               true, // an error of Format, not of each record
		"{nosuch}":                      true,
	}
	r := logbook.NewRecord(logbook.RecordData{
		Time: at, Level: logbook.LevelInfo, Channel: "app.web", Message: "hello x 1", Template: "hello {0} {k}", PID: 4242,
		Attrs:  []slog.Attr{slog.Int("k", 1)},
		Extra:  []slog.Attr{slog.String("cwd", "/srv"), slog.Any("obj", map[string]string{"attr": "A"})},
		Source: &slog.Source{Function: "example.com/app.f", File: "/srv/app/main.go", Line: 99},
	})
	for format, want := range golden[map[string]string](t, "format_strings.json") {
		f, err := logbook.Format(format, nil)
		if refused[format] {
			var fe *logbook.FormatError
			if !errors.As(err, &fe) {
				t.Errorf("%s is accepted", format)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		want = strings.TrimSuffix(want, "\n")
		if w, ok := ours[format]; ok {
			want = w
		}
		got, err := logbook.Options{Formatter: f}.AppendFormat(nil, r)
		if err != nil || string(got) != want {
			t.Errorf("%s gives %q, %v, want %q", format, got, err, want)
		}
	}
}

// Every default format string of Logbook compiles, except that for mail.
func TestGoldenDefaultFormats(t *testing.T) {
	formats := golden[map[string]string](t, "default_format_strings.json")
	for name, format := range formats {
		if _, err := logbook.Format(format, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := formats["DEFAULT"] + "{record.attrs}"; got != logbook.DefaultFormat {
		t.Errorf("the default is %q, Logbook's with attributes is %q", logbook.DefaultFormat, got)
	}
	r := logbook.NewRecord(logbook.RecordData{Time: at, Level: logbook.LevelWarn, Channel: "testlogger", Message: "warning message"})
	for name, want := range map[string]string{
		"DEFAULT": "[2024-02-29 13:37:42.005000+0000] WARNING: testlogger: warning message",
		"SYSLOG":  "testlogger: warning message",
		"TEST":    "[WARNING] testlogger: warning message",
	} {
		got, err := logbook.MustFormat(formats[name]).AppendFormat(nil, r)
		if err != nil || string(got) != want {
			t.Errorf("%s gives %q, %v, want %q", name, got, err, want)
		}
	}
}

// The error has the offset of the invalid field.
func TestFormatErrors(t *testing.T) {
	tests := []struct {
		format string
		offset int
		msg    string
	}{
		{"{record.nosuch}", 0, `"record.nosuch"`},
		{"ok {record.message} {nosuch}", 20, `"nosuch"`},
		{"ä{record}", 2, "record"},
		{"{record.extra}", 0, "needs a key"},
		{"{record.extra.key}", 0, "needs a key"},
		{"{record.time", 0, "not closed"},
		{"a } b", 2, "'}'"},
		{"{record.message:zz}", 16, "spec"},
		{"{record.level_name:%Y}", 0, "not a time"},
		{"{record.message!x}", 16, "conversion"},
		{"{record.message:{record.level}}", 0, "spec"},
		{"{record.message.upper}", 0, "unknown field"},
		{"{record.message[0]}", 0, "unknown field"},
		{"{record[message]}", 0, ""},
		{"{handler.formatter}", 0, "unknown field"},
		{"{handler}", 0, ""},
		{"{}", 0, ""},
		{"{0}", 0, ""},
		{"{record.message:99999999}", 16, "4096"},
	}
	for _, test := range tests {
		f, err := logbook.Format(test.format, nil)
		var fe *logbook.FormatError
		if !errors.As(err, &fe) || f != nil {
			t.Errorf("%s: error is %v", test.format, err)
			continue
		}
		if fe.Offset != test.offset || fe.Format != test.format || !strings.Contains(fe.Msg, test.msg) {
			t.Errorf("%s: at %d: %s; want at %d: %s", test.format, fe.Offset, fe.Msg, test.offset, test.msg)
		}
		if text := err.Error(); !strings.Contains(text, fmt.Sprintf("at byte %d", test.offset)) || !strings.Contains(text, fe.Msg) {
			t.Errorf("%s: the error says %s", test.format, text)
		}
	}
}

// A missing extra is empty with any spec, and reading it does not add it.
func TestExtra(t *testing.T) {
	tests := []struct{ format, want string }{
		{"[{record.extra[missing]}]", "[]"},
		{"[{record.extra[missing]:>3}]", "[   ]"},
		{"[{record.extra[missing]:05d}{record.extra[missing]:%Y}]", "[]"},
		{"[{record.extra[missing].attr}{record.extra[missing][k]!r}]", "[]"},
		{"{record.extra[n]:05d} {record.kwargs[n]}", "00042 42"},
		{"{record.extra[s]!r}", `"text"`},
		{"{record.extra[f]:.1f}", "1.5"},
		{"{record.extra[t]:%H:%M}", "13:37"},
		{"{record.extra[g.k]} {record.extra[g].k}", "v v"},
		{"{record.extra[m][k]} {record.extra[m].k}", "7 7"},
		{"{record.extra[with]} {record.extra[proc]}", "w p"},
		{"{record.extra[lazy]}", "resolved"},
	}
	for _, test := range tests {
		h := recordAs(t, logbook.MustFormat(test.format), logbook.Attrs("proc", "p"))
		logbook.With("with", "w").Info("m", "n", 42, "s", "text", "f", 1.5, "t", at, slog.Group("g", "k", "v"),
			"m", map[string]int{"k": 7}, "lazy", valuerFunc(func() slog.Value { return slog.StringValue("resolved") }))
		if got := h.line(t); got != test.want {
			t.Errorf("%s gives %q, want %q", test.format, got, test.want)
		}
		if _, ok := h.last(t).Lookup("missing"); ok {
			t.Error("reading a missing attribute made it")
		}
	}
}

// A value that does not fit its spec is replaced by the error, and the record is not
// lost.
func TestSpecThatDoesNotFit(t *testing.T) {
	var f failures
	h := recordAs(t, logbook.MustFormat("{{}} {record.message} {record.extra[n]:05d} end"), f.flag())
	logbook.Info("m", "n", "no number")
	if got := h.line(t); !strings.HasPrefix(got, "{} m !ERROR: ") || !strings.HasSuffix(got, " end") {
		t.Errorf("the line is %q", got)
	}
	f.none(t)
}

func TestRecordFieldsInFormat(t *testing.T) {
	format := "{record.filename}:{record.lineno} {record.func_name} {record.module} {record.process} {record.thread} " +
		"{record.dispatcher.name} {record.level} {record.msg}"
	h := recordAs(t, logbook.MustFormat(format))
	logbook.New("fields").Warn("hello {x}", "x", 1)
	r := h.last(t)
	want := fmt.Sprintf("%s:%d TestRecordFieldsInFormat github.com/logbook-go/logbook/logbook_test %d %d fields 13 hello {x}",
		r.Source().File, r.Source().Line, os.Getpid(), r.Goroutine())
	if got := h.line(t); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestHandlerFields(t *testing.T) {
	f := logbook.MustFormat("{handler.level} {handler.level_name} {handler.bubble} {handler.subject}")
	h := &recorder{Options: logbook.Options{Formatter: f, Level: logbook.LevelNotice, Bubble: true}}
	defer logbook.PushGoroutine(logbook.Null{}, h)()
	logbook.Error("m")
	if got := h.line(t); got != "12 NOTICE true " {
		t.Errorf("got %q", got)
	}
	h = recordAs(t, logbook.Must(logbook.Format(f.String(), &logbook.FormatOptions{
		Handler: func(name string) string { return "<" + name + ">" },
	})))
	logbook.Error("m")
	if got := h.line(t); got != "<level> <level_name> <bubble> <subject>" {
		t.Errorf("got %q", got)
	}
}

// The attributes that the message does not show are appended.
func TestAttrsField(t *testing.T) {
	h := recordAs(t, logbook.MustFormat("{record.message}{record.attrs}"), logbook.Attrs("p", 1))
	tests := []struct {
		log  func(l *logbook.Logger)
		want string
	}{
		{func(l *logbook.Logger) { l.Info("m") }, "m w=1 p=1"},
		{func(l *logbook.Logger) { l.Info("m {w}") }, "m 1 p=1"},
		{func(l *logbook.Logger) { l.Info("m {a}", "a", 1, "b", "x y") }, `m 1 w=1 b="x y" p=1`},
		{func(l *logbook.Logger) { l.WithGroup("g").With("c", 2).Info("m", "d", 3, slog.Group("h", "e", 4)) }, "m w=1 g.c=2 g.d=3 g.h.e=4 p=1"},
		{func(l *logbook.Logger) {
			l.Info("m", "t", at, "d", 1500*time.Millisecond, "n", nil, "e", io.EOF, "s", "")
		},
			`m w=1 t=2024-02-29T13:37:42.005Z d=1.5s n=<nil> e=EOF s="" p=1`},
		{func(l *logbook.Logger) { l.Info("m", "bad key", 1, "=", 2, "", 3, "x\n", 4) }, "m w=1 bad_key=1 _=2 _=3 x_=4 p=1"},
		// A message can also name members of groups.
		{func(l *logbook.Logger) { l.Info("m {g.a}", slog.Group("g", "a", 1, "b", 2)) }, "m 1 w=1 g.b=2 p=1"},
		{func(l *logbook.Logger) {
			l.Info("m {g[a]}{g.h.c}", slog.Group("g", "a", "x y", slog.Group("h", "c", 3)))
		}, "m x y3 w=1 p=1"},
		{func(l *logbook.Logger) { l.WithGroup("g").With("b", 2).Info("m {g.a}{g.b}", "a", 1, "c", "{") }, "m 12 w=1 g.c={ p=1"},
		{func(l *logbook.Logger) { l.Info("m {g.a}", "g.a", 1, "g.ab", 2, "g", ` g.a=3 "`) }, `m 1 w=1 g.ab=2 g=" g.a=3 \"" p=1`},
		{func(l *logbook.Logger) { l.Info("m {g.a}", slog.Group("g", "a", 1), slog.Group("g", "a", 2)) }, "m 2 w=1 g.a=1 p=1"},
		{func(l *logbook.Logger) { l.Info("m {p.q}", slog.Group("p", "q", 2)) }, "m 2 w=1 p=1"},
		{func(l *logbook.Logger) { l.Info("m {v.a}", "v", map[string]int{"a": 1}) }, `m 1 w=1 v="{\"a\":1}" p=1`},
		{func(l *logbook.Logger) { l.Info("m {g.a} {g.b:d}", slog.Group("g", "a", 1, "b", "x")) }, "m 1 {g.b:d} w=1 g.b=x p=1"},
		{func(l *logbook.Logger) { l.Info("m", []any{"a", 1, "left"}...) }, "m w=1 a=1 !BADKEY=left p=1"},
	}
	for _, test := range tests {
		test.log(logbook.With("w", 1))
		if got := h.line(t); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// A traceback follows on marked lines, unless the format contains it; Exception
// replaces it.
func TestExceptionInFormat(t *testing.T) {
	err := fmt.Errorf("a: %w", io.EOF)
	tests := []struct {
		name   string
		format func() *logbook.StringFormatter
		want   string
	}{
		{"default", func() *logbook.StringFormatter { return logbook.MustFormat("{record.message}") },
			"m\n  | *fmt.wrapError: a: EOF\n  |   wraps *errors.errorString: EOF"},
		{"fields", func() *logbook.StringFormatter {
			return logbook.MustFormat("{record.exception_name}|{record.exception_message}|{record.formatted_exception}|")
		}, "*fmt.wrapError|a: EOF|*fmt.wrapError: a: EOF\n  |   wraps *errors.errorString: EOF|"},
		{"replaced", func() *logbook.StringFormatter {
			return logbook.Must(logbook.Format("{record.message}", &logbook.FormatOptions{
				Exception: func(b []byte, e *logbook.ErrorInfo) []byte { return append(append(b, " <- "...), e.Type...) },
			}))
		}, "m <- *fmt.wrapError"},
		{"left out", func() *logbook.StringFormatter {
			return logbook.Must(logbook.Format("{record.message}", &logbook.FormatOptions{
				Exception: func(b []byte, e *logbook.ErrorInfo) []byte { return b },
			}))
		}, "m"},
	}
	for _, test := range tests {
		h := recordAs(t, test.format())
		logbook.Error("m", logbook.Err(err))
		if got := h.line(t); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		logbook.Error("no error")
		if got := h.line(t); strings.Contains(got, "EOF") || strings.Contains(got, "\n") {
			t.Errorf("%s: without an error: %q", test.name, got)
		}
	}
}

// Data cannot start a line, whichever field shows it.
func TestFormatEscapes(t *testing.T) {
	hostile := "a\r\nb\x1b[31m\x00\u009b\u202e\u2028\x7f\xff"
	fields := []string{
		"{record.message}", "{record.channel}", "{record.msg}", "{record.attrs}", "{record.dispatcher.name}",
		"{record.extra[s]}", "{record.extra[s]:>40}", "{record.extra[g]}", "{record.extra[any]}", "{record.extra[bytes]}",
		"{record.extra[err]}", "{record.extra[m]}", "{record.extra[m][k]}", "{record.extra[v]}", "{record.message:<80}",
		"{record.exception_message}", "{record.exception_name}", "{record.extra[t]}", "{record.extra[t]:%Z}", "{record.time:%Z}",
	}
	zone := time.FixedZone(hostile, 3600)
	for _, field := range fields {
		h := recordAs(t, logbook.Must(logbook.Format("<"+field+">", &logbook.FormatOptions{
			Exception: func(b []byte, _ *logbook.ErrorInfo) []byte { return b },
			Location:  zone,
		})))
		logbook.New(hostile).Info(hostile, "s", hostile, slog.Group("g", hostile, hostile), "any", struct{ A string }{hostile},
			"bytes", []byte(hostile), "err", errors.New(hostile), "m", map[string]string{"k": hostile}, "t", at.In(zone),
			"v", valuerFunc(func() slog.Value { return slog.GroupValue(slog.String(hostile, hostile)) }), logbook.Err(errors.New(hostile)))
		if err := checkLine(h.line(t)); err != nil {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// With Multiline, data may contain newlines.
func TestMultiline(t *testing.T) {
	options := &logbook.FormatOptions{Multiline: true}
	f := logbook.Must(logbook.Format("Subject: x\n\n{record.message}\n{record.formatted_exception}", options))
	options.Multiline = false // must not affect the formatter
	h := recordAs(t, f)
	logbook.Error("one\ntwo\x1b\r\n", logbook.Err(errors.New("e\ne")))
	if got, want := h.line(t), "Subject: x\n\none\ntwo\\x1b\\r\n\n*errors.errorString: e\ne"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Times are shown in the zone of the options.
func TestFormatTimes(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	plus2 := time.FixedZone("", 2*3600)
	tests := []struct {
		time     time.Time
		location *time.Location
		want     string
	}{
		{at, nil, "2024-02-29 13:37:42.005000+0000"},
		{at.In(plus2), nil, "2024-02-29 15:37:42.005000+0200"},
		{at.In(plus2), time.UTC, "2024-02-29 13:37:42.005000+0000"},
		{at, berlin, "2024-02-29 14:37:42.005000+0100"},
		{time.Date(2024, 3, 31, 0, 59, 59, 999_999_000, time.UTC), berlin, "2024-03-31 01:59:59.999999+0100"},
		{time.Date(2024, 3, 31, 1, 0, 0, 0, time.UTC), berlin, "2024-03-31 03:00:00.000000+0200"},
		{time.Date(2024, 10, 27, 0, 59, 59, 0, time.UTC), berlin, "2024-10-27 02:59:59.000000+0200"},
		{time.Date(2024, 10, 27, 1, 0, 0, 0, time.UTC), berlin, "2024-10-27 02:00:00.000000+0100"},
	}
	for _, test := range tests {
		h := recordAs(t, logbook.Must(logbook.Format("{record.time:%Y-%m-%d %H:%M:%S.%f%z}|{record.time:%H:%M}|{record.time}",
			&logbook.FormatOptions{Location: test.location})))
		logAt(logbook.Default(), test.time, logbook.LevelInfo, "m")
		parts := strings.Split(h.line(t), "|")
		if parts[0] != test.want || parts[1] != test.want[11:16] || !strings.HasPrefix(parts[2], test.want[:19]) {
			t.Errorf("%v in %v is %q, want %q", test.time, test.location, parts, test.want)
		}
		for name, f := range map[string]logbook.Formatter{
			"json": logbook.JSON(&logbook.JSONOptions{Location: test.location}), "logfmt": logbook.Logfmt(&logbook.LogfmtOptions{Location: test.location}),
			"console": logbook.Console(&logbook.ConsoleOptions{Location: test.location, TimeLayout: "%Y-%m-%dT%H:%M:%S.%f"}),
		} {
			h := recordAs(t, f)
			logAt(logbook.Default(), test.time, logbook.LevelInfo, "m")
			if iso := strings.Replace(test.want[:26], " ", "T", 1); !strings.Contains(h.line(t), iso) {
				t.Errorf("%s: %v in %v is %q", name, test.time, test.location, h.line(t))
			}
		}
	}
}

// Times of attributes keep their nanoseconds, and all times keep their years.
func TestTimesAreNotCut(t *testing.T) {
	nanos := time.Date(2024, 2, 29, 13, 37, 42, 123456789, time.FixedZone("", 3600))
	far := time.Date(12000, 1, 1, 13, 37, 42, 5_000_000, time.UTC)
	tests := []struct {
		name string
		f    logbook.Formatter
		d    logbook.RecordData
		want string
	}{
		{"json", logbook.JSON(nil), logbook.RecordData{Time: at, Attrs: []slog.Attr{slog.Time("t", nanos)}}, `"t":"2024-02-29T13:37:42.123456789+01:00"`},
		{"logfmt", logbook.Logfmt(nil), logbook.RecordData{Time: at, Attrs: []slog.Attr{slog.Time("t", nanos)}}, ` t=2024-02-29T13:37:42.123456789+01:00`},
		{"wire", logbook.Wire(), logbook.RecordData{Time: at, Attrs: []slog.Attr{slog.Time("t", nanos)}}, `"t": "2024-02-29T12:37:42.123456789Z"`},
		{"template", nil, logbook.RecordData{Time: at, Template: "at {t}", Attrs: []slog.Attr{slog.Time("t", nanos)}}, `at 2024-02-29 13:37:42.123456789+01:00`},
		{"json, far", logbook.JSON(nil), logbook.RecordData{Time: at, Attrs: []slog.Attr{slog.Time("t", far)}}, `"t":"12000-01-01T13:37:42.005Z"`},
		{"logfmt, far", logbook.Logfmt(nil), logbook.RecordData{Time: at, Attrs: []slog.Attr{slog.Time("t", far)}}, ` t=12000-01-01T13:37:42.005Z`},
		{"record in json", logbook.JSON(nil), logbook.RecordData{Time: far}, `{"time":"12000-01-01T13:37:42.005000Z"`},
		{"record in logfmt", logbook.Logfmt(nil), logbook.RecordData{Time: far}, `time=12000-01-01T13:37:42.005000Z`},
		{"record in text", nil, logbook.RecordData{Time: far}, `[12000-01-01 13:37:42.005000+0000]`},
		{"record on the console", logbook.Console(nil), logbook.RecordData{Time: far}, `13:37:42.005 INFO`},
	}
	for _, test := range tests {
		for range 20 { // uses the caches
			b, err := logbook.Options{Formatter: test.f}.AppendFormat(nil, logbook.NewRecord(test.d))
			if err != nil || !strings.Contains(string(b), test.want) {
				t.Fatalf("%s: no %s in %s, %v", test.name, test.want, b, err)
			}
		}
	}
}

// Records without source and time are formatted without them.
func TestUnknownSourceAndTime(t *testing.T) {
	tests := []struct {
		f    logbook.Formatter
		want string
	}{
		{logbook.Console(&logbook.ConsoleOptions{Source: true}), "INFO     c: m"},
		{logbook.Logfmt(&logbook.LogfmtOptions{Source: true}), "level=INFO channel=c msg=m"},
		{logbook.JSON(&logbook.JSONOptions{Source: true}), `{"level":"INFO","channel":"c","msg":"m"}`},
		{logbook.MustFormat("{record.time}{record.time:%H}{record.time!s:>9}|{record.filename}:{record.lineno}:{record.lineno:4d}"), "         |::"},
	}
	for _, test := range tests {
		for _, source := range []*slog.Source{nil, {}} {
			b, err := test.f.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Channel: "c", Message: "m", Source: source}))
			if err != nil || string(b) != test.want {
				t.Errorf("%q, %v, want %q", b, err, test.want)
			}
		}
	}
	before := time.Now().Add(-time.Millisecond) // more than the clock of records is late
	b, _ := logbook.Wire().AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Message: "m"}))
	r := new(logbook.Record)
	if err := r.UnmarshalJSON(b); err != nil || r.Time().Before(before) {
		t.Errorf("the wire form has time %v, %v, want the current time", r.Time(), err)
	}
}

// The errors of likely mistakes say what was meant.
func TestFormatErrorHints(t *testing.T) {
	for format, want := range map[string]string{
		"{record.mesage}":            `unknown field "record.mesage", did you mean "record.message"?`,
		"{handler.levle}":            `did you mean "handler.level"?`,
		"x {record.time:2006-01-02}": "such as {record.time:%Y-%m-%d}",
		"x {record.time:2006}":       "such as {record.time:%Y-%m-%d}",
		"x {record.time:04}":         "such as {record.time:%Y-%m-%d}",
	} {
		if _, err := logbook.Format(format, nil); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", format, err, want)
		}
	}
}
