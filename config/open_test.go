package config_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// testRecord returns the record logged to the handlers under test.
func testRecord() *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{
		Time:    time.Date(2024, 2, 29, 13, 37, 42, 500_000_000, time.UTC),
		Level:   logbook.LevelWarn,
		Channel: "app",
		Message: "disk",
		Source:  &slog.Source{Function: "main.f", File: "/srv/main.go", Line: 9},
	})
}

func open(t *testing.T, uri string) logbook.Handler {
	t.Helper()
	h, err := config.Open(uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := logbook.Close(context.Background(), h); err != nil {
			t.Error(err)
		}
	})
	return h
}

// inTempDir changes the working directory to an empty one.
func inTempDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	return dir
}

func TestFiles(t *testing.T) {
	dir := filepath.ToSlash(inTempDir(t))
	rooted := "/" + strings.TrimPrefix(dir, "/") // on Windows, dir begins with a drive
	if err := os.Mkdir("sub", 0o777); err != nil {
		t.Fatal(err)
	}
	const line = "[2024-02-29 13:37:42.500000+0000] WARNING: app: disk\n"
	tests := []struct{ uri, path, want string }{
		{"file:a.log", "a.log", line},
		{"FILE:b.log", "b.log", line},
		{"file:sub/c.log", "sub/c.log", line},
		{"file:" + dir + "/d.log", "d.log", line},
		{"file://" + rooted + "/e.log", "e.log", line},
		{"file://localhost" + rooted + "/f.log", "f.log", line},
		{"file:./-", "-", line},
		{"file:my%20app.log", "my app.log", line},
		{"file:my app+1#2.log", "my app+1#2.log", line},
		{"file:100%25%3f.log", "100%?.log", line},
		{"file:app@1.log", "app@1.log", line},
		{"file:g.log?", "g.log", line},
		{"file:h.log?format=text&level=warning", "h.log", line},
		{"file:i.log?format=logfmt", "i.log", "time=2024-02-29T13:37:42.500000Z level=WARNING channel=app msg=disk\n"},
		{"json:p.log?format=slog", "p.log", `{"time":"2024-02-29T13:37:42.5Z","level":"WARN","channel":"app","msg":"disk"}` + "\n"},
		{"json:q.log?format=zap", "q.log", `{"ts":1709213862.5,"level":"warn","logger":"app","msg":"disk"}` + "\n"},
		{"file:r.log?format=ecs&source=true", "r.log", `{"@timestamp":"2024-02-29T13:37:42.500000Z","log.level":"warning","log.logger":"app","ecs.version":"8.11.0","message":"disk","log.origin":{"function":"main.f","file":{"name":"/srv/main.go","line":9}}}` + "\n"},
		{"file:s.log?format=gcp", "s.log", `{"time":"2024-02-29T13:37:42.500000Z","severity":"WARNING","logger":"app","message":"disk"}` + "\n"},
		{"file:t.log?format=otel", "t.log", `{"Timestamp":"1709213862500000000","SeverityText":"WARNING","SeverityNumber":13,"InstrumentationScope":"app","Body":"disk"}` + "\n"},
		{"json:u.log?json=time:ts,time_as:unix, level:severity,level_as:lower,channel:-,msg:message", "u.log", `{"ts":1709213862.5,"severity":"warning","message":"disk"}` + "\n"},
		{"json:v.log?json=time_as:%25H:%25M,source_as:short,attrs:a&source=true", "v.log", `{"time":"13:37","level":"WARNING","channel":"app","msg":"disk","a":{"source":"srv/main.go:9"}}` + "\n"},
		{"file:w.log?format=zap&json=level_as:upper,duration_as:ms,error_as:object", "w.log", `{"ts":1709213862.5,"level":"WARN","logger":"app","msg":"disk"}` + "\n"},
		{"file:j.log?format=console", "j.log", "2024-02-29 13:37:42.500 WARNING  app: disk\n"},
		{"file:k.log?format={record.time:%25H:%25M}+{record.message}&level=info%2B1", "k.log", "13:37+disk\n"},
		{"json:l.log", "l.log", `{"time":"2024-02-29T13:37:42.500000Z","level":"WARNING","channel":"app","msg":"disk"}` + "\n"},
		{"json:m.log?source=true", "m.log", `{"time":"2024-02-29T13:37:42.500000Z","level":"WARNING","channel":"app","msg":"disk","source":{"function":"main.f","file":"/srv/main.go","line":9}}` + "\n"},
		{"json:n.log?format=text", "n.log", line},
	}
	if runtime.GOOS != "windows" {
		tests = append(tests, struct{ uri, path, want string }{`file:C:\x.log`, `C:\x.log`, line})
	}
	for _, tt := range tests {
		t.Run(tt.uri, func(t *testing.T) {
			if err := open(t, tt.uri).Handle(testRecord()); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(tt.path)
			if err != nil || string(got) != tt.want {
				t.Errorf("got %q, %v\nwant %q", got, err, tt.want)
			}
		})
	}
}

