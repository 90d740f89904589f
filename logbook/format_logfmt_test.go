package logbook_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

func TestLogfmt(t *testing.T) {
	const head = `time=2024-02-29T13:37:42.005000Z level=WARNING channel=app.web `
	tests := []struct {
		name string
		o    *logbook.LogfmtOptions
		d    logbook.RecordData
		want string
	}{
		{"plain", nil, logbook.RecordData{Time: at, Message: "m"}, head + `msg=m`},
		{"quoted", nil, logbook.RecordData{Time: at, Message: `a "b" c=d`}, head + `msg="a \"b\" c=d"`},
		{"empty", nil, logbook.RecordData{Time: at, Message: ""}, head + `msg=""`},
		{"no time", nil, logbook.RecordData{Message: "m"}, `level=WARNING channel=app.web msg=m`},
		{"zone", &logbook.LogfmtOptions{Location: time.FixedZone("", 3600)}, logbook.RecordData{Time: at, Message: "m"},
			`time=2024-02-29T14:37:42.005000+01:00 level=WARNING channel=app.web msg=m`},
		{"attributes are not left out", nil, logbook.RecordData{Time: at, Template: "{a}", Attrs: []slog.Attr{slog.Int("a", 1)}}, head + `msg=1 a=1`},
		{"groups", nil, logbook.RecordData{Time: at, Message: "m",
			Attrs: []slog.Attr{slog.Group("g", "a", 1, slog.Group("h", "b", "x y")), slog.Group("", "c", 2), slog.Group("none")},
			Extra: []slog.Attr{slog.Bool("p", true)}}, head + `msg=m g.a=1 g.h.b="x y" c=2 p=true`},
		{"source", &logbook.LogfmtOptions{Source: true},
			logbook.RecordData{Time: at, Message: "m", Source: &slog.Source{File: "/srv/main.go", Line: 9}}, head + `msg=m source=/srv/main.go:9`},
		{"an attribute that is the source", &logbook.LogfmtOptions{Source: true},
			logbook.RecordData{Time: at, Message: "m", Source: &slog.Source{File: "/srv/main.go", Line: 9}, Attrs: []slog.Attr{slog.String("source", "/srv/main.go:9"), slog.Int("n", 1)}},
			head + `msg=m source=/srv/main.go:9 n=1`},
		{"an object that has more", &logbook.LogfmtOptions{Source: true},
			logbook.RecordData{Time: at, Message: "m", Source: &slog.Source{Function: "f", File: "a.go", Line: 9}, Attrs: []slog.Attr{slog.Group("source", "function", "f", "file", "a.go", "line", 9)}},
			head + `msg=m source=a.go:9 source.function=f source.file=a.go source.line=9`},
		{"error", nil, logbook.RecordData{Time: at, Message: "m", Cause: errors.New("no\nluck")},
			head + `msg=m error="no\nluck" error.type=*errors.errorString`},
		{"error of no type", nil, logbook.RecordData{Time: at, Message: "m", Error: &logbook.ErrorInfo{Message: "no luck", Trace: "a\nb"}},
			head + `msg=m error="no luck"`},
		{"values", nil, logbook.RecordData{Time: at, Message: "m", Attrs: []slog.Attr{
			slog.Duration("d", time.Second), slog.Float64("f", 1.5), slog.Uint64("u", 1<<63), slog.Any("nil", nil), slog.Time("t", at)}},
			head + `msg=m d=1s f=1.5 u=9223372036854775808 nil=<nil> t=2024-02-29T13:37:42.005Z`},
	}
	for _, test := range tests {
		test.d.Level, test.d.Channel = logbook.LevelWarn, "app.web"
		got, err := logbook.Logfmt(test.o).AppendFormat(nil, logbook.NewRecord(test.d))
		if err != nil || string(got) != test.want {
			t.Errorf("%s: %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}

func TestLogfmtEscapes(t *testing.T) {
	hostile := "a\r\nb\x1b[31m\x00\u009b\u202e\u2028\x7f\xff\u00a0="
	h := recordAs(t, logbook.Logfmt(nil))
	logbook.New(hostile).With(hostile, hostile).WithGroup(hostile).
		Info(hostile, hostile, hostile, "any", []string{hostile}, logbook.Err(errors.New(hostile)))
	if err := checkLine(h.line(t)); err != nil {
		t.Error(err)
	}
	// No value can forge a key.
	for _, pair := range strings.Split(h.line(t), " ") {
		if strings.HasPrefix(pair, "forged=") {
			t.Errorf("forged pair in %q", h.line(t))
		}
	}
}

// The size of an attribute is limited, and a cut is marked.
func TestAttributeLimit(t *testing.T) {
	long := strings.Repeat("ä", 256<<10)
	for name, f := range map[string]logbook.Formatter{"logfmt": logbook.Logfmt(nil), "json": logbook.JSON(nil), "text": nil} {
		for kind, v := range map[string]any{"string": long, "error": errors.New(long), "slice": []string{long}} {
			h := recordAs(t, f)
			logbook.Info("m", "v", v, "after", 1)
			line := h.line(t)
			if len(line) > 300<<10 || !strings.Contains(line, "...(cut)") || !strings.Contains(line, "after") || checkLine(line) != nil {
				t.Errorf("%s: a %s gives %d bytes, %q at the end", name, kind, len(line), line[len(line)-40:])
			}
		}
	}
}

func TestLogfmtWithoutChannel(t *testing.T) {
	b, err := logbook.Logfmt(nil).AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Message: "m"}))
	if err != nil || string(b) != "level=INFO msg=m" {
		t.Errorf("%q, %v", b, err)
	}
}
