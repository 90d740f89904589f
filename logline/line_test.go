package logline_test

import (
	"cmp"
	"encoding/json"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// sample is a line and the result of show for it.
type sample struct{ name, line, want string }

func testLines(t *testing.T, samples []sample) {
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			if got := show(logline.Parse([]byte(s.line), testNow)); got != s.want {
				t.Errorf("line %q\n got %s\nwant %s", s.line, got, s.want)
			}
			checkWords(t, s.line)
		})
	}
}

func TestLineEnding(t *testing.T) {
	testLines(t, []sample{
		{"newline", "INFO: x\n", `text INFO "x"`},
		{"return and newline", "INFO: x\r\n", `text INFO "x"`},
		{"return", "INFO: x\r", `text INFO "x"`},
		{"one only", "x\n\n", `plain "x\n"`},
		{"JSON", "{\"msg\":\"x\"}\r\n", `json "x"`},
	})
}

func TestHostileBytes(t *testing.T) {
	testLines(t, []sample{
		{"plain", "\x00\xff\xfe\x7f", `plain "\x00\xff\xfe\x7f"`},
		{"text", "ERROR: \x00\xff", `text ERROR "\x00\xff"`},
		{"JSON string", "{\"msg\":\"\x00\xff\t\"}", `json "\x00\xff\t"`},
		{"JSON key", "{\"\xff\":1}", "json \"\" {\xff=1}"},
		{"logfmt value", "msg=\"\xff\" a=\xfe", `logfmt "\xff" {a="\xfe"}`},
		{"logfmt value with escape", "msg=\"\xff\\n\" a=1", `plain "msg=\"\xff\\n\" a=1"`},
		{"almost Kafka", "[2024-02-29 13:37:42,0] (A.)", `text 2024-02-29T13:37:42+05:30 "(A.)"`},
		{"NUL in a level", "ERR\x00OR: x", `plain "ERR\x00OR: x"`},
		{"level off the scale", `{"level":"ERROR+120","msg":"x"}`, `json "x" {level="ERROR+120"}`},
		{"level with a long distance", `{"level":"ERROR+0000000000000000000001","msg":"x"}`, `json "x" {level="ERROR+0000000000000000000001"}`},
		{"pid off the scale", "Nov 20 10:32:01 vm app[99999999999]: x", `text 2026-11-20T10:32:01+05:30 channel=app "x" {host="vm" process="99999999999"}`},
		{"year 0", "0000-01-01T00:00:00Z x", `text 0000-01-01T00:00:00Z "x"`},
		{"zone off the scale", "2024-02-29T13:37:42+99:99 x", `plain "2024-02-29T13:37:42+99:99 x"`},
	})
}

// longUnits are repeated in long lines.
var longUnits = []string{
	"a", " ", "[", "<", "\"", "\\", "=", "a=", "a=1 ", "a=\"", "a=\"\\\\", " {\"", "a{", ", a: ", " a=1 =", ":", "a:", "- ", " - ", "\t", "INFO ", "[1]", "[INFO]", ".go:1: ",
	"\x1b[", "\x1b[3", "\x1b[31m", "[a b=\"", "[a]", "{", "{\"a\":", "[{\"a\":1,\"a\":", "0", "1 ", "\xff", "\x00",
	"(", ")", "] ", "|", " | ", ",", ",\"", "'", "a='", "/", "::", "{a", "a.", "<1>", "2026-03-05 10:11:12 ", ";", "@", "ERROR:  ", " }", "> ", "a(", "…",
}

