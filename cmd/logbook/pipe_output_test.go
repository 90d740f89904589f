package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// outputLog has a JSON line, a stack, logfmt, a record of Python's Logbook, and text.
const outputLog = `{"time":"2026-03-05T10:00:02+01:00","level":"ERROR","msg":"failed","user":"anna","n":1.50,"request":{"method":"POST","path":"/pay"},"error":"no route"}
2026-03-05 10:00:03,250 WARN  [main] c.e.Shop - slow query
java.lang.IllegalStateException: closed
	at c.e.Shop.pay(Shop.java:5)
level=info ts=2026-03-05T10:00:04.5Z msg="on port" port=80

{"channel":"shop","level":12,"msg":"paid {order}","message":"paid 7","kwargs":{"order":7},"extra":{"order":7,"user":"cora"},"time":"2026-03-05T10:00:05Z","process":77,"process_name":"MainProcess","args":[],"exception_name":"E","exception_message":"m","formatted_exception":"E: m"}
just text
`

func TestPipeOutput(t *testing.T) {
	lines := strings.SplitAfter(outputLog, "\n")
	const (
		errorJSON = `{"time":"2026-03-05T10:00:02+01:00","level":"ERROR","msg":"failed","user":"anna","n":1.50,"request":{"method":"POST","path":"/pay"},"error":"no route"}` + "\n"
		warnJSON  = `{"time":"2026-03-05T10:00:03.250000Z","level":"WARNING","channel":"c.e.Shop","msg":"slow query","thread":"main","error":"java.lang.IllegalStateException: closed","exception":{"type":"","trace":"java.lang.IllegalStateException: closed\n\tat c.e.Shop.pay(Shop.java:5)"}}` + "\n"
		infoJSON  = `{"time":"2026-03-05T10:00:04.500000Z","level":"INFO","channel":"app","msg":"on port","port":"80"}` + "\n"
		textJSON  = `{"time":"2026-03-05T10:00:05.000000Z","level":"INFO","channel":"app","msg":"just text"}` + "\n"
	)
	wireJSON := lines[6]
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"console", nil, `2026-03-05 10:00:02.000 ERROR    app: failed user=anna n=1.5 request.method=POST request.path=/pay error="no route"
2026-03-05 11:00:03.250 WARNING  c.e.Shop: slow query thread=main
  | java.lang.IllegalStateException: closed
  |     at c.e.Shop.pay(Shop.java:5)
2026-03-05 11:00:04.500 INFO     app: on port port=80
2026-03-05 11:00:05.000 NOTICE   shop: paid 7 order=7 user=cora
  | E: m
2026-03-05 11:00:05.000          app: just text
`},
		{"json", []string{"--output", "json"}, errorJSON + warnJSON + infoJSON + wireJSON + textJSON},
		{"logfmt", []string{"--output=logfmt"}, `time=2026-03-05T10:00:02.000000+01:00 level=ERROR channel=app msg=failed user=anna n=1.5 request.method=POST request.path=/pay error="no route"
time=2026-03-05T10:00:03.250000Z level=WARNING channel=c.e.Shop msg="slow query" thread=main error="java.lang.IllegalStateException: closed"
time=2026-03-05T10:00:04.500000Z level=INFO channel=app msg="on port" port=80
time=2026-03-05T10:00:05.000000Z level=NOTICE channel=shop msg="paid 7" order=7 user=cora error=m error.type=E
time=2026-03-05T10:00:05.000000Z level=INFO channel=app msg="just text"
`},
		{"text", []string{"--output", "text"}, `[2026-03-05 10:00:02.000000+0100] ERROR: app: failed user=anna n=1.5 request.method=POST request.path=/pay error="no route"
[2026-03-05 10:00:03.250000+0000] WARNING: c.e.Shop: slow query thread=main
  | java.lang.IllegalStateException: closed
  |     at c.e.Shop.pay(Shop.java:5)
[2026-03-05 10:00:04.500000+0000] INFO: app: on port port=80
[2026-03-05 10:00:05.000000+0000] NOTICE: shop: paid 7 order=7 user=cora
  | E: m
[2026-03-05 10:00:05.000000+0000] INFO: app: just text
`},
		{"raw", []string{"--output", "raw"}, strings.Replace(outputLog, "\n\n", "\n", 1)},
		{"raw has all fields", []string{"--output", "raw", "--hide", "user", "--level", "error"}, errorJSON + lines[7]},
		{"fields", []string{"--fields", "user,request.path"}, `2026-03-05 10:00:02.000 ERROR    app: failed user=anna request.path=/pay error="no route"
2026-03-05 11:00:03.250 WARNING  c.e.Shop: slow query
  | java.lang.IllegalStateException: closed
  |     at c.e.Shop.pay(Shop.java:5)
2026-03-05 11:00:04.500 INFO     app: on port
2026-03-05 11:00:05.000 NOTICE   shop: paid 7 user=cora
  | E: m
2026-03-05 11:00:05.000          app: just text
`},
		{"hidden", []string{"--hide", "user,request,error", "--hide", "stack,thread"}, `2026-03-05 10:00:02.000 ERROR    app: failed n=1.5
2026-03-05 11:00:03.250 WARNING  c.e.Shop: slow query
2026-03-05 11:00:04.500 INFO     app: on port port=80
2026-03-05 11:00:05.000 NOTICE   shop: paid 7 order=7
2026-03-05 11:00:05.000          app: just text
`},
		{"fields in JSON", []string{"--output", "json", "--fields", "user,request.path"}, `{"time":"2026-03-05T10:00:02+01:00","level":"ERROR","msg":"failed","user":"anna","request":{"path":"/pay"},"error":"no route"}` + "\n" +
			strings.Replace(warnJSON, `"thread":"main",`, "", 1) + strings.Replace(infoJSON, `,"port":"80"`, "", 1) +
			strings.NewReplacer(`"kwargs":{"order":7}`, `"kwargs":{}`, `"extra":{"order":7,`, `"extra":{`).Replace(wireJSON) + textJSON},
		{"hidden in JSON", []string{"--output", "json", "--hide", "request.method,request.path,order,process_name,time,thread,error,stack"},
			`{"level":"ERROR","msg":"failed","user":"anna","n":1.50}` + "\n" +
				`{"time":"2026-03-05T10:00:03.250000Z","level":"WARNING","channel":"c.e.Shop","msg":"slow query"}` + "\n" + infoJSON +
				`{"channel":"shop","level":12,"msg":"paid {order}","message":"paid 7","kwargs":{},"extra":{"user":"cora"},"process":77,"args":[],"exception_name":"E","exception_message":"m","formatted_exception":"E: m"}` + "\n" + textJSON},
		{"zone", []string{"--time-zone", "Asia/Tokyo", "--fields", "none", "--hide", "error,stack"}, `2026-03-05 18:00:02.000 ERROR    app: failed
2026-03-05 19:00:03.250 WARNING  c.e.Shop: slow query
2026-03-05 19:00:04.500 INFO     app: on port
2026-03-05 19:00:05.000 NOTICE   shop: paid 7
2026-03-05 19:00:05.000          app: just text
`},
		{"zone of the input", []string{"--time-zone", "UTC", "--input-zone", "America/New_York", "--output", "text", "--where", "thread=main", "--hide", "stack,error"},
			"[2026-03-05 15:00:03.250000+0000] WARNING: c.e.Shop: slow query thread=main\n"},
	}
	path := writeFile(t, t.TempDir(), "app.log", outputLog)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"--input-zone", "UTC"}, tt.args...)
			got, stderr, code := pipeHere("", append(args, path)...)
			if tt.name == "zone" {
				stderr = strings.Replace(stderr, `logbook: --fields none: no record has "none"; they have user, n, request.method, request.path, thread, port, order`+"\n", "", 1)
			}
			if got != tt.want || stderr != "" || code != exitOK {
				t.Errorf("exit code %d, %q\ngot\n%s\nwant\n%s", code, stderr, got, tt.want)
			}
		})
	}
}