func TestWireFormat(t *testing.T) {
	inTempDir(t)
	want := testRecord()
	if err := open(t, "json:a.log?format=wire").Handle(want); err != nil {
		t.Fatal(err)
	}
	line, err := os.ReadFile("a.log")
	if err != nil {
		t.Fatal(err)
	}
	got := new(logbook.Record)
	if err := got.UnmarshalJSON(line); err != nil {
		t.Fatal(err)
	}
	if got.Message() != "disk" || got.Channel() != "app" || got.Level() != logbook.LevelWarn || !got.Time().Equal(want.Time()) {
		t.Errorf("got %s", line)
	}
}

func TestBinding(t *testing.T) {
	inTempDir(t)
	tests := []struct {
		uri    string
		level  logbook.Level
		bubble bool
	}{
		{"file:a.log", logbook.LevelNotSet, false},
		{"file:a.log?level=warning&bubble=true", logbook.LevelWarn, true},
		{"file:a.log?level=info+3", logbook.LevelInfo + 3, false},
		{"json:a.log?level=ERROR-1&bubble=1", logbook.LevelError - 1, true},
		{"json:?level=debug&bubble=false", logbook.LevelDebug, false},
		{"json:-?bubble=T", logbook.LevelNotSet, true},
		{"file:-?bubble=T", logbook.LevelNotSet, true},
		{"console:?level=notice", logbook.LevelNotice, false},
		{"console:-?bubble=true", logbook.LevelNotSet, true},
		{"stderr:?level=critical", logbook.LevelCritical, false},
	}
	for _, tt := range tests {
		b := open(t, tt.uri).Binding()
		if level := logbook.LevelOf(b.Level); level != tt.level || b.Bubble != tt.bubble {
			t.Errorf("%s: level %v, bubble %t", tt.uri, level, b.Bubble)
		}
	}
}