// Parsing long lines takes linear time; in quadratic time the test would not end.
func TestLongLines(t *testing.T) {
	const n = 1 << 18
	stamp := "2024-02-29 13:37:42 "
	for _, head := range []string{"", stamp, stamp + "- ", "[" + stamp, "Nov 20 10:32:01 ", "<13>1 - - - - - ", "INFO:", "level=info ", "E1120 10:32:01.123456 1 a.go:1] ", "INFO[0012] ", " INFO a{", "  2024-02-29T13:37:42.123456Z  INFO a: ", "[10:11:12.123] INFO: ", "info: ", "2024-02-29T13:37:42Z ERR "} {
		for _, unit := range longUnits {
			line := head + strings.Repeat(unit, n/len(unit))
			l := logline.Parse([]byte(line), testNow)
			if l.Message == "" && len(l.Attrs) == 0 {
				t.Errorf("%q and many %q: nothing left", head, unit)
			}
		}
	}
	for _, line := range []string{
		`{"a":[` + strings.Repeat(`{"a":[],"a":1},`, n/15) + `1]}`,
		`{"a":"` + strings.Repeat(`\ud800`, n/6) + `"}`,
		`{` + strings.Repeat(`"a":1,`, n/6) + `"a":1}`,
		`{"a":` + strings.Repeat("9", n) + `}`,
		`{"level":"` + strings.Repeat("x", n) + `"}`,
	} {
		if l := logline.Parse([]byte(line), testNow); l.Format != logline.JSON {
			t.Errorf("%.20q...: format %s", line, l.Format)
		}
	}
}

// A line that begins as a sample and goes on with much of the same takes linear time and memory.
func TestLongLinesOfFormats(t *testing.T) {
	const small, factor = 16 << 10, 8
	k := 0
	for _, f := range logline.Formats() {
		sample, _, _ := strings.Cut(f.Sample, "\n")
		for i := range len(sample) + 1 {
			if i > 0 && i < len(sample) && !strings.ContainsRune(" ]|:-\"=[({<>,\t/", rune(sample[i-1])) {
				continue
			}
			k++
			unit := longUnits[k*7%len(longUnits)]
			few := allocated(sample[:i] + strings.Repeat(unit, small/len(unit)))
			many := allocated(sample[:i] + strings.Repeat(unit, small*factor/len(unit)))
			if many > 2*factor*few+1<<20 {
				t.Errorf("%q and many %q: allocated %d bytes, and %d for %d times as many", sample[:i], unit, few, many, factor)
			}
		}
	}
}

