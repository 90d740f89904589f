package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// kept runs pipe on a file and returns the numbers of the lines that it keeps, as "1 3".
func kept(t *testing.T, lines []string, args ...string) string {
	t.Helper()
	path := writeFile(t, t.TempDir(), "a.log", strings.Join(lines, "\n"))
	got, stderr, code := pipeHere("", append([]string{"--output", "raw", path}, args...)...)
	if stderr != "" || code != exitOK {
		t.Errorf("%q: exit code %d, %q", args, code, stderr)
	}
	var numbers []string
	rest := got
	for i, line := range lines {
		if after, ok := strings.CutPrefix(rest, line+"\n"); ok {
			numbers, rest = append(numbers, fmt.Sprint(i+1)), after
		}
	}
	if rest != "" {
		t.Errorf("%q: got\n%s", args, got)
	}
	return strings.Join(numbers, " ")
}

func TestPipeWhere(t *testing.T) {
	lines := []string{
		`{"time":"2026-03-05T10:00:00Z","level":"DEBUG","msg":"start","user":"anna","port":80}`,
		`{"time":"2026-03-05T10:00:01Z","level":"INFO","msg":"served, at last","user":"bert","status":200,"took":"120ms","request":{"method":"GET","path":"/health"}}`,
		`{"time":"2026-03-05T10:00:02Z","level":"ERROR","msg":"failed","user":"anna","status":503,"took":"1.5s","request":{"method":"POST","path":"/pay"},"error":"no route to host"}`,
		`[2026-03-05 10:00:03.000000+0000] WARNING: db: slow query`,
		`{"channel":"shop","level":12,"msg":"paid","kwargs":{"status":201},"extra":{"status":201,"user":"cora"},"time":"2026-03-05T10:00:04Z","process":77,"exception_name":null,"args":[]}`,
		`no time, no level`,
	}
	tests := []struct{ where, want string }{
		{"user=anna", "1 3"},
		{"user==anna", "1 3"},
		{"user!=anna", "2 4 5 6"},
		{"user = anna", "1 3"},
		{"user=anna,status=503", "3"},
		{"user<bert", "1 3"},
		{"user>=bert", "2 5"},
		{"user~^[ab]", "1 2 3"},
		{"user=~^[ab]", "1 2 3"},
		{"user!~^[ab]", "4 5 6"},
		{"status=200", "2"},
		{"status=200.0", "2"},
		{"status!=200", "1 3 4 5 6"},
		{"status<300", "2 5"},
		{"status<=201", "2 5"},
		{"status>200", "3 5"},
		{"status>=500", "3"},
		{"status>=high", ""},
		{"user>1", ""},
		{"status~^2", "2 5"},
		{"took>250ms", "3"},
		{"took<=0.12", "2"},
		{"took>1d", ""},
		{"took<1d", "2 3"},
		{"request.method=POST", "3"},
		{"request.path!~^/health", "1 3 4 5 6"},
		{"request~GET", "2"},
		{"level=error", "3"},
		{"level!=error", "1 2 4 5 6"},
		{"level>=warn", "3 4"},
		{"level<info", "1"},
		{"level~^WARN", "4"},
		{"time>=2026-03-05T10:00:03Z", "4 5"},
		{"time<2026-03-05T10:00:01Z", "1"},
		{"message=failed", "3"},
		{"msg~^s", "1 2 4"},
		{`message="served, at last"`, "2"},
		{`message='served, at last',user=bert`, "2"},
		{`message~"[,d]$" , user!=x`, "3 5"},
		{`message~"[,d]{1,2}$"`, "3 5"},
		{"message!=", "1 2 3 4 5 6"},
		{"user=", ""},
		{"channel=db", "4"},
		{"channel=shop", "5"},
		{"logger~^d", "4"},
		{"error~route", "3"},
		{"err!~route", "1 2 4 5 6"},
		{"pid=77", "5"},
		{"channel=a", "1 2 3 6"}, // of the file
	}
	for _, tt := range tests {
		if got := kept(t, lines, "--where", tt.where); got != tt.want {
			t.Errorf("--where %q keeps %q, want %q", tt.where, got, tt.want)
		}
	}
	if got := kept(t, lines, "--where", "user=anna", "--where", "level>=error"); got != "3" {
		t.Errorf("two flags keep %q", got)
	}
}

