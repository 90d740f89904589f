package logbooktest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// fakeT is a testing.TB that records failures.
type fakeT struct {
	testing.TB
	cleanups []func()
	output   strings.Builder
	failures []string
}

func (t *fakeT) Helper()           {}
func (t *fakeT) Cleanup(fn func()) { t.cleanups = append(t.cleanups, fn) }
func (t *fakeT) Output() io.Writer { return &t.output }
func (t *fakeT) Errorf(format string, args ...any) {
	t.failures = append(t.failures, fmt.Sprintf(format, args...))
}

func (t *fakeT) end() {
	for _, fn := range slices.Backward(t.cleanups) {
		fn()
	}
}

// The methods of a level find the records of that level only.
func TestLevels(t *testing.T) {
	type has = func(*logbooktest.Recorder, string, ...logbooktest.Probe) bool
	type hasAny = func(*logbooktest.Recorder, ...logbooktest.Probe) bool
	tests := []struct {
		level  logbook.Level
		has    has
		hasAny hasAny
	}{
		{logbook.LevelTrace, (*logbooktest.Recorder).HasTrace, (*logbooktest.Recorder).HasTraces},
		{logbook.LevelDebug, (*logbooktest.Recorder).HasDebug, (*logbooktest.Recorder).HasDebugs},
		{logbook.LevelInfo, (*logbooktest.Recorder).HasInfo, (*logbooktest.Recorder).HasInfos},
		{logbook.LevelSuccess, (*logbooktest.Recorder).HasSuccess, (*logbooktest.Recorder).HasSuccesses},
		{logbook.LevelNotice, (*logbooktest.Recorder).HasNotice, (*logbooktest.Recorder).HasNotices},
		{logbook.LevelWarn, (*logbooktest.Recorder).HasWarn, (*logbooktest.Recorder).HasWarns},
		{logbook.LevelError, (*logbooktest.Recorder).HasError, (*logbooktest.Recorder).HasErrors},
		{logbook.LevelCritical, (*logbooktest.Recorder).HasCritical, (*logbooktest.Recorder).HasCriticals},
	}
	no := func(*logbook.Record) bool { return false }
	for _, logged := range tests {
		rec := logbooktest.NewRecorder()
		logbook.InGoroutine(func() { log.Log(t.Context(), logged.level, "x") }, rec)
		for _, asked := range tests {
			want := asked.level == logged.level
			if got := asked.has(rec, "x"); got != want {
				t.Errorf("%v record: text form of %v = %v", logged.level, asked.level, got)
			}
			if got := asked.hasAny(rec); got != want {
				t.Errorf("%v record: plural form of %v = %v", logged.level, asked.level, got)
			}
			if asked.has(rec, "y") || asked.has(rec, "x", no) || asked.hasAny(rec, no) {
				t.Errorf("%v record: form of %v ignores its arguments", logged.level, asked.level)
			}
		}
	}
}

// Formatted returns the records with level and channel.
func TestBasicLogging(t *testing.T) {
	t.Parallel()
	rec := logbooktest.Record(t)
	logbook.New("testlogger").Warn("This is a warning.  Nice hah?")
	if !rec.HasWarn("This is a warning.  Nice hah?") {
		t.Error(rec)
	}
	want := []string{"[WARNING] testlogger: This is a warning.  Nice hah?"}
	if got := rec.Formatted(); !slices.Equal(got, want) {
		t.Errorf("Formatted() = %q, want %q", got, want)
	}
}

// Matching finds a pattern anywhere in a message; Message compares the whole message.
func TestMatching(t *testing.T) {
	rec := logbooktest.Record(t)
	log.Warn("Hello World")
	tests := []struct {
		expr string
		want bool
	}{
		{"^Hello", true},
		{"world$", false},
		{"World$", true},
		{"lo W", true},
	}
	for _, tt := range tests {
		if got := rec.HasWarns(logbooktest.Matching(regexp.MustCompile(tt.expr))); got != tt.want {
			t.Errorf("Matching(%s) = %v", tt.expr, got)
		}
	}
	if rec.HasWarn("^Hello World") || rec.HasWarn("Hello") || !rec.HasWarn("Hello World") {
		t.Error("HasInfo matches a part of the message")
	}
}