// allocated returns the number of bytes that Parse allocates for a line.
func allocated(line string) uint64 {
	b := []byte(line)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	logline.Parse(b, testNow)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestDepth(t *testing.T) {
	nest := func(open, closing string, levels int) string {
		return `{"a":` + strings.Repeat(open, levels-1) + "1" + strings.Repeat(closing, levels-1) + "}"
	}
	for _, kind := range [][2]string{{"[", "]"}, {`{"b":`, "}"}} {
		if l := logline.Parse([]byte(nest(kind[0], kind[1], 100)), testNow); l.Format != logline.JSON {
			t.Errorf("100 levels of %s: format %s", kind[0], l.Format)
		}
		line := nest(kind[0], kind[1], 101)
		if l := logline.Parse([]byte(line), testNow); l.Format != logline.Plain || l.Message != line {
			t.Errorf("101 levels of %s: format %s", kind[0], l.Format)
		}
	}
	// Adjacent objects are not nested.
	if l := logline.Parse([]byte(`{"a":[`+strings.Repeat("[],{},", 200)+"1]}"), testNow); l.Format != logline.JSON {
		t.Errorf("200 adjacent values: format %s", l.Format)
	}
}

func TestParseKeepsNoReference(t *testing.T) {
	line := []byte(`{"level":"info","msg":"hello","a":"b"}`)
	l := logline.Parse(line, testNow)
	clear(line)
	if got, want := show(l), `json INFO "hello" {a="b"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLevelNames(t *testing.T) {
	levels := map[logbook.Level]string{
		logbook.LevelTrace:    "vrb trace TRACE trc TRC trac",
		logbook.LevelDebug:    "debug Debug DBG debu verbose",
		logbook.LevelInfo:     "info Info INFO inf INF Information",
		logbook.LevelSuccess:  "success SUCCESS",
		logbook.LevelNotice:   "notice NOTICE INFO+2 warn-2",
		logbook.LevelWarn:     "warn WARN warning Warning WRN wrn",
		logbook.LevelError:    "error ERROR err ERRO severe",
		logbook.LevelCritical: "critical crit fatal FTL fata panic PNC pani dpanic alert emerg emergency ERROR+4",
		logbook.LevelNotSet:   "NOTSET",
		-128 + 1:              "NOTSET+1 TRACE-119",
		127:                   "ERROR+119",
	}
	for want, names := range levels {
		for _, name := range strings.Fields(names) {
			l := logline.Parse([]byte(`{"level":"`+name+`","msg":"x"}`), testNow)
			if !l.HasLevel || l.Level != want {
				t.Errorf("%s: got %v (%v), want %v", name, l.Level, l.HasLevel, want)
			}
		}
	}
	for _, name := range []string{"", "infos", "INFO+", "INFO+x", "INFO 2", "+2", "-", "ERROR+120", "NOTSET-1", "i"} {
		if l := logline.Parse([]byte(`{"level":"`+name+`","msg":"x"}`), testNow); l.HasLevel || l.Level != 0 || len(l.Attrs) != 1 {
			t.Errorf("%q: got %v, want no level", name, l.Level)
		}
	}
}

// Every level is recognized in Logbook's text and JSON.
func TestLogbookLevels(t *testing.T) {
	for i := -127; i <= 127; i++ {
		lv := logbook.Level(i)
		for _, line := range []string{
			"[2024-02-29 13:37:42.123456] " + lv.String() + ": c: x",
			`{"time":"2024-02-29T13:37:42Z","level":"` + lv.String() + `","channel":"c","msg":"x"}`,
		} {
			l := logline.Parse([]byte(line), testNow)
			if l.Level != lv || l.Format != logline.Logbook || l.Channel != "c" || l.Message != "x" {
				t.Errorf("%s: got %s", line, show(l))
			}
		}
	}
}

func TestNowGivesZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 1, 0, 30, 0, 0, berlin)
	for line, want := range map[string]string{
		"2026-07-01 12:00:00 x":                        "2026-07-01T12:00:00+02:00",
		"2026-01-01 12:00:00 x":                        "2026-01-01T12:00:00+01:00",
		"Dec 31 23:59:59 vm app: x":                    "2025-12-31T23:59:59+01:00",
		"Jan  1 23:59:59 vm app: x":                    "2026-01-01T23:59:59+01:00",
		"23:59:59 INFO x":                              "2025-12-31T23:59:59+01:00",
		`{"ts":1782900000,"level":"info","msg":"x"}`:   "2026-07-01T12:00:00+02:00",
		`{"ts":1782900000.5,"level":"info","msg":"x"}`: "2026-07-01T12:00:00.5+02:00",
	} {
		if got := logline.Parse([]byte(line), now).Time.Format(time.RFC3339Nano); got != want {
			t.Errorf("%s: got %s, want %s", line, got, want)
		}
	}
	// On New Year's Eve, a clock that is ahead may write a line of the new year.
	now = time.Date(2025, 12, 31, 23, 59, 0, 0, time.UTC)
	if got := logline.Parse([]byte("Jan  1 00:00:10 vm app: x"), now).Time; got.Year() != 2026 {
		t.Errorf("a minute ahead of the year: got %s", got)
	}
}

// uncolored returns a line as Parse sees it: without a byte order mark and without colors, unless
// it may be JSON.
func uncolored(line string) string {
	line = strings.TrimPrefix(line, "\ufeff")
	if strings.HasPrefix(line, "{") {
		return line
	}
	return colors.ReplaceAllString(line, "")
}

var colors = regexp.MustCompile(`\x1b\[[0-9;:]{0,29}[mK]`)

func FuzzParse(f *testing.F) {
	for _, s := range slices.Concat(jsonSamples, logfmtSamples, textSamples, syslogSamples) {
		f.Add([]byte(s.line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		given := string(line)
		l := logline.Parse(line, testNow)
		if string(line) != given {
			t.Fatal("the line was changed")
		}
		text := strings.TrimSuffix(strings.TrimSuffix(given, "\n"), "\r")
		if l.Format == logline.Plain || l.Format == logline.Wire {
			want := logline.Line{Format: l.Format, Message: text}
			if l.Format == logline.Plain {
				want.Message = cmp.Or(uncolored(text), text)
			}
			if show(l) != show(want) {
				t.Fatalf("%q: got %s", given, show(l))
			}
		} else if l.Message == "" && l.Channel == "" && len(l.Attrs) == 0 && l.Err == "" && l.Stack == "" && text != "" && !strings.ContainsAny(text, "\\") && !strings.Contains(text, "msg") && !strings.Contains(text, "message") &&
			l.Time.IsZero() && !l.HasLevel {
			// The message may be empty only if a field for it is empty, or after a time or level.
			t.Fatalf("%q: the result is empty: %s", given, show(l))
		}
		if l.Format == logline.Text && !strings.ContainsAny(text, "\x1b\"") && !strings.Contains(text, l.Message) {
			t.Fatalf("%q: message %q is not part of the line", given, l.Message)
		}
		if !l.HasLevel && l.Level != 0 {
			t.Fatalf("%q: level %v without HasLevel", given, l.Level)
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(line, &object) == nil && len(object) > 0 && strings.Count(text, "{")+strings.Count(text, "[") <= 100 {
			if l.Format == logline.Plain || l.Format == logline.Text {
				t.Fatalf("%q: JSON not recognized: %s", given, show(l))
			}
			if l.Format != logline.Wire {
				noneLost(t, l, object)
			}
		}
	})
}

// noneLost checks that each member of a JSON object is an attribute or a part
// of the line.
func noneLost(t *testing.T, l logline.Line, object map[string]json.RawMessage) {
	attrs := map[string]bool{}
	for _, a := range l.Attrs {
		attrs[a.Key] = true
	}
	for key := range object {
		if attrs[key] {
			continue
		}
		has := partOf[key]
		// encoding/json replaces invalid UTF-8 in keys; we keep it.
		taken := has != nil && has(&l) || strings.ContainsRune(key, '\ufffd')
		if !taken {
			t.Fatalf("%q is lost: %s", key, show(l))
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, bb := range []struct{ name, line string }{
		{"slog", `{"time":"2026-11-20T10:40:31.3557238Z","level":"INFO","msg":"served","method":"GET","path":"/a/b","status":200,"took":1.25,"user":{"id":7,"name":"ann"}}`},
		{"zap", `{"level":"error","ts":1795171231.3558092,"logger":"http","caller":"app/main.go:38","msg":"failed","error":"boom","n":3,"stacktrace":"main.main\n\t/srv/app/main.go:38"}`},
		{"zerolog", `{"level":"info","method":"GET","path":"/a/b","status":200,"time":1795171263994,"message":"served"}`},
		{"logrus", `{"animal":"walrus","level":"warning","msg":"A walrus","size":10,"time":"2026-11-20T10:41:03Z"}`},
		{"pino", `{"level":30,"time":1795171237264,"pid":5823,"hostname":"vm","a":1,"o":{"b":2},"msg":"hello"}`},
		{"logbook", `{"time":"2024-02-29T13:37:42.5+02:00","level":"NOTICE","channel":"app.web","msg":"hi","method":"GET","status":200}`},
		{"wire", `{"channel": "app.web", "msg": "Hello, World!", "args": [], "kwargs": {}, "level": 11, "extra": {}, "heavy_initialized": true, "information_pulled": true}`},
		{"logfmt", `time=2026-11-20T10:40:31.355Z level=INFO msg="hello world" method=GET path=/a/b status=200 took=1.25ms`},
		{"zapconsole", "2026-11-20T10:40:31.355Z\tINFO\thttp\tapp/main.go:44\tserved it\t{\"n\": 3, \"p\": \"/x\"}"},
		{"logbooktext", `[2024-02-29 13:37:42.123456] INFO: app.web: Hello, World!`},
		{"python", `2024-02-29 13:37:42,123 - name - WARNING - text`},
		{"log", `2009/11/10 23:00:00 main.go:12: message: here`},
		{"klog", `E1120 10:32:01.123456   1234 file.go:12] text`},
		{"syslog3164", `<27>Nov 20 10:41:04 vm app[6130]: hi there`},
		{"syslog5424", `<13>1 2026-11-20T10:41:04.125640+00:00 vm app 6128 ID47 [ex@32473 a="b c"] hi there`},
		{"level", `WARNING: the disk is nearly full`},
		{"plain", `a line of text that is of no format at all, with x=1 in it`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			line := []byte(bb.line)
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				logline.Parse(line, testNow)
			}
		})
	}
}