func TestPipeWhereOfNames(t *testing.T) {
	lines := []string{
		`{"level":"info","msg":"x","id":1234567890123456788,"user.name":"anna","a=b":"c","last user":"bert","g":{"h.i":null}}`,
		`{"level":"info","msg":"x","id":1234567890123456789,"g":{"h.i":false}}`,
		`{"level":"info","msg":"x","id":7,"twice":1,"twice":2,"p.q":3,"p":{"q":4}}`,
	}
	for _, tt := range []struct{ where, want string }{
		{"id=1234567890123456789", "2"}, // which a float64 does not hold
		{"id>1234567890123456788", "2"},
		{"id<1.3e18", "1 2 3"},
		{"twice=1", "3"},
		{"twice=2", "3"},
		{"twice=3", ""},
		{"twice!=1", "1 2"},
		{"twice!=3", "1 2 3"},
		{"twice>1", "3"},
		{"twice!~2", "1 2"},
		{"p.q=3", "3"},
		{"p.q=4", "3"},
		{"user.name=anna", "1"},
		{"last user=bert", "1"},
		{`"last user"=bert`, "1"},
		{`"a=b" = c`, "1"},
		{"g.h.i=null", "1"},
		{"g.h.i=false", "2"},
	} {
		if got := kept(t, lines, "--where", tt.where); got != tt.want {
			t.Errorf("--where %q keeps %q, want %q", tt.where, got, tt.want)
		}
	}
}

// A duration without a unit counts as its logger writes it, or as its name says.
func TestPipeWhereOfDurations(t *testing.T) {
	lines := []string{
		`{"time":"2026-03-05T10:00:00Z","level":"INFO","msg":"slog","took":300000000}`,
		`{"level":"info","time":"2026-03-05T10:00:00Z","message":"zerolog","took":300}`,
		`{"level":"info","ts":1772704800.5,"caller":"a/b.go:1","msg":"zap","took":0.3}`,
		`{"level":30,"time":1772704800000,"pid":7,"hostname":"vm","msg":"pino","took":300}`,
		`{"time":"2026-03-05T10:00:00Z","level":"INFO","msg":"slog","took":0.3}`,
		`level=info msg=text took=300ms`,
		`level=info msg=seconds took=0.3`,
	}
	named := []string{
		`{"time":"2026-03-05T10:00:00Z","level":"INFO","msg":"named","took_ms":300,"tookMs":300,"took_us":300000,"took_ns":300000000,"took_seconds":0.3}`,
	}
	all := "1 2 3 4 5 6 7"
	for _, tt := range []struct{ where, want string }{
		{"took>299ms", all}, {"took>301ms", ""}, {"took<0.301s", all}, {"took<299ms", ""}, {"took>=300", "1 2 4"}, {"took=0.3", "3 5 6 7"},
		{"took=0.3s", all}, {"took=300ms", all}, {"took!=300ms", ""}, {"took<300ms", ""},
	} {
		if got := kept(t, lines, "--where", tt.where); got != tt.want {
			t.Errorf("%s keeps %q, want %q", tt.where, got, tt.want)
		}
	}
	for _, name := range []string{"took_ms", "tookMs", "took_us", "took_ns", "took_seconds"} {
		if got := kept(t, named, "--where", name+">299ms,"+name+"<301ms"); got != "1" {
			t.Errorf("%s is not 300 ms", name)
		}
	}
}