// Contains finds a part of a message.
func TestContains(t *testing.T) {
	rec := logbooktest.Record(t)
	log.Warn("{n} (of 3) failed", "n", 2)
	if !rec.HasWarns(logbooktest.Contains("2 (of 3)")) || rec.HasWarns(logbooktest.Contains("of 4")) {
		t.Error("Contains matches another text")
	}
}

// Formatted shows attributes and errors.
func TestFormatted(t *testing.T) {
	rec := logbooktest.Record(t)
	if rec.Len() != 0 {
		t.Errorf("%d records at first", rec.Len())
	}
	log.Warn("{n}\nfailed", "n", 2, "user", "anna b")
	logbook.InGoroutine(func() { log.Exception(errors.New("no such file"), "cannot open") }, rec)
	got := rec.Formatted()
	if rec.Len() != 2 || len(got) != 2 || got[0] != `[WARNING] Testing: 2\nfailed user="anna b"` {
		t.Errorf("Formatted() = %q", got)
	}
	lines := strings.Split(got[1], "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "  | ") != (i > 0) {
			t.Errorf("line %d is %q", i, line)
		}
	}
	if last := lines[len(lines)-1]; lines[0] != "[ERROR] Testing: cannot open" || !strings.HasSuffix(last, "no such file") {
		t.Errorf("the error is %q", lines)
	}
}

// Formatted always returns the current records.
func TestFormattedCache(t *testing.T) {
	rec := logbooktest.Record(t)
	log.Warn("first")
	first := rec.Formatted()
	first[0] = "changed by the caller"
	if got := rec.Formatted(); got[0] != "[WARNING] Testing: first" {
		t.Errorf("a caller changed the kept lines: %q", got)
	}
	log.Warn("second")
	want := []string{"[WARNING] Testing: first", "[WARNING] Testing: second"}
	if got := rec.Formatted(); !slices.Equal(got, want) {
		t.Errorf("Formatted() = %q, want %q", got, want)
	}
	rec.Reset()
	log.Warn("third")
	if got, want := rec.Formatted(), []string{"[WARNING] Testing: third"}; !slices.Equal(got, want) {
		t.Errorf("after Reset: Formatted() = %q, want %q", got, want)
	}
}

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

// golden returns a recorder with the records of the golden samples, which Python
// Logbook's TestHandler made, and the samples.
func golden(t *testing.T) (rec *logbooktest.Recorder, lines []string) {
	t.Helper()
	readJSON(t, "testhandler_formatted_records.json", &lines)
	line := regexp.MustCompile(`(?s)^\[(\w+)\] ([\w.]+): (.*?)(?:\n(Traceback.*))?$`)
	rec = logbooktest.NewRecorder()
	for _, text := range lines {
		m := line.FindStringSubmatch(text)
		level, err := logbook.ParseLevel(m[1])
		if err != nil {
			t.Fatal(err)
		}
		d := logbook.RecordData{Level: level, Channel: m[2], Message: m[3]}
		if m[4] != "" {
			d.Error = &logbook.ErrorInfo{Trace: m[4]}
		}
		logbook.InGoroutine(func() { logbook.Dispatch(t.Context(), logbook.NewRecord(d)) }, rec)
	}
	return rec, lines
}

func TestGoldenFormatted(t *testing.T) {
	rec, want := golden(t)
	got := rec.Formatted()
	for i := range got {
		got[i] = strings.ReplaceAll(got[i], "\n  | ", "\n") // Python does not indent
	}
	if !slices.Equal(got, want) {
		t.Errorf("Formatted() =\n%q\nwant\n%q", got, want)
	}
}

