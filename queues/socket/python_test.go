package socket

import (
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/pickle"
	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/logbook"
)

const pickles = "../../internal/pickle/testdata/"

// pythonFrame returns a frame that Python sent, without its length.
func pythonFrame(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(pickles + name + ".bin")
	if err != nil {
		t.Fatal(err)
	}
	return data[4:]
}

// The records of Python's SocketHandler have what Python's own decoder finds in them.
func TestDecodePickle(t *testing.T) {
	paths, err := filepath.Glob(pickles + "py_sockethandler_*.bin")
	if err != nil || len(paths) < 6 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".bin")
		t.Run(name, func(t *testing.T) {
			r, err := decodePickle(pythonFrame(t, name), false)
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(pickles + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var want struct {
				Name, Levelname, Msg, Pathname, Module, FuncName string
				Lineno, Process                                  int
				Thread                                           uint64
				Created                                          float64
				Exc_text                                         *string
			}
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			d := r.Data()
			source := slog.Source{Function: want.Module + "." + want.FuncName, File: want.Pathname, Line: want.Lineno}
			if d.Channel != want.Name || d.Level.String() != want.Levelname || d.Message != want.Msg || d.PID != want.Process ||
				d.Goroutine != want.Thread || *d.Source != source || len(d.Extra) > 0 {
				t.Errorf("%+v", d)
			}
			if off := d.Time.Sub(time.UnixMicro(int64(want.Created * 1e6))).Abs(); off > time.Microsecond || d.Time.Nanosecond()%1000 != 0 {
				t.Errorf("time %v, want %f", d.Time, want.Created)
			}
			if (d.Error != nil) != (want.Exc_text != nil) || d.Error != nil && d.Error.Traceback() != *want.Exc_text {
				t.Errorf("error %+v", d.Error)
			}
		})
	}
}

func TestDecodePickleAttributes(t *testing.T) {
	r, err := decodePickle(pythonFrame(t, "py_sockethandler_extra"), false)
	if err != nil {
		t.Fatal(err)
	}
	huge, _ := new(big.Int).SetString("1180591620717411303424", 10)
	want := []slog.Attr{
		slog.String("request_id", "a1b2c3"), slog.Int("channel", 7), slog.Float64("ratio", 0.125), slog.Bool("ok", true), slog.Bool("off", false),
		slog.Any("missing", nil), slog.Any("tags", []any{"vacuum", "lab"}),
		slog.Group("limits", slog.Int("low", -1), slog.Int("high", 70000), slog.Int64("big", 1<<40), slog.Any("huge", huge)),
		slog.Any("pair", []any{int64(1), int64(2)}), slog.Any("single", []any{int64(1)}),
		slog.Any("four", []any{int64(1), int64(2), int64(3), int64(4)}), slog.Any("empty", []any{[]any{}, []any{}, map[string]any{}}),
	}
	if got := r.Data().Attrs; !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v, want\n%v", got, want)
	}
	if r, err = decodePickle(pythonFrame(t, "py_sockethandler_bytes"), false); err != nil {
		t.Fatal(err)
	}
	raw, _ := r.Lookup("raw")
	if b, ok := raw.Any().([]byte); !ok || len(b) != 256 || b[128] != 128 || r.Text("frozen") != "<frozenset>" {
		t.Errorf("raw %v, frozen %q", raw, r.Text("frozen"))
	}
	if r, err = decodePickle(pythonFrame(t, "py_hostile_reduce"), false); err != nil || r.Text("evil") != "<posix.getcwd>" || r.Message() != "m" {
		t.Errorf("%v, %v", r, err)
	}
}

// member is a key and a value of a dict.
type member struct {
	key   string
	value any
}

// pickled returns the pickle of a record with the members, after those that it needs.
func pickled(members ...member) []byte {
	dict := pyjson.Object{{Key: "name", Value: "lab"}, {Key: "msg", Value: "hi"}, {Key: "levelno", Value: int64(20)}, {Key: "levelname", Value: "INFO"}, {Key: "created", Value: 1.5}}
	for _, m := range members {
		dict = append(dict, pyjson.Member{Key: m.key, Value: m.value})
	}
	return pickle.Append(nil, dict)
}

