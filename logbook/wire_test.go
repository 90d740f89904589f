package logbook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/pyjson"
	. "github.com/logbook-go/logbook/logbook"
)

// wireKeys are the 23 keys of Python Logbook's record.to_dict.
var wireKeys = []string{
	"channel", "msg", "args", "kwargs", "level", "extra", "frame_correction", "process", "heavy_initialized",
	"time", "message", "process_name", "exception_name", "formatted_exception", "exception_message", "module",
	"filename", "greenlet", "func_name", "lineno", "thread", "thread_name", "information_pulled",
}

func decodeWire(t *testing.T, data []byte) *Record {
	t.Helper()
	r := new(Record)
	if err := r.UnmarshalJSON(data); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return r
}

func encodeWire(t *testing.T, r *Record) []byte {
	t.Helper()
	b, err := Wire().AppendFormat(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Records from Python Logbook are read, and written as they were received.
func TestGoldenRecordsRoundTrip(t *testing.T) {
	files, err := filepath.Glob("testdata/wire/*.json")
	if err != nil || len(files) != 16 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r := decodeWire(t, data)
			if r.Message() == "" || r.Time().IsZero() || r.PID() != 4242 {
				t.Errorf("%q %v %d", r.Message(), r.Time(), r.PID())
			}
			if got := encodeWire(t, r); !bytes.Equal(got, data) {
				t.Errorf("wrote\n%s\nreceived\n%s", got, data)
			}
			strict, err := json.Marshal(r)
			if err != nil || !json.Valid(strict) {
				t.Errorf("MarshalJSON: %v %s", err, strict)
			}
		})
	}
}

