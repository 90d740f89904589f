package logline_test

import (
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/words"
	"github.com/logbook-go/logbook/logline"
)

func TestParseAlarm(t *testing.T) {
	for _, s := range []sample{
		{"lab_utils",
			"alarm --date {2026-11-20 10:32:01} --level {WARNING} --app {gauge} --module {reader} --function {poll} --message {pressure is too high}\n",
			`alarm 2026-11-20T10:32:01+05:30 WARNING channel=alarm "pressure is too high" {app="gauge" module="reader" function="poll"}`},
		{"Python's time, with milliseconds",
			`lab.gauge --date {2026-11-20 10:32:01,125} --level {SUCCESS} --message {}`,
			`alarm 2026-11-20T10:32:01.125+05:30 SUCCESS channel=lab.gauge ""`},
		{"unknown date, level and option",
			`x --date {noon} --level {25} --n 2 --message hi --level={info}`,
			`alarm INFO channel=x "hi" {date="noon" level="25" n="2"}`},
		{"escapes",
			`x --message {a\x7b\x0ab C:\new}`,
			`alarm channel=x "a{\nb C:\\new"`},
		{"raw braces and newlines",
			"x --message {a {b} c\nd}",
			`alarm channel=x "a {b} c\nd"`},
		{"braces that do not match",
			"x --app {a} --message {a } b {c}",
			`alarm channel=x "a } b {c" {app="a"}`},
		{"an opening brace",
			"x --message {a { b}",
			`alarm channel=x "a { b"`},
	} {
		t.Run(s.name, func(t *testing.T) {
			l, err := logline.ParseAlarm([]byte(s.line), testNow)
			if got := show(l); err != nil || got != s.want {
				t.Errorf("%v\ngot  %s\nwant %s", err, got, s.want)
			}
		})
	}
	for _, s := range []string{"", "quit", "status --n 1", "--message {x}", "x {hello}", "x --message", "x -- {a} --message b", "x --message {", "x { --message {a}", "{} --message {a}"} {
		if l, err := logline.ParseAlarm([]byte(s), testNow); err == nil {
			t.Errorf("%q: %s", s, show(l))
		}
	}
}

// Any message survives in a group.
func FuzzParseAlarm(f *testing.F) {
	f.Add("x --level {INFO} --app {a} --message {hello}", "a} {b\n\x00\\x41")
	f.Add("x --message {a } b", "")
	f.Fuzz(func(t *testing.T, line, message string) {
		_, _ = logline.ParseAlarm([]byte(line), testNow)
		l, err := logline.ParseAlarm(words.Braces.AppendGroup([]byte("x --app {a b} --message "), message), testNow)
		if err != nil || l.Message != message || l.Channel != "x" {
			t.Errorf("%q: %v, %s", message, err, show(l))
		}
	})
}

func TestParseSyslog(t *testing.T) {
	for _, s := range []sample{
		{"5424",
			"<13>1 2026-11-20T10:41:04.125640+00:00 vm app 6128 ID47 [ex@32473 a=\"b c\"] hi there\n",
			`text 2026-11-20T10:41:04.12564Z NOTICE channel=app pid=6128 "hi there" {facility="user" host="vm" msgid="ID47" ex@32473={a="b c"}}`},
		{"several lines, and a NUL",
			"<131>1 - - - - - - first\n  second\r\n\x00",
			`text ERROR "first\n  second" {facility="local0"}`},
		{"severities without a level",
			"<0>Nov 20 10:41:04 vm kernel: panic",
			`text 2026-11-20T10:41:04+05:30 CRITICAL channel=kernel "panic" {facility="kern" severity="emerg" host="vm"}`},
		{"kernel facility, no header",
			"<3>app: text",
			`text ERROR channel=app "text" {facility="kern"}`},
		{"no priority",
			"Nov 20 10:41:04 vm app[12]: text",
			`text 2026-11-20T10:41:04+05:30 NOTICE channel=app pid=12 "text" {facility="user" host="vm"}`},
		{"invalid priority",
			"<999>text",
			`text NOTICE "<999>text" {facility="user"}`},
		{"JSON is a message",
			`{"msg":"x"}`,
			`text NOTICE "{\"msg\":\"x\"}" {facility="user"}`},
		{"nothing", "", `text NOTICE "" {facility="user"}`},
	} {
		t.Run(s.name, func(t *testing.T) {
			if got := show(logline.ParseSyslog([]byte(s.line), testNow)); got != s.want {
				t.Errorf("got  %s\nwant %s", got, s.want)
			}
		})
	}
}

func TestParseJSON(t *testing.T) {
	l, ok := logline.ParseJSON([]byte(` {"time":"2026-11-20T10:40:31Z","level":"INFO","msg":"hi","n":1} `), testNow)
	if got, want := show(l), `slog 2026-11-20T10:40:31Z INFO "hi" {n=1}`; got != want || !ok {
		t.Errorf("got %s, want %s", got, want)
	}
	deep := strings.Repeat(`{"a":`, 100000)
	for _, s := range []string{"", "{", "{}", "[]", "level=info msg=x", `{"a":1} x`, `{"a":NaN}`, deep, strings.Repeat("[", 100000)} {
		if l, ok := logline.ParseJSON([]byte(s), testNow); ok {
			t.Errorf("%.20q: %s", s, show(l))
		}
	}
}

func FuzzParseSyslog(f *testing.F) {
	for _, s := range syslogSamples {
		f.Add([]byte(s.line))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l := logline.ParseSyslog(b, testNow)
		if !l.HasLevel || l.Format == logline.Plain {
			t.Errorf("%q: %s", b, show(l))
		}
		if r, err := l.Record(testNow, "syslog"); l.Format != logline.Wire && (err != nil || r.Time().IsZero()) {
			t.Errorf("%q: %v", b, err)
		}
	})
}