func TestFileOptions(t *testing.T) {
	inTempDir(t)
	if err := os.WriteFile("old.log", []byte("old\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	open(t, "file:old.log")
	if b, _ := os.ReadFile("old.log"); string(b) != "old\n" {
		t.Errorf("without truncate: %q", b)
	}
	h := open(t, "file:old.log?truncate=true&format={record.level}")
	if b, _ := os.ReadFile("old.log"); string(b) != "old\n" {
		t.Errorf("with truncate, before the first record: %q", b)
	}
	if err := h.Handle(testRecord()); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile("old.log"); strings.Contains(string(b), "old") || len(b) == 0 {
		t.Errorf("with truncate: %q", b)
	}

	h = open(t, "file:late.log?delay=true")
	if _, err := os.Stat("late.log"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("with delay, before the first record: %v", err)
	}
	if err := h.Handle(testRecord()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat("late.log"); err != nil {
		t.Errorf("with delay, after the first record: %v", err)
	}

	if runtime.GOOS == "windows" {
		return // Windows has no modes
	}
	for mode, want := range map[string]fs.FileMode{"0600": 0o600, "400": 0o400, "0o644": 0o644} {
		open(t, "json:"+mode+".log?mode="+mode)
		info, err := os.Stat(mode + ".log")
		if err != nil || info.Mode().Perm()&^want != 0 || info.Mode().Perm()&0o400 == 0 {
			t.Errorf("mode %s: %v, %v", mode, info.Mode(), err)
		}
	}
}

// A handler uses the standard stream at the time it is opened.
func TestStandardStreams(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	const console = "2024-02-29 13:37:42.500 WARNING  app: disk\n"
	const text = "[2024-02-29 13:37:42.500000+0000] WARNING: app: disk\n"
	const json = `{"time":"2024-02-29T13:37:42.500000Z","level":"WARNING","channel":"app","msg":"disk"}` + "\n"
	tests := []struct{ uri, stdout, stderr string }{
		{"console:", "", console},
		{"console:-", console, ""},
		{"stderr:", "", text},
		{"file:-", text, ""},
		{"json:", json, ""},
		{"json:-", json, ""},
		{"console:-?format=json", json, ""},
		{"console:?format=text", "", text},
	}
	for _, tt := range tests {
		t.Run(tt.uri, func(t *testing.T) {
			stdout, stderr := captured(t, &os.Stdout), captured(t, &os.Stderr)
			if err := open(t, tt.uri).Handle(testRecord()); err != nil {
				t.Fatal(err)
			}
			if got := stdout(); got != tt.stdout {
				t.Errorf("stdout %q, want %q", got, tt.stdout)
			}
			if got := stderr(); got != tt.stderr {
				t.Errorf("stderr %q, want %q", got, tt.stderr)
			}
		})
	}
}

// captured replaces a stream by a file, and returns a function that reads the file.
func captured(t *testing.T, stream **os.File) (read func() string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stream")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	old := *stream
	*stream = f
	t.Cleanup(func() {
		*stream = old
		f.Close()
	})
	return func() string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		return string(b)
	}
}

func TestConsoleColors(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("FORCE_COLOR", "1")
	stdout := captured(t, &os.Stdout)
	if err := open(t, "console:-").Handle(testRecord()); err != nil {
		t.Fatal(err)
	}
	if got := stdout(); !strings.Contains(got, "\x1b[33;1mWARNING\x1b[0m") {
		t.Errorf("got %q", got)
	}
}

// Each error names the URI and the option, and nothing is created.
func TestErrors(t *testing.T) {
	dir := inTempDir(t)
	tests := []struct{ uri, option, want string }{
		{"", "", "missing scheme"},
		{"app.log", "", "missing scheme"},
		{":x", "", "missing scheme"},
		{"1file:x", "", "missing scheme"},
		{`C:\x.log`, "", `such as "file:PATH"`},
		{"fil:x", "", `unknown scheme "fil", did you mean "file"? (known: console, exec, file, json, list, monitoring, null, probe, pushover, rotating, stderr, timed)`},
		{"jsno:x", "", `did you mean "json"?`},
		{"fire:x", "", `unknown scheme "fire", did you mean "file"?`},
		{"http:x", "", `unknown scheme "http" (known: `},
		{"kafka:x", "", `unknown scheme "kafka" (known:`},
		{"file:", "", "missing path"},
		{"file:?delay=true", "", "missing path"},
		{"file://", "", "missing path"},
		{"file://var/log/app.log", "", "without host or user"},
		{"file://app.log", "", "without host or user"},
		{"file://u:p@localhost/x", "", "without host or user"},
		{"file:a%00b", "", "NUL"},
		{"file:100%.log", "", "invalid percent escape at byte 8"},
		{"file://localhost/a%zz", "", "invalid percent escape at byte 18"},
		{"file:%41%4.log", "", "invalid percent escape at byte 8"},
		{"file:x?format=%25H%H", "format", "invalid percent escape at byte 18"},
		{"file:x?for%mat=1", "", "invalid percent escape at byte 10"},
		{"file:missing/x.log", "", "no such file or directory"},
		{"console:x", "", "invalid address: want \"console:\""},
		{"console://host", "", "invalid address: want \"console:\""},
		{"stderr:x", "", "without a path"},
		{"list://host:port/x", "", "invalid address"},
		{"list://ho st/x", "", "invalid address"},
		{"list://::1/x", "", "invalid address"},
		{"list://[fe80::1%eth0]/x", "", "invalid address"},
		{"list://h%25eth0/x", "", "invalid address"},
		{"list://u%zz:p@host", "", "in the userinfo"},
		{"file:x?level=loud", "level", `unknown level "loud"`},
		{"file:x?level=", "level", `unknown level ""`},
		{"file:x?level", "level", `unknown level ""`},
		{"file:x?bubble=maybe", "bubble", `invalid value "maybe": want true or false`},
		{"file:x?delay=", "delay", "want true or false"},
		{"file:x?truncate=2", "truncate", "want true or false"},
		{"file:x?mode=0800", "mode", `invalid file mode "0800"`},
		{"file:x?mode=0", "mode", "from 0001 to 0777"},
		{"file:x?mode=1777", "mode", "from 0001 to 0777"},
		{"file:x?mode=rw-r--r--", "mode", "octal"},
		{"file:x?mode=-1", "mode", "octal"},
		{"file:x?level=info&level=info", "level", "given twice"},
		{"file:x?a=1&b=2&a=3", "a", "given twice"},
		{"file:x?lvl=info", "lvl", `unknown, did you mean "level"? (known to file: bubble, buffer, delay, flush_interval, flush_level, format, json, level, mode, source, sync_interval, sync_level, truncate; to every sink: background, dedup, fallback, fingers_crossed, limit, sample, spool)`},
		{"file:x?Level=info", "Level", `did you mean "level"?`},
		{"file:x?colour=1", "colour", "unknown (known to file:"},
		{"file:-?mode=0600", "mode", "has no effect here (known to file: bubble, format, json, level, source; to every sink: background, dedup, fallback, fingers_crossed, limit, sample, spool)"},
		{"json:?delay=true", "delay", "has no effect here"},
		{"console:?truncate=true", "truncate", "unknown"},
		{"file:x?format=jsn", "format", `invalid format "jsn": want text, json, logfmt, console, wire, slog, zap, ecs, gcp, otel, or a format string with {record.NAME}, did you mean "json"?`},
		{"file:x?format=", "format", `invalid format ""`},
		{"file:x?format={record.massage}", "format", `at byte 0 ("{record.massage}"): unknown field`},
		{"file:x?format={record.message", "format", "at byte"},
		{"file:x?format={{}}", "format", "at least one {record.NAME}"},
		{"file:x?source=true", "source", "not for the formats text and wire"},
		{"json:x?source=true&format=wire", "source", "not for the formats"},
		{"json:x?source=true&format={record.message}", "source", "not for the formats"},
		{"file:x?json=time:ts", "json", "only for the formats of JSON"},
		{"json:x?format=logfmt&json=time:ts", "json", "only for the formats of JSON"},
		{"json:x?json=tiem:ts", "json", `unknown field "tiem", did you mean "time"? (known: attrs, channel, error, exception, level, msg, severity, source, span_id, time, trace_flags, trace_id, duration_as, error_as, level_as, source_as, time_as)`},
		{"json:x?json=time", "json", `invalid change "time": want FIELD:NAME or FIELD_as:FORM`},
		{"json:x?json=time:,level:l", "json", `invalid change "time:"`},
		{"json:x?json=", "json", `invalid change ""`},
		{"json:x?json=time_as:Unix", "json", `time_as: invalid form "Unix": want nano, unix, unixnano or a strftime pattern, did you mean "unix"?`},
		{"json:x?json=level_as:title", "json", `level_as: invalid form "title": want lower or upper`},
		{"json:x?json=duration_as:m", "json", `duration_as: invalid form "m": want ms, ns, s or us`},
		{"json:x?source=2", "source", "want true or false"},
		{"file:x?bubble=2&nope=1", "bubble", "want true or false"},
	}
	for _, tt := range tests {
		t.Run(tt.uri, func(t *testing.T) {
			h, err := config.Open(tt.uri)
			var e *config.URIError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, %v", h, err)
			}
			if e.Option != tt.option || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("option %q: %v\nwant option %q: %s", e.Option, err, tt.option, tt.want)
			}
			if !strings.Contains(tt.uri, "@") && e.URI != tt.uri {
				t.Errorf("names %q", e.URI)
			}
			if files, _ := os.ReadDir(dir); len(files) > 0 {
				t.Errorf("created %v", files)
			}
		})
	}
}

func TestErrorUnwraps(t *testing.T) {
	inTempDir(t)
	if _, err := config.Open("file:missing/x.log"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing directory: %v", err)
	}
	if _, err := config.Open("file:x?level=loud"); !errors.Is(err, logbook.ErrUnknownLevel) {
		t.Errorf("level: %v", err)
	}
	var e *logbook.FormatError
	if _, err := config.Open("file:x?format={record.message}{x}"); !errors.As(err, &e) || e.Offset != 16 {
		t.Errorf("format string: %v", err)
	}
}

func TestSchemes(t *testing.T) {
	got := config.Schemes()
	for _, want := range []string{"console", "file", "json", "list", "stderr"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if !slices.IsSorted(got) {
		t.Errorf("not sorted: %v", got)
	}
}
