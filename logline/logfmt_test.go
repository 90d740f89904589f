package logline_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logline"
)

func TestLogfmt(t *testing.T) { testLines(t, logfmtSamples) }

var logfmtSamples = []sample{
	{"slog's TextHandler",
		`time=2026-11-20T10:40:31.355Z level=INFO+2 source=/srv/app/main.go:33 msg="hello world" a=1 g.k="v x" g.q="a\"b" d=1s err="boom\nmain.main\n\t/srv/app/main.go:26" empty=""`,
		`logfmt 2026-11-20T10:40:31.355Z NOTICE source=|/srv/app/main.go:33 "hello world" {source="/srv/app/main.go:33" a="1" g.k="v x" g.q="a\"b" d="1s" empty=""} err="boom\nmain.main\n\t/srv/app/main.go:26"`},
	{"logrus",
		`time="2026-11-20T10:41:03Z" level=warning msg="A walrus appears" func=main.main file="/srv/app/main.go:73" animal="big walrus" error=boom n=1`,
		`logfmt 2026-11-20T10:41:03Z WARNING source=main.main|/srv/app/main.go:73 "A walrus appears" {func="main.main" file="/srv/app/main.go:73" animal="big walrus" n="1"} err="boom"`},
	{"charm",
		`time="2026/11/20 10:41:03" level=warn caller=app/main.go:110 prefix=http msg="hello world" a=1 err=boom`,
		`logfmt 2026-11-20T10:41:03+05:30 WARNING source=|app/main.go:110 "hello world" {caller="app/main.go:110" prefix="http" a="1"} err="boom"`},
	{"Grafana, whose library has a time of its own",
		`t=2026-11-20T10:41:03.994Z level=info caller=logger.go:21 time=2026-11-20T10:40:59.5Z msg=started`,
		`logfmt 2026-11-20T10:41:03.994Z INFO source=|logger.go:21 "started" {caller="logger.go:21" time="2026-11-20T10:40:59.5Z"}`},
	{"t that is not the first",
		`level=info t=2026-11-20T10:41:03.994Z time=2026-11-20T10:40:59.5Z msg=started`,
		`logfmt 2026-11-20T10:40:59.5Z INFO "started" {t="2026-11-20T10:41:03.994Z"}`},
	{"go-kit",
		`ts=2026-11-20T10:41:03.994Z caller=main.go:5 level=info msg=started`,
		`logfmt 2026-11-20T10:41:03.994Z INFO source=|main.go:5 "started" {caller="main.go:5"}`},
	{"stack",
		`level=error msg=x error="no money" error.type=shop.Refused error.stack="main.pay\n\t/srv/pay.go:7"`,
		`logfmt ERROR "x" {error.type="shop.Refused"} err="no money" stack="main.pay\n\t/srv/pay.go:7"`},
	{"trace",
		`level=error msg=x trace="main.pay\n\t/srv/pay.go:7" stack=short`,
		`logfmt ERROR "x" {stack="short"} stack="main.pay\n\t/srv/pay.go:7"`},
	{"structlog, an exception",
		`timestamp='2026-11-20T10:41:03Z' level='error' event="it's broken" path='C:\\tea' exception='Traceback (most recent call last):\n  File "tea.py", line 7\nTeaError: can\'t brew'`,
		`logfmt 2026-11-20T10:41:03Z ERROR "it's broken" {path="C:\\tea"} stack="Traceback (most recent call last):\n  File \"tea.py\", line 7\nTeaError: can't brew"`},
	{"structlog, not an escape",
		`timestamp='2026-11-20T10:41:03Z' level='info' event='hello' pattern='\d+'`,
		`logfmt 2026-11-20T10:41:03Z INFO "hello" {pattern="'\\d+'"}`},
	{"epoch",
		`ts=1795171263.25 level=error msg=x`,
		`logfmt 2026-11-20T16:11:03.25+05:30 ERROR "x"`},
	{"two pairs",
		`x=1 y=2`,
		`logfmt "" {x="1" y="2"}`},
	{"one pair",
		`x=1`,
		`plain "x=1"`},
	{"one known pair",
		`msg=hello`,
		`logfmt "hello"`},
	{"empty value",
		`a= b=`,
		`logfmt "" {a="" b=""}`},
	{"equals sign in the value",
		`path=/x?a=b&c=d host=h`,
		`logfmt "" {path="/x?a=b&c=d" host="h"}`},
	{"quoted key",
		`msg=x "a key"="a value"`,
		`logfmt "x" {a key="a value"}`},
	{"spaces between",
		`a=1   b=2  `,
		`logfmt "" {a="1" b="2"}`},
	{"repeated key",
		`a=1 a=2`,
		`logfmt "" {a="1" a="2"}`},
	{"level only",
		`level=info`,
		`logfmt INFO "level=info"`},
	{"level unknown",
		`level=loud`,
		`logfmt "" {level="loud"}`},
	{"sentence with a pair in it",
		`a sentence with x=1 in it`,
		`plain "a sentence with x=1 in it"`},
	{"sentence that starts with a pair",
		`x=1 is nice and so is y=2`,
		`plain "x=1 is nice and so is y=2"`},
	{"level, then a sentence",
		`level=error something failed here`,
		`text ERROR "something failed here"`},
	{"command line",
		`FOO=bar BAZ=qux ./run -x`,
		`plain "FOO=bar BAZ=qux ./run -x"`},
	{"base64",
		`YWJjZA==`,
		`plain "YWJjZA=="`},
	{"unclosed quote",
		`a=1 b="x`,
		`plain "a=1 b=\"x"`},
	{"text after a quote",
		`a=1 b="x"y`,
		`plain "a=1 b=\"x\"y"`},
	{"bad escape",
		`a=1 b="\q"`,
		`plain "a=1 b=\"\\q\""`},
	{"tab between",
		"a=1\tb=2",
		`plain "a=1\tb=2"`},
	{"no key",
		`=1 =2`,
		`plain "=1 =2"`},
	{"number as key",
		`1=1 2=2`,
		`plain "1=1 2=2"`},
	{"after a time",
		`2024-02-29T13:37:42Z level=error msg="x y" a=b`,
		`logfmt 2024-02-29T13:37:42Z ERROR "x y" {a="b"}`},
	{"after a syslog header",
		`Nov 20 10:32:01 vm app[12]: level=error msg="x y" a=b pid=3`,
		`logfmt 2026-11-20T10:32:01+05:30 ERROR channel=app pid=12 "x y" {host="vm" a="b" pid="3"}`},
	{"after a time, without message",
		`2024-02-29T13:37:42Z level=error a=b`,
		`text 2024-02-29T13:37:42Z ERROR "a=b"`},
}