// Sinks get the times in the zone that is asked for, too.
func TestPipeZoneOfSinks(t *testing.T) {
	got, stderr, code := execute(t, outputLog, "pipe", "--channel", "app", "--time-zone", "Asia/Tokyo", "--to", "json:", "--where", "user~.")
	const want = `{"time":"2026-03-05T18:00:02.000000+09:00","level":"ERROR","channel":"app","msg":"failed","user":"anna","n":1.5,"request":{"method":"POST","path":"/pay"},"error":"no route"}
{"time":"2026-03-05T19:00:05.000000+09:00","level":"NOTICE","channel":"shop","msg":"paid 7","order":7,"error":"m","exception":{"type":"E"},"user":"cora"}
`
	if got != want || stderr != "" || code != exitOK {
		t.Errorf("exit code %d, %q\ngot\n%s\nwant\n%s", code, stderr, got, want)
	}
}

// A line without a channel has that of the flag, or the name of its file.
func TestPipeChannels(t *testing.T) {
	dir := t.TempDir()
	a, b := writeFile(t, dir, "web.log.1", textLine+"\nplain\n"), writeFile(t, dir, ".b", slogLine+"\n")
	const want = `[2024-02-29 13:37:42.500000+0000] ERROR: db: lost
[2024-02-29 13:37:42.500000+0000] INFO: web: plain
[2025-02-28 13:37:42.000000+0000] INFO: pipe: typed
[2026-11-20 10:40:31.355000+0000] WARNING: .b: slow {query} took=3
`
	named := strings.NewReplacer(" web:", " x:", " pipe:", " x:", " .b:", " x:").Replace(want)
	for _, tt := range []struct {
		flags []string
		want  string
	}{{nil, want}, {[]string{"--channel", "x"}, named}} {
		args := append([]string{"--output", "text", a, "-", b}, tt.flags...)
		got, stderr, code := pipeHere("2025-02-28T13:37:42Z INFO typed\n", args...)
		if got != tt.want || stderr != "" || code != exitOK {
			t.Errorf("%q: exit code %d, %q\n%s", args, code, stderr, got)
		}
	}
}