func TestPipeWhereOfSizes(t *testing.T) {
	lines := []string{
		`{"level":"info","msg":"bytes","size":10240}`,
		`level=info msg=unit size=10KiB`,
		`level=info msg=lower size=10kib`,
		`level=info msg=space size="10.24 kB"`,
		`level=info msg=fraction size=0.01024MB`,
		`level=info msg=short size=10K`,
		`level=info msg=duration size=10h`,
		`level=info msg=text size=large`,
		`level=info msg=none`,
		`level=info msg=named heap_kb=10.24 heapKiB=10 heap_mb=0.01024 heap_bytes=10240`,
	}
	const ten = "1 2 3 4 5 6" // KiB
	for _, tt := range []struct{ where, want string }{
		{"size=10KiB", ten}, {"size=10kib", ten}, {"size=10 KIB", ten}, {"size=10k", ten}, {"size=10240", ten},
		{"size>10kb", ten}, {"size>10KB", ten}, {"size<10.3KB", ten}, {"size>10.3kB", ""}, {"size>=0.01mb", ten},
		{"size<1.5MB", ten}, {"size<1 GiB", ten}, {"size>9.9KiB", ten}, {"size>1B", ten}, {"size<1B", ""},
		{"size!=10KiB", "7 8 9 10"}, {"size>1h", "1 7"}, {"size~10K", "2 6"},
		{"heap_kb=10KiB", "10"}, {"heapKiB=10.24kB", "10"}, {"heap_mb=10KiB", "10"}, {"heap_bytes=10KiB", "10"}, {"heap_kb=10.24", "10"},
	} {
		if got := kept(t, lines, "--where", tt.where); got != tt.want {
			t.Errorf("--where %q keeps %q, want %q", tt.where, got, tt.want)
		}
	}
}

func TestPipeInvalidWhere(t *testing.T) {
	const form = "want a name, one of = != < <= > >= ~ !~, and a value"
	tests := []struct{ where, want string }{
		{"status", `invalid condition "status": ` + form},
		{"", `invalid condition "": ` + form},
		{"=5", `invalid condition "=5": ` + form},
		{"a=1,", `invalid condition "": ` + form},
		{"status=>500", `invalid condition "status=>500": ` + form},
		{"status<>500", `invalid condition "status<>500": ` + form},
		{"status>", `invalid condition "status>": ` + form},
		{"path~a{1,2}", `invalid condition "2}": ` + form + ", such as status>=500; a value with a comma is written in quotes"},
		{`msg="a, b`, `invalid condition "msg=\"a, b": want the whole value in quotes`},
		{`a=1,msg='a' b`, `invalid condition "msg='a' b": want the whole value in quotes`},
		{"path~(", `condition "path~(": error parsing regexp`},
		{"level>=loud", `condition "level>=loud": logbook: unknown level "loud" (known: trace,`},
		{"time>soon", `invalid condition on the time: "soon": want a time such as`},
	}
	for _, tt := range tests {
		stdout, stderr, code := pipeHere(slogLine, "--where", tt.where)
		if stdout != "" || code != exitUsage || !strings.HasPrefix(stderr, "logbook: --where: "+tt.want) {
			t.Errorf("%q: exit code %d, %q, want %q", tt.where, code, stderr, tt.want)
		}
	}
}