func TestGoldenContent(t *testing.T) {
	read := func(name string) *Record {
		data, err := os.ReadFile("testdata/wire/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		return decodeWire(t, data)
	}
	r := read("r02_args_kwargs")
	if r.Message() != "User alice from 10.0.0.1 took 1.500s ('alice') v" || r.Level() != LevelWarn || r.Text("host") != "10.0.0.1" || r.Text("d.k") != "v" {
		t.Error(r.Message(), r.Level(), r.Text("host"), r.Text("d.k"))
	}
	if r = read("r04_exception"); r.ErrorInfo().Type != "builtins.ValueError" || r.Err().Error() != "bad välue" ||
		!strings.Contains(r.ErrorInfo().Traceback(), "ZeroDivisionError") {
		t.Error(r.ErrorInfo(), r.Err())
	}
	if r = read("r06_no_channel"); r.Channel() != "" || r.Message() != "no channel" {
		t.Errorf("%q %q", r.Channel(), r.Message())
	}
	if s := read("r01_plain_info").Source(); s.Line == 0 || !strings.HasSuffix(s.File, "common.py") || s.Function != "common.r01_plain_info" {
		t.Error(s)
	}
	if s := read("x02_introspection_off").Source(); *s != (slog.Source{}) {
		t.Error(s)
	}
	if l := read("r09_trace").Level(); l != LevelTrace {
		t.Error(l)
	}
	if r = read("r03_extra_nested"); r.Text("nested.deep.when") != "2024-02-29T01:02:03.40Z" || r.Text("user") != "Jürgen" || r.Text("big") != "18446744073709551616" {
		t.Error(r.Text("nested.deep.when"), r.Text("user"), r.Text("big"))
	}
	if r = read("x05_processor_extra"); len(r.Data().Extra) == 0 {
		t.Error("the processor's attributes are lost")
	}
}

// wireMessage builds a received record with one field replaced.
func wireMessage(key, value string) string {
	fields := map[string]string{
		"channel": `"c"`, "level": "14", "msg": `"m"`, "message": `"m"`, "extra": "{}", "args": "[]", "kwargs": "{}",
		"time": `"2024-02-29T13:37:42.005000Z"`, "heavy_initialized": "true", "information_pulled": "true",
	}
	if key != "" {
		fields[key] = value
	}
	var parts []string
	for k, v := range fields {
		if v != "" {
			parts = append(parts, fmt.Sprintf("%q: %s", k, v))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// Microseconds keep their leading zeros.
func TestMicrosecondsKeepZeros(t *testing.T) {
	at := time.Date(2024, 2, 29, 13, 37, 42, 5_000_000, time.FixedZone("", 3600))
	out := string(encodeWire(t, NewRecord(RecordData{Time: at, Message: "m"})))
	if !strings.Contains(out, `"time": "2024-02-29T12:37:42.005000Z"`) {
		t.Error(out)
	}
}

// A process id that is not known is null, as in Python.
func TestUnknownProcess(t *testing.T) {
	r := NewRecord(RecordData{Message: "m", PID: -1})
	out := encodeWire(t, r)
	if !bytes.Contains(out, []byte(`"process": null, `)) {
		t.Errorf("%s", out)
	}
	if pid := decodeWire(t, out).PID(); pid != 0 {
		t.Errorf("read as process %d", pid)
	}
}

// Records with Python's extensions of JSON are not lost.
func TestPythonJSONExtensions(t *testing.T) {
	tests := []struct{ json, text string }{
		{"NaN", "nan"},
		{"Infinity", "inf"},
		{"-Infinity", "-inf"},
		{"18446744073709551616", "18446744073709551616"},
		{`"a\ud800b"`, "a\ufffdb"},
		{"[NaN, {\"a\": Infinity}]", `["NaN",{"a":"+Inf"}]`},
		{"{}", "{}"},
		{"null", "<nil>"},
	}
	for _, tt := range tests {
		r := decodeWire(t, []byte(wireMessage("extra", `{"x": `+tt.json+`}`)))
		if got := r.Text("x"); got != tt.text {
			t.Errorf("%s: %q, want %q", tt.json, got, tt.text)
		}
		if line, err := JSON(nil).AppendFormat(nil, r); err != nil || !json.Valid(line) || !bytes.Contains(line, []byte(`"x":`)) {
			t.Errorf("%s: %v %s", tt.json, err, line)
		}
	}
	if r := decodeWire(t, []byte(wireMessage("channel", "null"))); r.Channel() != "" {
		t.Error(r.Channel())
	}
}

// Times are read as by Logbook's helpers, and with up to nine digits of a second.
func TestWireTimes(t *testing.T) {
	day := time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		text string
		want time.Time
	}{
		{"2000-01-01T12:00:00.12Z", day.Add(120 * time.Millisecond)},
		{"2000-01-01T12:00:00.123456789Z", day.Add(123456789)},
		{"2000-01-01T12:00:00Z", day},
		{"2000-01-01T12:00:00", day},
		{"2000-01-01T12:00Z", day},
		{"2000-01-01T12:00", day},
		{"20000101T12:00:00Z", day},
		{"2000-01-01T12:00:00+01:00", day.Add(-time.Hour)},
		{"2000-01-01T12:00:00-01:00", day.Add(time.Hour)},
		{"2000-01-01T12:00:00.5000Z", day.Add(500 * time.Millisecond)},
	}
	for _, tt := range tests {
		r := decodeWire(t, []byte(wireMessage("time", `"`+tt.text+`"`)))
		if !r.Time().Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.text, r.Time(), tt.want)
		}
	}
	for _, bad := range []string{"foo", "", "2000-01-01", "2000-02-30T00:00:00Z", "2000-01-01T24:00:00Z", "2000-01-01 12:00:00"} {
		if err := new(Record).UnmarshalJSON([]byte(wireMessage("time", `"`+bad+`"`))); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestReceivedLevels(t *testing.T) {
	for n, want := range map[string]Level{
		"0": LevelNotSet, "9": LevelTrace, "10": LevelDebug, "11": LevelInfo, "12": LevelNotice, "13": LevelWarn,
		"14": LevelError, "15": LevelCritical, "1": LevelDebug, "6": LevelCritical, "37": LevelCritical, "-5": LevelNotSet,
	} {
		if got := decodeWire(t, []byte(wireMessage("level", n))).Level(); got != want {
			t.Errorf("%s: %v, want %v", n, got, want)
		}
	}
}

func TestRefusedRecords(t *testing.T) {
	for name, text := range map[string]string{
		"":                  `[1]`,
		"level":             wireMessage("level", `"ERROR"`),
		"time":              wireMessage("time", `5`),
		"channel":           wireMessage("channel", `{}`),
		"extra":             wireMessage("extra", `[]`),
		"kwargs":            wireMessage("kwargs", `"x"`),
		"message":           wireMessage("message", `1`),
		"exception_message": wireMessage("exception_name", `"x", "exception_message": 1`),
	} {
		r := NewRecord(RecordData{Message: "before"})
		err := r.UnmarshalJSON([]byte(text))
		var e *WireError
		if !errors.As(err, &e) || e.Key != name {
			t.Errorf("%s: %v", text, err)
		}
		if r.Message() != "before" {
			t.Errorf("%s: the record was changed", text)
		}
	}
	for _, key := range []string{"level", "time"} {
		if err := new(Record).UnmarshalJSON([]byte(wireMessage(key, ""))); err == nil {
			t.Errorf("a record without %s was read", key)
		}
	}
}

// A record can be written and read without loss.
func TestWireRoundTrip(t *testing.T) {
	var out []byte
	log := New("app.db").With("host", "h1")
	h := NewHandler(func(r *Record) (err error) {
		out, err = Wire().AppendFormat(nil, r)
		return err
	}, nil)
	InGoroutine(func() {
		log.Warn("took {took} for {user}", "took", 1500*time.Millisecond, "user", "bob", slog.Group("req", "path", "/x", "n", 3),
			"nan", math.NaN(), "at", time.Date(2024, 2, 29, 13, 37, 42, 5000, time.UTC), "err", fs.ErrNotExist, Err(fmt.Errorf("open: %w", fs.ErrNotExist)))
	}, h, Attrs("ip", "1.2.3.4"))

	v, err := pyjson.Decode(out)
	if err != nil {
		t.Fatal(err)
	}
	object := v.(pyjson.Object)
	for _, key := range wireKeys {
		if _, ok := object.Get(key); !ok {
			t.Errorf("key %q is missing", key)
		}
	}
	if len(object) != len(wireKeys) {
		t.Errorf("%d keys, want %d", len(object), len(wireKeys))
	}
	r := decodeWire(t, out)
	checks := []struct{ what, got, want string }{
		{"channel", r.Channel(), "app.db"},
		{"level", r.Level().String(), "WARNING"},
		{"template", r.Template(), "took {took} for {user}"},
		{"message", r.Message(), "took 1.5s for bob"},
		{"kwargs", r.Text("took"), "1.5s"},
		{"group", r.Text("req.n"), "3"},
		{"nan", r.Text("nan"), "nan"},
		{"time", r.Text("at"), "2024-02-29T13:37:42.000005Z"},
		{"error attribute", r.Text("err"), fs.ErrNotExist.Error()},
		{"with", r.Text("host"), "h1"},
		{"processor", r.Text("ip"), "1.2.3.4"},
		{"error", r.ErrorInfo().String(), "*fmt.wrapError: open: " + fs.ErrNotExist.Error()},
	}
	for _, c := range checks {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
	if !strings.HasSuffix(r.Source().File, "wire_test.go") || r.Source().Line == 0 || r.PID() != os.Getpid() || r.Goroutine() == 0 {
		t.Error(r.Source(), r.PID(), r.Goroutine())
	}
	if again := encodeWire(t, r); !bytes.Equal(again, out) {
		t.Errorf("wrote\n%s\nreceived\n%s", again, out)
	}

	// Through encoding/json all values are equal except NaN, which becomes a string.
	strict, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if again, want := encodeWire(t, decodeWire(t, strict)), bytes.ReplaceAll(out, []byte("NaN"), []byte(`"NaN"`)); !bytes.Equal(again, want) {
		t.Errorf("through encoding/json\n%s\nreceived\n%s", again, want)
	}
}

// Python Logbook fails with records like these: one without an error that Exception logged, and
// a received one, if its format names the dispatcher.
func TestRecordsThatPythonLogbookFailsWith(t *testing.T) {
	var out []byte
	InGoroutine(func() { New("app").Exception(nil, "no error") }, NewHandler(func(r *Record) (err error) {
		out, err = r.MarshalJSON()
		return err
	}, nil))
	r := decodeWire(t, out)
	if r.Err() != nil || r.ErrorInfo() != nil || r.Message() != "no error" || r.Level() != LevelError {
		t.Errorf("got %v %q with error %v", r.Level(), r.Message(), r.ErrorInfo())
	}
	text, err := MustFormat("{record.dispatcher.name}: {record.message}").AppendFormat(nil, r)
	if err != nil || string(text) != "app: no error" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestExactLevelsRoundTrip(t *testing.T) {
	for i := math.MinInt8; i <= math.MaxInt8; i++ {
		out := encodeWire(t, NewRecord(RecordData{Time: time.Now(), Level: Level(i), Message: "m"}))
		r := decodeWire(t, out)
		if r.Level() != Level(i) {
			t.Errorf("level %d came back as %d: %s", i, r.Level(), out)
		}
		if r.Text("go_level") != "" {
			t.Error("the exact level is an attribute of the received record")
		}
	}
}

func TestAttributesAddedToReceivedRecords(t *testing.T) {
	r := decodeWire(t, []byte(wireMessage("extra", `{"a": 1}`)))
	r.Set("relay", "r1")
	if out := string(encodeWire(t, r)); !strings.Contains(out, `{"a": 1, "relay": "r1"}`) {
		t.Error(out)
	}
	r.ReplaceAttrs(func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == "a" {
			a.Value = slog.StringValue("***")
		}
		return a
	})
	if out := string(encodeWire(t, r)); strings.Contains(out, `"a": 1`) || !strings.Contains(out, `"a": "***"`) {
		t.Error("a redacted value was written: " + out)
	}
}

// Of equal keys the newest keeps its name, and no value is lost.
func TestEqualKeysOnTheWire(t *testing.T) {
	ints := func(keys ...string) (attrs []slog.Attr) {
		for i, k := range keys {
			attrs = append(attrs, slog.Int(k, i))
		}
		return attrs
	}
	empty := slog.Any("k", valuerFunc(func() slog.Value { return slog.GroupValue(slog.Attr{}) }))
	unnamed := slog.Any("", valuerFunc(func() slog.Value { return slog.GroupValue(slog.Int("k", 7)) }))
	tests := []struct {
		attrs []slog.Attr
		want  string
	}{
		{ints("k", "k", "k"), `{"k#3": 0, "k#2": 1, "k": 2}`},
		{ints("k", "k", "k#2"), `{"k#3": 0, "k": 1, "k#2": 2}`},
		{ints("k#2", "k", "k"), `{"k#2": 0, "k#3": 1, "k": 2}`},
		{ints("k#2", "k#2", "k", "k"), `{"k#2#2": 0, "k#2": 1, "k#3": 2, "k": 3}`},
		{append(ints("k"), slog.Group("k"), empty), `{"k": 0}`},
		{append(ints("k"), unnamed), `{"k#2": 0, "k": 7}`},
		{append(ints("k"), slog.Attr{}, slog.Group("g", "k", 1, "k", 2)), `{"k": 0, "g": {"k#2": 1, "k": 2}}`},
	}
	for _, test := range tests {
		r := NewRecord(RecordData{Time: at, Message: "m", Attrs: test.attrs})
		if out := string(encodeWire(t, r)); !strings.Contains(out, `"extra": `+test.want) || !strings.Contains(out, `"kwargs": `+test.want) {
			t.Errorf("no %s in %s", test.want, out)
		}
	}
}

// The same holds for attributes added to a received record.
func TestEqualKeysOfAReceivedRecord(t *testing.T) {
	r := decodeWire(t, encodeWire(t, NewRecord(RecordData{Time: at, Message: "m", Extra: []slog.Attr{slog.Int("k", 1), slog.Int("k#2", 2)}})))
	r.Set("host", "a")
	r.SetAttrs(slog.Int("k", 3))
	if out := string(encodeWire(t, r)); !strings.Contains(out, `"extra": {"k#3": 1, "k#2": 2, "host": "a", "k": 3}`) {
		t.Error(out)
	}
}

// Values without a JSON form do not fail.
func TestWireSafeValues(t *testing.T) {
	r := NewRecord(RecordData{Time: time.Now(), Message: "m", Attrs: []slog.Attr{
		slog.Any("nil", nil), slog.String("s", "jäger"), slog.Any("list", []any{nil, "foo", 1}),
		slog.Any("map", map[string]any{"b": 1, "a": []int{2}}), slog.Any("func", func() {}), slog.Any("chan", make(chan int)),
		slog.Any("mixed", []any{nil, "foo", "jäger", 1, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
			map[any]any{"foo": "föö", 2: 3, nil: func() {}}, func() {}}),
	}})
	out := string(encodeWire(t, r))
	for _, want := range []string{`"nil": null`, `"s": "j\u00e4ger"`, `"list": [null, "foo", 1]`, `"map": {"a": [2], "b": 1}`, `"func": "!ERROR`,
		`"mixed": [null, "foo", "j\u00e4ger", 1, "2000-01-01T00:00:00Z", {"2": 3, "<nil>": "!ERROR: json: unsupported type: func()", `,
		`"foo": "f\u00f6\u00f6"}, "!ERROR: `} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in %s", want, out)
		}
	}
}

func FuzzRecordImport(f *testing.F) {
	files, _ := filepath.Glob("testdata/wire/*.json")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(wireMessage("", "")))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := new(Record)
		if err := r.UnmarshalJSON(data); err != nil {
			return
		}
		for _, format := range []Formatter{JSON(nil), Logfmt(nil), Console(nil), MustFormat(DefaultFormat), Wire()} {
			if _, err := format.AppendFormat(nil, r); err != nil {
				t.Fatal(err)
			}
		}
		again := new(Record)
		if err := again.UnmarshalJSON(encodeWire(t, r)); err != nil {
			t.Fatalf("the output is refused: %v", err)
		}
		if again.Message() != r.Message() || again.Level() != r.Level() || !again.Time().Equal(r.Time()) {
			t.Fatal("the output reads differently")
		}
	})
}