func TestDecodePickleFields(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, tt := range []struct {
		members []member
		want    logbook.RecordData
	}{
		{nil, logbook.RecordData{}},
		{[]member{{"threadName", "MainThread"}, {"processName", "MainProcess"}, {"taskName", nil}, {"stack_info", nil}, {"args", []any{}}, {"msecs", 1.0}, {"relativeCreated", 1.0}, {"exc_info", nil}},
			logbook.RecordData{}},
		{[]member{{"threadName", "worker"}, {"processName", "child"}, {"taskName", "Task-1"}, {"stack_info", "Stack (most recent call last):"}, {"args", []any{int64(1)}}},
			logbook.RecordData{Extra: []slog.Attr{slog.String("threadName", "worker"), slog.String("processName", "child"), slog.String("taskName", "Task-1"),
				slog.String("stack_info", "Stack (most recent call last):"), slog.Any("args", []any{int64(1)})}}},
		{[]member{{"process", int64(7)}, {"thread", int64(9)}}, logbook.RecordData{PID: 7, Goroutine: 9}},
		{[]member{{"process", nil}, {"thread", nil}, {"lineno", nil}}, logbook.RecordData{}},
		{[]member{{"process", int64(1 << 40)}, {"thread", int64(-1)}}, logbook.RecordData{}},
		{[]member{{"filename", "a.py"}, {"lineno", int64(3)}, {"funcName", "f"}}, logbook.RecordData{Source: &slog.Source{File: "a.py", Line: 3, Function: "f"}}},
		{[]member{{"pathname", "/a.py"}, {"filename", "a.py"}, {"module", "a"}, {"funcName", "f"}}, logbook.RecordData{Source: &slog.Source{File: "/a.py", Function: "a.f"}}},
		{[]member{{"msg", "later"}}, logbook.RecordData{Message: "later"}},
		{[]member{{"msg", []any{int64(1), long}}}, logbook.RecordData{Message: "[1 " + long + "]"}},
		{[]member{{"created", int64(3)}}, logbook.RecordData{Time: time.Unix(3, 0).UTC()}},
		{[]member{{"nan", math.NaN()}, {"list", []any{math.Inf(1)}}}, logbook.RecordData{Attrs: []slog.Attr{slog.Float64("nan", math.NaN()), slog.Any("list", []any{"Infinity"})}}},
		{[]member{{"levelno", int64(25)}, {"levelname", "SUCCESS"}}, logbook.RecordData{Level: logbook.LevelSuccess}},
		{[]member{{"levelno", int64(35)}, {"levelname", "ALERT"}},
			logbook.RecordData{Level: logbook.LevelWarn, Extra: []slog.Attr{slog.Int("levelno", 35), slog.String("levelname", "ALERT")}}},
	} {
		r, err := decodePickle(pickled(tt.members...), false)
		if err != nil {
			t.Errorf("%v: %v", tt.members, err)
			continue
		}
		want := tt.want
		want.Channel = "lab"
		if want.Time.IsZero() {
			want.Time = time.Unix(1, 5e8).UTC()
		}
		if want.Message == "" {
			want.Message = "hi"
		}
		want.Template = want.Message
		got := r.Data()
		if !reflect.DeepEqual(wireOf(got), wireOf(want)) {
			t.Errorf("%v:\ngot  %s\nwant %s", tt.members, wireOf(got), wireOf(want))
		}
	}
}

func TestRelativeCreated(t *testing.T) {
	for ms, want := range map[any]string{6.99: "6", 0.0: "0", -1.5: "-1", nil: "", "soon": ""} {
		frame := pickled(member{"relativeCreated", ms})
		r, err := decodePickle(frame, true)
		if err != nil || r.Text("relativeCreated") != want {
			t.Errorf("%v: got %q, want %q, %v", ms, r.Text("relativeCreated"), want, err)
		}
		if r, err = decodePickle(frame, false); err != nil || len(r.Data().Extra) > 0 {
			t.Errorf("%v, not asked for: %v, %v", ms, r.Data().Extra, err)
		}
	}
}

// wireOf shows all of a record.
func wireOf(d logbook.RecordData) string {
	if d.PID == 0 {
		d.PID = -1
	}
	b, err := logbook.Wire().AppendFormat(nil, logbook.NewRecord(d))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestPythonLevels(t *testing.T) {
	for number, want := range map[int64]logbook.Level{
		-1: logbook.LevelNotSet, 0: logbook.LevelNotSet, 4: logbook.LevelNotSet, 5: logbook.LevelTrace, 9: logbook.LevelTrace, 10: logbook.LevelDebug,
		19: logbook.LevelDebug, 20: logbook.LevelInfo, 24: logbook.LevelInfo, 25: logbook.LevelSuccess, 29: logbook.LevelNotice, 30: logbook.LevelWarn,
		40: logbook.LevelError, 50: logbook.LevelCritical, math.MaxInt64: logbook.LevelCritical, math.MinInt64: logbook.LevelNotSet,
	} {
		if got, _ := fromPythonLevel(number, ""); got != want {
			t.Errorf("%d: %v, want %v", number, got, want)
		}
	}
}

func TestPythonTime(t *testing.T) {
	for seconds, want := range map[float64]string{
		1795166711.9476874: "2026-11-20T09:25:11.947687Z",
		1795166711.9494548: "2026-11-20T09:25:11.949455Z",
		0.9999999:          "1970-01-01T00:00:01Z",
		-1.25:              "1969-12-31T23:59:58.75Z",
		-62135596800:       "0001-01-01T00:00:00Z",
	} {
		if got, err := pythonTime(seconds); err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%v: %v, %v", seconds, got, err)
		}
	}
}