func TestPipeTimes(t *testing.T) {
	now := time.Now().UTC()
	ago := func(d time.Duration) string { return now.Add(-d).Format(time.RFC3339) + " INFO x" }
	lines := []string{
		ago(48 * time.Hour), ago(3 * time.Hour), "\tand more", ago(90 * time.Minute), "no time", ago(10 * time.Minute),
	}
	fixed := []string{
		"2026-03-04T23:59:59Z INFO x", "2026-03-05T00:00:00Z INFO x", "2026-03-05T10:30:00Z INFO x",
		"2026-03-05T10:30:00.5Z INFO x", "2026-03-05T12:31:00+02:00 INFO x", "2026-03-06T00:00:00Z INFO x",
	}
	tests := []struct {
		lines []string
		args  []string
		want  string
	}{
		{lines, []string{"--since", "1h"}, "6"},
		{lines, []string{"--since", "2h"}, "4 5 6"},
		{lines, []string{"--since", "1d"}, "2 3 4 5 6"},
		{lines, []string{"--since", "1d12h", "--until", "2h"}, "2 3"},
		{lines, []string{"--until", "60m"}, "1 2 3 4 5"},
		{fixed, []string{"--since", "2026-03-05"}, "2 3 4 5 6"},
		{fixed, []string{"--since", "2026-03-05", "--until", "2026-03-05 10:30"}, "2 3"},
		{fixed, []string{"--since", "2026-03-05T10:30", "--until", "2026-03-05T10:31"}, "3 4 5"},
		{fixed, []string{"--since", "2026-03-05 10:30:01"}, "5 6"},
		{fixed, []string{"--since", "2026-03-05T10:30:00.4Z", "--until", "2026-03-05T11:31:00+01:00"}, "4 5"},
		{fixed, []string{"--since", "2026-03-05", "--input-zone", "Europe/Berlin"}, "1 2 3 4 5 6"},
	}
	for _, tt := range tests {
		args := append([]string{"--input-zone", "UTC"}, tt.args...)
		if got := kept(t, tt.lines, args...); got != tt.want {
			t.Errorf("%q keeps %q, want %q", tt.args, got, tt.want)
		}
	}
}

// If no record is of the time asked for, pipe reports it, and of which time they are.
func TestPipeOtherTimes(t *testing.T) {
	const log = "2026-03-05T10:00:00Z INFO x\n2026-03-05T12:00:00+01:00 ERROR y\n2026-03-05T10:30:00Z INFO z\n"
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--since", "2026-03-06", "--until", "2026-03-07 08:00"}, "no record since 2026-03-06 00:00:00Z until 2026-03-07 08:00:00Z: they are from 2026-03-05 10:00:00Z to 2026-03-05 11:00:00Z"},
		{[]string{"--until", "2026-03-05 11:00", "--time-zone", "Asia/Tokyo", "--since", "2026-03-05 10:45"}, ""},
		{[]string{"--until", "2026-03-05", "--time-zone", "Asia/Tokyo"}, "no record until 2026-03-05 09:00:00+09:00: they are from 2026-03-05 19:00:00+09:00 to 2026-03-05 20:00:00+09:00"},
		{[]string{"--since", "2026-03-05", "--grep", "nothing"}, ""},
		{[]string{"--since", "1m", "--level", "critical"}, ""},
	} {
		got, stderr, code := pipeHere(log, append([]string{"--input-zone", "UTC", "--output", "raw"}, tt.args...)...)
		want := tt.want
		if want != "" {
			want = "logbook: " + want + "\n"
		}
		if stderr != want || want != "" && got != "" || code != exitOK {
			t.Errorf("%q: exit code %d, %q, %q", tt.args, code, got, stderr)
		}
	}
}