func TestGoldenProbes(t *testing.T) {
	rec, _ := golden(t)
	var want map[string]bool
	readJSON(t, "testhandler_probes.json", &want)
	matching := func(expr string) logbooktest.Probe { return logbooktest.Matching(regexp.MustCompile(expr)) }
	got := map[string]bool{
		"has_infos":                    rec.HasInfos(),
		"has_warnings":                 rec.HasWarns(),
		"has_notices":                  rec.HasNotices(),
		"has_errors":                   rec.HasErrors(),
		"has_criticals":                rec.HasCriticals(),
		"has_debugs":                   rec.HasDebugs(),
		"has_traces":                   rec.HasTraces(),
		"has_info('Hello, World!')":    rec.HasInfo("Hello, World!"),
		"has_info('Hello')":            rec.HasInfo("Hello"),
		"has_info(re 'Hello')":         rec.HasInfos(matching("Hello")),
		"has_info(re '^World')":        rec.HasInfos(matching("^World")),
		"has_error(channel='Generic')": rec.HasErrors(logbooktest.Channel("Generic")),
		"has_warning()":                rec.HasWarns(),

		"has_info('Hello, World!', channel='app.web')": rec.HasInfo("Hello, World!", logbooktest.Channel("app.web")),
		"has_info('Hello, World!', channel='other')":   rec.HasInfo("Hello, World!", logbooktest.Channel("other")),
	}
	for name := range want {
		if g, ok := got[name]; !ok || g != want[name] {
			t.Errorf("%s = %v, want %v", name, g, want[name])
		}
	}
}

type temperature float64

var errBase = errors.New("base")

func TestAttr(t *testing.T) {
	rec := logbooktest.Record(t)
	when := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	log.With("user", "alice").Error("message", "int", 5, "uint", uint(5), "string", "5", "float", 1.5, "bool", true,
		"time", when, "duration", time.Second, "nil", nil, "level", logbook.LevelWarn, "named", temperature(20),
		"list", []string{"a", "b"}, "map", map[string]int{"n": 1}, "struct", struct{ X []int }{[]int{1}},
		"plain", fmt.Errorf("wrapped: %w", errBase), slog.Group("g", "a", 1, "b", []int{2}), logbook.Err(io.EOF))
	tests := []struct {
		key   string
		value any
		want  bool
	}{
		{"user", "alice", true},
		{"user", "bob", false},
		{"missing", nil, false},
		{"int", 5, true},
		{"int", int64(5), true},
		{"int", int8(5), true},
		{"int", uint(5), false},
		{"int", "5", false},
		{"int", slog.IntValue(5), true},
		{"uint", uint64(5), true},
		{"string", "5", true},
		{"string", 5, false},
		{"float", float32(1.5), true},
		{"float", 1.6, false},
		{"bool", true, true},
		{"bool", false, false},
		{"time", when.In(time.FixedZone("", 3600)), true},
		{"time", when.Add(1), false},
		{"duration", time.Second, true},
		{"duration", int64(time.Second), false},
		{"nil", nil, true},
		{"nil", "", false},
		{"level", logbook.LevelWarn, true},
		{"level", logbook.LevelError, false},
		{"named", temperature(20), true},
		{"named", temperature(21), false},
		{"list", []string{"a", "b"}, true},
		{"list", []string{"a"}, false},
		{"map", map[string]int{"n": 1}, true},
		{"map", map[string]int{"n": 2}, false},
		{"struct", struct{ X []int }{[]int{1}}, true},
		{"struct", struct{ X []int }{[]int{2}}, false},
		{"plain", errBase, true},
		{"plain", errors.New("wrapped: base"), true},
		{"plain", "wrapped: base", true},
		{"plain", io.EOF, false},
		{"plain", "base", false},
		{"plain", 5, false},
		{"error", io.EOF, true},
		{"error", "EOF", true},
		{"error", errBase, false},
		{"g.a", 1, true},
		{"g.a", 2, false},
		{"g", slog.GroupValue(slog.Int("a", 1), slog.Any("b", []int{2})), true},
		{"g", slog.GroupValue(slog.Int("a", 1), slog.Any("b", []int{3})), false},
		{"g", slog.GroupValue(slog.Int("a", 1)), false},
	}
	for _, tt := range tests {
		if got := rec.Has(logbook.LevelError, logbooktest.Attr(tt.key, tt.value)); got != tt.want {
			t.Errorf("Attr(%q, %T %v) = %v", tt.key, tt.value, tt.value, got)
		}
	}
}