// The console leaves out what the journal has in each entry, as journalctl does.
func TestPipeJournal(t *testing.T) {
	const entry = `{"__REALTIME_TIMESTAMP":"1772701200000000","__CURSOR":"s=1","_BOOT_ID":"b1","PRIORITY":"6","MESSAGE":"level=error msg=\"no tea\" pot=1","_PID":"12","SYSLOG_IDENTIFIER":"shop","_TRANSPORT":"stdout","_SYSTEMD_UNIT":"shop.service"}` + "\n"
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "2026-03-05 10:00:00.000 ERROR    shop: no tea pot=1\n"},
		{[]string{"--hide", "pot"}, "2026-03-05 10:00:00.000 ERROR    shop: no tea\n"},
		{[]string{"--fields", "_SYSTEMD_UNIT"}, "2026-03-05 10:00:00.000 ERROR    shop: no tea _SYSTEMD_UNIT=shop.service\n"},
		{[]string{"--where", "_SYSTEMD_UNIT=shop.service"}, "2026-03-05 10:00:00.000 ERROR    shop: no tea pot=1\n"},
		{[]string{"--output", "json"}, entry},
		{[]string{"--output", "logfmt"}, `time=2026-03-05T10:00:00.000000+01:00 level=ERROR channel=shop msg="no tea" __CURSOR="s=1" _BOOT_ID=b1 _PID=12 _TRANSPORT=stdout _SYSTEMD_UNIT=shop.service pot=1 PRIORITY=6` + "\n"},
	} {
		got, stderr, code := pipeHere(entry, append([]string{"--input-zone", "Europe/Berlin", "--level", "error"}, tt.args...)...)
		if got != tt.want || stderr != "" || code != exitOK {
			t.Errorf("%q: exit code %d, %q\ngot  %s\nwant %s", tt.args, code, stderr, got, tt.want)
		}
	}
}