func TestReadTime(t *testing.T) {
	berlin, err := readZone("--input-zone", "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 29, 12, 0, 0, 0, berlin) // summer time began this night
	tests := []struct{ text, want string }{
		{"90s", "2026-03-29T11:58:30+02:00"},
		{"1d", "2026-03-28T11:00:00+01:00"},
		{"10:30", "2026-03-29T10:30:00+02:00"},
		{"01:30", "2026-03-29T01:30:00+01:00"},
		{"10:30:15.5", "2026-03-29T10:30:15.5+02:00"},
		{"2026-03-05", "2026-03-05T00:00:00+01:00"},
		{"2026-03-05 10:30", "2026-03-05T10:30:00+01:00"},
		{"2026-03-05T10:30:15.25", "2026-03-05T10:30:15.25+01:00"},
		{"2026-03-05T10:30:15Z", "2026-03-05T10:30:15Z"},
		{"2026-03-05T10:30:15+05:30", "2026-03-05T10:30:15+05:30"},
		{"2026-03-05T10:30:15+0530", "2026-03-05T10:30:15+05:30"}, // as in logs
		{"2026-03-05 10:30:15,250", "2026-03-05T10:30:15.25+01:00"},
		{"05/Mar/2026:10:30:15 +0530", "2026-03-05T10:30:15+05:30"},
		{"Mar  5 10:30:15", "2026-03-05T10:30:15+01:00"},
		{"", "0001-01-01T00:00:00Z"},
	}
	for _, tt := range tests {
		got, err := readTime("--since", tt.text, now)
		if err != nil || got.Format(time.RFC3339Nano) != tt.want {
			t.Errorf("%q: %v, %v", tt.text, got.Format(time.RFC3339Nano), err)
		}
	}
	for _, text := range []string{"yesterday", "25:00", "2026-13-01", "-5m", "10", "2026-03-05T10:30:15ZZ", "10:30 x", " ", "Mar  5"} {
		if got, err := readTime("--since", text, now); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestPipeLevelAndGrep(t *testing.T) {
	lines := []string{
		"2026-03-05T10:00:00Z INFO started",
		"  with details",
		"2026-03-05T10:00:01Z ERROR db: failed",
		"Traceback (most recent call last):",
		`  File "a.py", line 3, in pay`,
		"ValueError: no money",
		"2026-03-05T10:00:02Z LOUD strange",
		"a line without a level",
		"2026-03-05T10:00:03Z DEBUG quiet",
		"\x1b[31mWARN\x1b[0m \x1b[1mcolou\x1b[0mred",
		"panic: boom",
		"",
		"goroutine 1 [running]:",
		"main.main()",
		"\t/src/main.go:5 +0x1d",
	}
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"--level", "info"}, "1 2 3 4 5 6 7 8 10 11 12 13 14 15"},
		{[]string{"--level", "WARNING"}, "3 4 5 6 7 8 10 11 12 13 14 15"},
		{[]string{"--level", "error"}, "3 4 5 6 7 8 11 12 13 14 15"},
		{[]string{"--level", "critical"}, "7 8 11 12 13 14 15"},
		{[]string{"--where", "level>=error"}, "3 4 5 6 11 12 13 14 15"},
		{[]string{"--where", "stack~main.go"}, "11 12 13 14 15"},
		{[]string{"--where", "error~money"}, "3 4 5 6"},
		{[]string{"--grep", "money"}, "3 4 5 6"},
		{[]string{"--grep", "started|quiet"}, "1 2 9"},
		{[]string{"--grep", "started", "--grep", "quiet"}, "1 2 9"},
		{[]string{"--grep", "coloured"}, "10"},
		{[]string{"--grep", "^ValueError: .*money$"}, "3 4 5 6"}, // the ends of any line
		{[]string{"--grep", "^WARN coloured$"}, "10"},
		{[]string{"--grep", "(?s)failed.*money"}, "3 4 5 6"},
		{[]string{"--grep", "failed.*money"}, ""},
		{[]string{"--grep", "(?i)STARTED", "--level", "error"}, ""},
	}
	for _, tt := range tests {
		if got := kept(t, lines, tt.args...); got != tt.want {
			t.Errorf("%q keeps %q, want %q", tt.args, got, tt.want)
		}
	}
}

func TestPipeLevelOfPython(t *testing.T) {
	lines := []string{
		`{"channel":"shop","level":11,"msg":"paid","kwargs":{},"extra":{},"time":"2026-03-05T10:00:04Z","process":77,"args":[]}`,
		`{"channel":"shop","level":14,"msg":"lost","kwargs":{},"extra":{},"time":"2026-03-05T10:00:04Z","process":77,"args":[]}`,
	}
	if got := kept(t, lines, "--level", "error"); got != "2" {
		t.Errorf("keeps %q", got)
	}
}