func TestErrorIs(t *testing.T) {
	rec := logbooktest.Record(t)
	log.Exception(fmt.Errorf("wrapped: %w", errBase), "failed")
	log.Warn("no error")
	if !rec.HasErrors(logbooktest.ErrorIs(errBase)) || rec.HasErrors(logbooktest.ErrorIs(io.EOF)) || rec.HasWarns(logbooktest.ErrorIs(errBase)) {
		t.Error(rec)
	}
}

func TestMessage(t *testing.T) {
	rec := logbooktest.Record(t)
	log.Info("hello {name}", "name", "you")
	if !rec.HasInfos(logbooktest.Message("hello you")) || rec.HasInfos(logbooktest.Message("hello {name}")) {
		t.Error(rec)
	}
}

func TestRecordBindsToOneGoroutine(t *testing.T) {
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			rec := logbooktest.Record(t)
			for n := range 100 {
				log.Info("test {i}, record {n}", "i", i, "n", n)
			}
			records := rec.Records()
			if len(records) != 100 {
				t.Fatalf("%d records", len(records))
			}
			for n, r := range records {
				if want := fmt.Sprintf("test %d, record %d", i, n); r.Message() != want {
					t.Fatalf("record %d is %q, want %q", n, r.Message(), want)
				}
			}
		})
	}
}

// A record that reaches the recorder through both its goroutine and its context is kept
// once, whichever was bound first.
func TestContext(t *testing.T) {
	fake := new(fakeT)
	rec := logbooktest.Record(fake)
	ctx := rec.Context(rec.Context(t.Context()))
	log.InfoContext(ctx, "bound twice")
	logbook.InGoroutine(func() { log.InfoContext(ctx, "bound three times") }, rec)
	var wg sync.WaitGroup
	wg.Go(func() { log.InfoContext(ctx, "elsewhere") })
	wg.Wait()
	want := []string{"[INFO] Testing: bound twice", "[INFO] Testing: bound three times", "[INFO] Testing: elsewhere"}
	if got := rec.Formatted(); !slices.Equal(got, want) {
		t.Errorf("Formatted() = %q, want %q", got, want)
	}

	fake.end()
	below := logbooktest.Record(t)
	log.Info("after the end")
	log.InfoContext(ctx, "after the end, with the context")
	if rec.HasInfo("after the end") || rec.HasInfo("after the end, with the context") || len(below.Records()) != 2 {
		t.Errorf("the recorder of a test that has ended has %v, the new one %v", rec, below)
	}
}

func TestConcurrentUse(t *testing.T) {
	rec := logbooktest.Record(t)
	ctx := rec.Context(t.Context())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 50 {
				log.WarnContext(ctx, "record {n}", "n", n, "i", i)
				if !rec.HasWarn(fmt.Sprint("record ", n), logbooktest.Attr("i", i)) {
					t.Error("a record is missing after its call returned")
				}
				_, _ = rec.Formatted(), rec.String()
			}
		})
	}
	wg.Wait()
	if n := len(rec.Records()); n != 400 {
		t.Errorf("%d records", n)
	}
}

func TestString(t *testing.T) {
	rec := logbooktest.NewRecorder()
	if got := rec.String(); got != "0 records" {
		t.Errorf("String() = %q", got)
	}
	one := logbooktest.NewRecorder()
	logbook.InGoroutine(func() { log.Info("one") }, one)
	if got := one.String(); !strings.HasPrefix(got, "1 record\n") {
		t.Errorf("String() = %q", got)
	}
	logbook.InGoroutine(func() {
		log.Info("served {path}", "path", "/", "user", "alice")
		log.Error("failed", logbook.Err(io.EOF))
	}, rec)
	want := regexp.MustCompile(`^2 records\nrecorder_test.go:\d+: \[INFO\] Testing: served / user=alice\n` +
		`recorder_test.go:\d+: \[ERROR\] Testing: failed\n  \| \*errors.errorString: EOF$`)
	if got := rec.String(); !want.MatchString(got) {
		t.Errorf("String() = %q", got)
	}
}

