package logline_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// utcNow is the time at which the lines are read.
var utcNow = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// showRecord returns a record as text, without the process id if it is unknown and
// without the channel if it is the default one.
func showRecord(t *testing.T, r *logbook.Record) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v", r.Time().Format(time.RFC3339Nano), r.Level())
	if r.Channel() != "pipe" {
		fmt.Fprintf(&b, " channel=%s", r.Channel())
	}
	d := r.Data()
	if d.PID != 0 {
		fmt.Fprintf(&b, " pid=%d", d.PID)
	}
	if d.Source != nil {
		fmt.Fprintf(&b, " source=%s|%s:%d", d.Source.Function, d.Source.File, d.Source.Line)
	}
	fmt.Fprintf(&b, " %q", r.Message())
	line, err := logbook.MustFormat("{record.attrs}").AppendFormat(nil, r)
	if err != nil {
		t.Error(err)
	}
	text, _, _ := strings.Cut(string(line), "\n")
	b.WriteString(text)
	if d.Error != nil {
		fmt.Fprintf(&b, " error(%s|%s|%q)", d.Error.Type, d.Error.Message, d.Error.Traceback())
	}
	return b.String()
}

func TestParseRecord(t *testing.T) {
	tests := []struct{ name, line, want string }{
		{"slog",
			`{"time":"2026-11-20T10:40:31.3557238Z","level":"INFO","source":{"function":"main.main","file":"/srv/app/main.go","line":29},"msg":"hello","a":1,"g":{"k":"v","n":2.5},"err":"boom"}`,
			`2026-11-20T10:40:31.3557238Z INFO source=main.main|/srv/app/main.go:29 "hello" source.function=main.main source.file=/srv/app/main.go source.line=29 a=1 g.k=v g.n=2.5 error=boom`},
		{"zap",
			`{"level":"error","ts":1795171231.3558092,"logger":"http","caller":"app/main.go:38","msg":"failed","error":"boom","n":3,"stacktrace":"main.main\n\t/srv/app/main.go:38"}`,
			`2026-11-20T10:40:31.3558092Z ERROR channel=http source=|app/main.go:38 "failed" caller=app/main.go:38 n=3 error(|boom|"main.main\n\t/srv/app/main.go:38\nboom")`},
		{"zap, stack of the call",
			`{"level":"error","ts":1795171231.5,"msg":"failed","stacktrace":"main.main\n\t/srv/app/main.go:38"}`,
			`2026-11-20T10:40:31.5Z ERROR "failed" error(||"main.main\n\t/srv/app/main.go:38")`},
		{"zap console",
			"2026-11-20T10:40:31.355Z\tINFO\thttp\tapp/main.go:44\tserved it\t{\"n\": 3}",
			`2026-11-20T10:40:31.355Z INFO channel=http source=|app/main.go:44 "served it" n=3 caller=app/main.go:44`},
		{"zerolog",
			`{"level":"error","error":"boom","foo":"bar","d":{"x":1},"time":"2026-11-20T10:41:03Z","caller":"/srv/app/main.go:51","message":"failed"}`,
			`2026-11-20T10:41:03Z ERROR source=|/srv/app/main.go:51 "failed" foo=bar d.x=1 caller=/srv/app/main.go:51 error=boom`},
		{"logrus",
			`{"animal":"walrus","level":"warning","msg":"A walrus","time":"2026-11-20T10:41:03Z"}`,
			`2026-11-20T10:41:03Z WARNING "A walrus" animal=walrus`},
		{"logrus text",
			`time="2026-11-20T10:41:03Z" level=fatal msg="A walrus" animal=walrus`,
			`2026-11-20T10:41:03Z CRITICAL "A walrus" animal=walrus`},
		{"pino",
			`{"level":50,"time":1795171237265,"pid":5823,"hostname":"vm","err":{"type":"TypeError","message":"alone","stack":"TypeError: alone\n    at f (/srv/a.js:1:116)","code":7},"msg":"it"}`,
			`2026-11-20T10:40:37.265Z ERROR pid=5823 "it" pid=5823 hostname=vm err.code=7 error(TypeError|alone|"TypeError: alone\n    at f (/srv/a.js:1:116)")`},
		{"Elastic Common Schema",
			`{"@timestamp":"2026-11-20T10:40:31Z","log.level":"ERROR","message":"x","error.message":"no money","error.type":"shop.Refused","n":1}`,
			`2026-11-20T10:40:31Z ERROR "x" n=1 error(shop.Refused|no money|"shop.Refused: no money")`},
		{"Logbook JSON",
			`{"time":"2024-02-29T13:37:42.5+02:00","level":"NOTICE+1","channel":"app.web","msg":"hi","a":1,"source":{"function":"main.f","file":"/a.go","line":3}}`,
			`2024-02-29T13:37:42.5+02:00 NOTICE+1 channel=app.web source=main.f|/a.go:3 "hi" a=1 source.function=main.f source.file=/a.go source.line=3`},
		{"Logbook text",
			`[2024-02-29 13:37:42.500000+0200] SUCCESS: app.web: done`,
			`2024-02-29T13:37:42.5+02:00 SUCCESS channel=app.web "done"`},
		{"logfmt",
			`time=2024-02-29T13:37:42Z level=ERROR msg="no disk" dev=sda1`,
			`2024-02-29T13:37:42Z ERROR "no disk" dev=sda1`},
		{"syslog",
			`Feb 29 13:37:42 vm sshd[812]: error: too many failures`,
			`2024-02-29T13:37:42Z ERROR channel=sshd pid=812 "too many failures" host=vm pid=812`},
		{"dpkg.log",
			`2024-02-29 13:37:42 upgrade libc6:amd64 2.36-9 2.36-10`,
			`2024-02-29T13:37:42Z INFO "upgrade libc6:amd64 2.36-9 2.36-10"`},
		{"plain text",
			`just {some} text {0}`,
			`2026-11-20T12:00:00Z INFO "just {some} text {0}"`},
		{"braces with attributes of their name",
			`level=info msg="served {path} {" path=/x`,
			`2026-11-20T12:00:00Z INFO "served {path} {" path=/x`},
		{"invalid UTF-8",
			"a\x00b\xff\x1b[31m",
			`2026-11-20T12:00:00Z INFO "a\x00b\xff"`},
		{"almost a wire record",
			`{"channel":"a","level":1,"msg":7,"extra":{},"time":"never"}`,
			`2026-11-20T12:00:00Z INFO "{\"channel\":\"a\",\"level\":1,\"msg\":7,\"extra\":{},\"time\":\"never\"}"`},
		{"error object that is not Logbook's",
			`{"level":"error","msg":"x","error":{"message":"m","type":5,"chain":"c","stack":[{"function":"f"}]},"time":"2026-11-20T10:41:03Z"}`,
			`2026-11-20T10:41:03Z ERROR "x" error.type=5 error.chain=c error.stack="[{\"function\":\"f\"}]" error=m`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := showRecord(t, logline.ParseRecord([]byte(tt.line), utcNow, "pipe")); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// received returns a record with every field set.
func received() *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{
		Time: utcNow, Level: logbook.LevelCritical, Channel: "db", Message: "lost",
		Error: &logbook.ErrorInfo{
			Type: "*fs.PathError", Message: "open x: denied",
			Chain: []logbook.ErrorLink{{Depth: 1, Type: "syscall.Errno", Message: "denied"}},
		},
		PID: 4711,
	})
}

// A record written by Logbook's JSON format is read with its complete error.
func TestLogbookErrorsRoundTrip(t *testing.T) {
	for name, change := range map[string]func(e *logbook.ErrorInfo){
		"chain":   func(*logbook.ErrorInfo) {},
		"nothing": func(e *logbook.ErrorInfo) { e.Chain = nil },
		"trace":   func(e *logbook.ErrorInfo) { e.Trace = "Traceback:\n  x\nopen x: denied" },
	} {
		d := received().Data()
		change(d.Error)
		line, err := logbook.JSON(nil).AppendFormat(nil, logbook.NewRecord(d))
		if err != nil {
			t.Fatal(err)
		}
		got := logline.ParseRecord(line, utcNow, "pipe").Data()
		if !reflect.DeepEqual(got.Error, d.Error) || len(got.Attrs) > 0 {
			t.Errorf("%s: %+v, attributes %v, of\n%s", name, got.Error, got.Attrs, line)
		}
	}
}

func TestStackRoundTrips(t *testing.T) {
	d := received().Data()
	d.Error, d.Cause = nil, logbook.WithStack(errors.New("boom"))
	r := logbook.NewRecord(d)
	line, err := logbook.JSON(nil).AppendFormat(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	got, want := logline.ParseRecord(line, utcNow, "pipe").ErrorInfo(), r.ErrorInfo()
	if len(want.Stack) == 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestWireRoundTrips(t *testing.T) {
	want := received()
	line, err := logbook.Wire().AppendFormat(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	got := logline.ParseRecord(line, time.Now(), "pipe")
	if g, w := showRecord(t, got), showRecord(t, want); g[:len(w)-10] != w[:len(w)-10] || got.PID() != 4711 || !strings.Contains(g, "error(*fs.PathError|open x: denied|") {
		t.Errorf("got  %s\nwant %s", g, w)
	}
}