// A name that no record has is reported, with a similar one or those that there are.
func TestPipeUnknownNames(t *testing.T) {
	const log = `{"level":"INFO","msg":"x","user":"anna","request":{"method":"GET","path":"/"}}` + "\n"
	const all = "; they have user, request.method, request.path"
	wire := `{"channel":"shop","level":12,"msg":"paid","kwargs":{},"extra":{"user":"cora"},"time":"2026-03-05T10:00:04Z","process":77,"args":[]}` + "\n"
	tests := []struct {
		log  string
		args []string
		want string
	}{
		{log, []string{"--where", "usr=anna"}, `--where usr=anna: no record has "usr", did you mean "user"?`},
		{log, []string{"--where", "mesage=x"}, `--where mesage=x: no record has "mesage", did you mean "message"?`},
		{log, []string{"--where", "request.metod=GET"}, `--where request.metod=GET: no record has "request.metod", did you mean "request.method"?`},
		{log, []string{"--where", "status=1"}, `--where status=1: no record has "status"` + all},
		{log, []string{"--fields", "uesr"}, `--fields uesr: no record has "uesr", did you mean "user"?`},
		{log, []string{"--fields", "user,customer"}, `--fields customer: no record has "customer"` + all},
		{log, []string{"--hide", "header"}, `--hide header: no record has "header"` + all},
		{"plain\n", []string{"--fields", "user"}, `--fields user: no record has "user"; the records have no attributes`},
		{wire, []string{"--where", "usr=x"}, `--where usr=x: no record has "usr", did you mean "user"?`},
		{log, []string{"--where", "user=nobody,request.path=/,request~x,error~x,level=error"}, ""},
		{log, []string{"--fields", "user,request", "--hide", "request.path,level,error,stack,pid,caller"}, ""},
		{"", []string{"--where", "usr=anna", "--fields", "x"}, ""},
		{log, []string{"--fields", "user, "}, ""},
		{log, []string{"--format", "{time} {message}"}, `--format: no line matches the pattern "{time} {message}"`},
		{"10:11:12 x\n" + log, []string{"--format", "{time} {message}"}, ""},
		{"", []string{"--format", "{time} {message}"}, ""},
	}
	for _, tt := range tests {
		_, stderr, code := pipeHere(tt.log, tt.args...)
		want := tt.want
		if want != "" {
			want = "logbook: " + want + "\n"
		}
		if stderr != want || code != exitOK {
			t.Errorf("%q: exit code %d\ngot  %s\nwant %s", tt.args, code, stderr, want)
		}
	}
}

// The time of a line that was dropped for its level is that of the lines after it.
func TestPipeTimeOfDroppedLine(t *testing.T) {
	for _, first := range []string{
		"2026-03-05 10:11:12 INFO served",
		`{"time":"2026-03-05T10:11:12Z","level":"INFO","msg":"served"}`,
	} {
		log := writeFile(t, t.TempDir(), "a.log", "2026-03-05 08:00:00 ERROR old\n"+first+"\nnot served\n")
		got, stderr, code := pipeHere("", "--level", "error", "--input-zone", "UTC", log)
		want := "2026-03-05 08:00:00.000 ERROR    a: old\n2026-03-05 10:11:12.000          a: not served\n"
		if got != want || stderr != "" || code != exitOK {
			t.Errorf("after %s: exit code %d, %q, got\n%s", first, code, stderr, got)
		}
		later := writeFile(t, t.TempDir(), "b.log", "2026-03-05 10:00:00 ERROR other\n")
		got, _, _ = pipeHere("", "--level", "error", "--output", "raw", "--input-zone", "UTC", log, later)
		if want := "2026-03-05 08:00:00 ERROR old\n2026-03-05 10:00:00 ERROR other\nnot served\n"; got != want {
			t.Errorf("after %s: merged\n%s", first, got)
		}
	}
}