func TestEcho(t *testing.T) {
	fake := new(fakeT)
	rec := logbooktest.RecordWith(fake, &logbooktest.Options{Echo: true})
	ctx := rec.Context(context.Background())
	log.Debug("first", "n", 1)
	log.Info("second\nline")
	fake.end()
	if err := rec.Handle(logbook.NewRecord(logbook.RecordData{Message: "too late"})); err != nil {
		t.Error(err)
	}
	logbook.InGoroutine(func() { log.InfoContext(ctx, "too late") }, logbook.Null{})
	want := regexp.MustCompile(`^recorder_test.go:\d+: \[DEBUG\] Testing: first n=1\nrecorder_test.go:\d+: \[INFO\] Testing: second\\nline\n$`)
	if got := fake.output.String(); !want.MatchString(got) {
		t.Errorf("output = %q", got)
	}
	quiet := new(fakeT)
	logbooktest.Record(quiet)
	log.Info("not echoed")
	quiet.end()
	if quiet.output.Len() != 0 {
		t.Errorf("echoed without the option: %q", quiet.output.String())
	}
}

func TestFailOn(t *testing.T) {
	failOnError := &logbooktest.Options{FailOn: logbook.LevelError}
	tests := []struct {
		name    string
		options *logbooktest.Options
		test    func(rec *logbooktest.Recorder)
		want    string // expression that finds something in the failure; "": passes
	}{
		{"unexpected", failOnError, func(*logbooktest.Recorder) { log.Error("broken", "n", 1) },
			`(?m)^recorder_test.go:\d+: \[ERROR\] Testing: broken n=1$`},
		{"above", failOnError, func(*logbooktest.Recorder) { log.Critical("broken") }, `CRITICAL`},
		{"below", failOnError, func(*logbooktest.Recorder) { log.Warn("warned") }, ``},
		{"no options", nil, func(*logbooktest.Recorder) { log.Error("broken") }, ``},
		{"asked for", failOnError, func(rec *logbooktest.Recorder) {
			log.Error("broken")
			rec.HasError("broken")
		}, ``},
		{"asked for all", failOnError, func(rec *logbooktest.Recorder) {
			log.Error("one")
			log.Error("two")
			rec.HasErrors()
		}, ``},
		{"asked for before", failOnError, func(rec *logbooktest.Recorder) {
			rec.HasError("broken")
			log.Error("broken")
		}, `broken`},
		{"asked for another", failOnError, func(rec *logbooktest.Recorder) {
			log.Error("one")
			log.Error("two")
			rec.HasError("one")
		}, `unexpected records:\n.*two$`},
		{"allowed", failOnError, func(rec *logbooktest.Recorder) {
			log.Error("early")
			rec.Allow(logbook.LevelError, logbooktest.Matching(regexp.MustCompile("early|late")), logbooktest.Channel("Testing"))
			log.Error("late")
		}, ``},
		{"another allowed", failOnError, func(rec *logbooktest.Recorder) {
			rec.Allow(logbook.LevelError, logbooktest.Message("one"), logbooktest.Channel("other"))
			rec.Allow(logbook.LevelCritical)
			log.Error("one")
		}, `one`},
		{"reset", failOnError, func(rec *logbooktest.Recorder) {
			log.Error("broken")
			rec.Reset()
		}, `broken`},
		{"asked for, reset", failOnError, func(rec *logbooktest.Recorder) {
			log.Error("broken")
			rec.HasErrors()
			rec.Reset()
		}, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake := new(fakeT)
			tt.test(logbooktest.RecordWith(fake, tt.options))
			fake.end()
			switch {
			case tt.want == "" && len(fake.failures) > 0:
				t.Errorf("failed: %q", fake.failures)
			case tt.want != "" && (len(fake.failures) != 1 || !regexp.MustCompile(tt.want).MatchString(fake.failures[0])):
				t.Errorf("failures = %q, want one with %s", fake.failures, tt.want)
			}
		})
	}
}