func TestErrorOfTraceback(t *testing.T) {
	const stack = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\n"
	for trace, want := range map[string][2]string{
		stack + "ZeroDivisionError: division by zero":                          {"ZeroDivisionError", "division by zero"},
		stack + "KeyboardInterrupt":                                            {"KeyboardInterrupt", ""},
		stack + "a.b.Error: two\nlines":                                        {"a.b.Error", "two\nlines"},
		stack + "E: first\n\nDuring handling of it:\n\n" + stack + "F: second": {"F", "second"},
		"ValueError: no stack":                                                 {"ValueError", "no stack"},
		"something went wrong: badly":                                          {"", "something went wrong: badly"},
		stack:                                                                  {"", ""},
		"\n":                                                                   {"", ""},
	} {
		if e := errorOfTraceback(trace); e.Type != want[0] || e.Message != want[1] || e.Traceback() != trace {
			t.Errorf("%q: %q, %q", trace, e.Type, e.Message)
		}
	}
}

// A pickle that is no record is refused, with the field.
func TestInvalidRecords(t *testing.T) {
	tests := []struct {
		frame []byte
		want  string
	}{
		{nil, "logbook: received record: invalid pickle: unexpected end at byte 0"},
		{pythonFrame(t, "py_hostile_not_dict"), "logbook: received record: got a list, want a dict"},
		{pythonFrame(t, "py_hostile_bad_utf8"), `logbook: received record: "msg": missing`},
		{pythonFrame(t, "py_hostile_trailing"), "logbook: received record: invalid pickle: STOP at byte 108: 7 bytes follow"},
		{pythonFrame(t, "py_hostile_obj"), "logbook: received record: invalid pickle: OBJ at byte 12: not allowed"},
		{pythonFrame(t, "py_hostile_persid"), "logbook: received record: invalid pickle: PERSID at byte 0: not allowed"},
		{pythonFrame(t, "py_hostile_deep"), "logbook: received record: invalid pickle: EMPTY_LIST at byte 131072: more than 131072 opcodes"},
		{pickled(member{"levelno", nil}), `logbook: received record: "levelno": missing`},
		{pickled(member{"created", nil}), `logbook: received record: "created": missing`},
		{pickled(member{"levelno", "20"}), `logbook: received record: "levelno": got a str, want an int of 64 bits`},
		{pickled(member{"created", "now"}), `logbook: received record: "created": got a str, want a float`},
		{pickled(member{"created", math.NaN()}), `logbook: received record: "created": invalid time NaN: want the years 1 to 9999`},
		{pickled(member{"created", 1e300}), `logbook: received record: "created": invalid time 1e+300: want the years 1 to 9999`},
		{pickled(member{"name", int64(1)}), `logbook: received record: "name": got an int, want a str`},
		{pickled(member{"lineno", uint64(math.MaxUint64)}), `logbook: received record: "lineno": got an int, want an int of 64 bits`},
		{pickled(member{"exc_text", []any{}}), `logbook: received record: "exc_text": got a list, want a str`},
	}
	for _, tt := range tests {
		r, err := decodePickle(tt.frame, false)
		var e *logbook.WireError
		if r != nil || !errors.As(err, &e) || err.Error() != tt.want {
			t.Errorf("%v, %v; want the error %s", r, err, tt.want)
		}
	}
}

// Whatever a pickle contains, the record can be formatted.
func FuzzDecodePickle(f *testing.F) {
	paths, err := filepath.Glob(pickles + "py_*.bin")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		if data := pythonFrame(f, strings.TrimSuffix(filepath.Base(path), ".bin")); len(data) < 10_000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodePickle(data, false)
		if err != nil {
			return
		}
		line, err := logbook.JSON(nil).AppendFormat(nil, r)
		if err != nil || !json.Valid(line) {
			t.Errorf("%q: %q, %v", data, line, err)
		}
	})
}

func BenchmarkDecodePickle(b *testing.B) {
	data := pythonFrame(b, "py_sockethandler_extra")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodePickle(data, false); err != nil {
			b.Fatal(err)
		}
	}
}