func TestPipeColor(t *testing.T) {
	tests := []struct {
		color   string
		env     map[string]string
		colored bool
	}{
		{"auto", nil, false},
		{"never", nil, false},
		{"always", nil, true},
		{"auto", map[string]string{"FORCE_COLOR": "1"}, true},
		{"never", map[string]string{"FORCE_COLOR": "1"}, false},
		{"auto", map[string]string{"FORCE_COLOR": "1", "NO_COLOR": "1"}, false},
		{"always", map[string]string{"NO_COLOR": "1"}, true},
	}
	for _, tt := range tests {
		for _, name := range []string{"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"} {
			t.Setenv(name, tt.env[name])
		}
		got, stderr, code := pipeHere(textLine, "--color", tt.color)
		if strings.Contains(got, "\x1b[31;1mERROR\x1b[0m") != tt.colored || strings.Contains(got, "\x1b") != tt.colored || stderr != "" || code != exitOK {
			t.Errorf("%s, %v: exit code %d, %q, %q", tt.color, tt.env, code, got, stderr)
		}
	}
}

func TestPipePatterns(t *testing.T) {
	const log = `05.03.2026 10:11:12 <WARN> worker-7: cache is cold
05.03.2026 10:11:13 <ERROR> worker-7: cannot load
	at load
2026-03-05T10:11:14Z INFO another form
`
	got, stderr, code := pipeHere(log, "--input-zone", "UTC", "--format", "{time:%d.%m.%Y %H:%M:%S} <{level}> {thread}: {message}")
	const want = `2026-03-05 10:11:12.000 WARNING  pipe: cache is cold thread=worker-7
2026-03-05 10:11:13.000 ERROR    pipe: cannot load thread=worker-7
  |     at load
2026-03-05 10:11:14.000 INFO     pipe: another form
`
	if got != want || stderr != "" || code != exitOK {
		t.Errorf("exit code %d, %q\ngot\n%s\nwant\n%s", code, stderr, got, want)
	}
	for pattern, want := range map[string]string{
		"{a}{b}": `invalid pattern "{a}{b}": no text between two fields at offset 3`,
		"{time":  `invalid pattern "{time": `,
		"plain":  `invalid pattern "plain": `,
	} {
		got, stderr, code := pipeHere(log, "--format", pattern)
		if got != "" || !strings.HasPrefix(stderr, "logbook: --format: "+want) || code != exitUsage {
			t.Errorf("%s: exit code %d, %q, %q", pattern, code, got, stderr)
		}
	}
}

// Each line of --output json is valid JSON, though the input is only almost.
func TestPipeWritesValidJSON(t *testing.T) {
	log := strings.Join([]string{
		"{tea.py:7} 2026-03-05 10:11:12,123 INFO hello",
		`{"level":"info","msg":"a}:7 {"b":2}`,
		"{\"level\":\"info\",\"msg\":\"a\tb\"}",
		"{\"level\":\"info\",\t\"msg\":\"a b\"}",
		"{\"level\":\"info\",\"msg\":\"a\x1bb\xff\"}",
		"{\"level\":\"info\",\"msg\":\"\xed\xa0\x80\"}",
		"{\"level\":\"info\",\"msg\":NaN}",
		`{"level":"info","msg":"x"}{"level":"info","msg":"y"}`,
		"{\"log\":\"a\tb\\n\",\"stream\":\"stdout\",\"time\":\"2026-03-05T10:11:12.123456789Z\"}",
	}, "\n")
	got, stderr, code := pipeHere(log, "--output", "json")
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	if stderr != "" || code != exitOK || len(lines) != 9 {
		t.Errorf("exit code %d, %q, %d lines", code, stderr, len(lines))
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) || !utf8.ValidString(line) {
			t.Errorf("not valid: %q", line)
		}
	}
}