// Python's escapes are those of Go but for \x, which is a character.
func TestLogfmtPythonEscapes(t *testing.T) {
	l := logline.Parse([]byte(`event='a\tb \'c\' \\ \xe9\u20ac' n=1`), time.Now())
	if want := "a\tb 'c' \\ é€"; l.Message != want {
		t.Errorf("got %q, want %q", l.Message, want)
	}
}

// The stack of a logfmt line is that of a JSON line with the same fields, and the same lines
// continue both.
func TestLogfmtStacks(t *testing.T) {
	stacks := []string{
		"", "main.pay\n\t/srv/pay.go:7",
		"goroutine 1 [running]:\nmain.pay()\n\t/srv/pay.go:7 +0x1d",
		"Traceback (most recent call last):\n  File \"pay.py\", line 7, in pay\nValueError: no money",
		"Error: no money\n    at pay (/srv/pay.js:7:2)",
		"shop.Refused: no money\n\tat shop.Pay.pay(Pay.java:7)\nCaused by: java.io.IOException: closed\n\t... 3 more",
	}
	keys := []string{"stacktrace", "stack", "error.stack", "error.stack_trace", "stack_trace", "exception", "errorVerbose"}
	for _, key := range keys {
		for _, stack := range stacks {
			for _, further := range append(stacks, "  indented") {
				object, pairs := `{"time":"2026-03-05T10:00:00Z"`, `time=2026-03-05T10:00:00Z`
				for _, field := range [][2]string{{"level", "error"}, {"msg", "failed"}, {"error", "no money"}, {key, stack}} {
					if field[1] != "" {
						value, _ := json.Marshal(field[1])
						object += fmt.Sprintf(",%q:%s", field[0], value)
						pairs += fmt.Sprintf(" %s=%s", field[0], value)
					}
				}
				want, got := readAll(t, object+"}\n"+further), readAll(t, pairs+"\n"+further)
				if got != want {
					t.Errorf("%s, then %q\ngot\n%swant\n%s", pairs, further, got, want)
				}
			}
		}
	}
}

// readAll returns the records of a log, but for their formats and texts.
func readAll(t *testing.T, log string) string {
	t.Helper()
	var b strings.Builder
	for l, err := range logline.Read(strings.NewReader(log), &logline.Options{Location: time.UTC}) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, l.Time, l.Level, l.HasLevel, l.Message, l.Err, l.Stack, l.Attrs)
	}
	return b.String()
}
