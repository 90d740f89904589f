package logbook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

func TestJSON(t *testing.T) {
	const head = `{"time":"2024-02-29T13:37:42.005000Z","level":"WARNING","channel":"app.web",`
	located := func(attrs ...slog.Attr) logbook.RecordData {
		return logbook.RecordData{Time: at, Message: "m", Source: &slog.Source{Function: "f", File: "/srv/main.go", Line: 9}, Attrs: attrs}
	}
	tests := []struct {
		name string
		o    *logbook.JSONOptions
		d    logbook.RecordData
		want string
	}{
		{"plain", nil, logbook.RecordData{Time: at, Message: "m"}, head + `"msg":"m"}`},
		{"rendered", nil, logbook.RecordData{Time: at, Template: "m {a}", Attrs: []slog.Attr{slog.Int("a", 1)}}, head + `"msg":"m 1","a":1}`},
		{"no time", nil, logbook.RecordData{Message: "m"}, `{"level":"WARNING","channel":"app.web","msg":"m"}`},
		{"zone", &logbook.JSONOptions{Location: time.FixedZone("", 3600)}, logbook.RecordData{Time: at, Message: "m"},
			strings.Replace(head, "13:37:42.005000Z", "14:37:42.005000+01:00", 1) + `"msg":"m"}`},
		{"values", nil, logbook.RecordData{Time: at, Message: "m", Attrs: []slog.Attr{
			slog.Bool("b", true), slog.Int64("i", -1), slog.Uint64("u", 1<<63), slog.Float64("f", 1.5), slog.Duration("d", time.Second),
			slog.Time("t", at), slog.Any("nil", nil), slog.Any("l", []int{1}), slog.Any("e", io.EOF), slog.Any("level", logbook.LevelError),
			slog.Any("raw", json.RawMessage(`{"a": 1}`))}},
			head + `"msg":"m","b":true,"i":-1,"u":9223372036854775808,"f":1.5,"d":1000000000,"t":"2024-02-29T13:37:42.005Z",` +
				`"nil":null,"l":[1],"e":"EOF","level#2":"ERROR","raw":{"a":1}}`},
		{"no numbers", nil, logbook.RecordData{Time: at, Message: "m", Attrs: []slog.Attr{
			slog.Float64("n", math.NaN()), slog.Float64("p", math.Inf(1)), slog.Float64("m", math.Inf(-1))}},
			head + `"msg":"m","n":"NaN","p":"+Inf","m":"-Inf"}`},
		{"groups", nil, logbook.RecordData{Time: at, Message: "m",
			Attrs: []slog.Attr{slog.Group("g", "a", 1, slog.Group("h", "b", 2), slog.Group("none")), slog.Group("", "c", 3), slog.Group("none"), {}},
			Extra: []slog.Attr{slog.Int("p", 4)}}, head + `"msg":"m","g":{"a":1,"h":{"b":2}},"c":3,"p":4}`},
		{"source", &logbook.JSONOptions{Source: true},
			logbook.RecordData{Time: at, Message: "m", Source: &slog.Source{Function: "f", File: "/srv/main.go", Line: 9}},
			head + `"msg":"m","source":{"function":"f","file":"/srv/main.go","line":9}}`},
		{"an attribute that is the source", &logbook.JSONOptions{Source: true}, located(slog.String("source", "/srv/main.go:9"), slog.Int("n", 1)),
			head + `"msg":"m","source":{"function":"f","file":"/srv/main.go","line":9},"n":1}`},
		{"an object that is the source", &logbook.JSONOptions{Source: true}, located(slog.Int("n", 1), slog.Group("source", "function", "f", "file", "/srv/main.go", "line", 9)),
			head + `"msg":"m","source":{"function":"f","file":"/srv/main.go","line":9},"n":1}`},
		{"a part of the source under another key", &logbook.JSONOptions{Source: true, Keys: logbook.JSONKeys{Source: "caller"}}, located(slog.Group("caller", "func", "f")),
			head + `"msg":"m","caller":{"function":"f","file":"/srv/main.go","line":9}}`},
		{"another source", &logbook.JSONOptions{Source: true}, located(slog.String("source", "/srv/main.go:8")),
			head + `"msg":"m","source":{"function":"f","file":"/srv/main.go","line":9},"source#2":"/srv/main.go:8"}`},
		{"more than the source", &logbook.JSONOptions{Source: true}, located(slog.Group("source", "line", 9, "package", "main")),
			head + `"msg":"m","source":{"function":"f","file":"/srv/main.go","line":9},"source#2":{"line":9,"package":"main"}}`},
		{"more than the short source", &logbook.JSONOptions{Source: true, SourceForm: logbook.JSONSourceShort}, located(slog.String("source", "/srv/main.go:9")),
			head + `"msg":"m","source":"srv/main.go:9","source#2":"/srv/main.go:9"}`},
		{"the source is not written", nil, located(slog.String("source", "/srv/main.go:9")), head + `"msg":"m","source":"/srv/main.go:9"}`},
		{"error", nil, logbook.RecordData{Time: at, Message: "m", Cause: fmt.Errorf("a: %w", io.EOF)},
			head + `"msg":"m","error":"a: EOF","exception":{"type":"*fmt.wrapError","chain":[{"depth":1,"type":"*errors.errorString","message":"EOF"}]}}`},
		{"received error", nil, logbook.RecordData{Time: at, Message: "m", Error: &logbook.ErrorInfo{Type: "ValueError", Message: "bad", Trace: "a\nb"}},
			head + `"msg":"m","error":"bad","exception":{"type":"ValueError","trace":"a\nb"}}`},
		{"keys", &logbook.JSONOptions{Source: true, Keys: logbook.JSONKeys{Time: "ts", Level: "lvl", Channel: "logger", Message: "message", Source: "src", Error: "exc"}},
			logbook.RecordData{Time: at, Message: "m", Cause: io.EOF, Source: &slog.Source{Line: 9}, Attrs: []slog.Attr{slog.Int("time", 1), slog.Int("msg", 2)}},
			`{"ts":"2024-02-29T13:37:42.005000Z","lvl":"WARNING","logger":"app.web","message":"m","src":{"function":"","file":"","line":9},` +
				`"time":1,"msg":2,"exc":"EOF","exception":{"type":"*errors.errorString"}}`},
	}
	for _, test := range tests {
		test.d.Level, test.d.Channel = logbook.LevelWarn, "app.web"
		got, err := logbook.JSON(test.o).AppendFormat(nil, logbook.NewRecord(test.d))
		if err != nil || string(got) != test.want {
			t.Errorf("%s:\ngot  %s, %v\nwant %s", test.name, got, err, test.want)
		}
		if err := checkJSON(string(got)); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// A duplicate key is renamed, whichever layer it is from, and no value is lost.
func TestJSONDuplicates(t *testing.T) {
	text := func(pairs ...any) []any { return pairs }
	tests := []struct {
		name string
		with []any
		call []any
		proc []any
		want string // after msg
	}{
		{"in the call", nil, text("k", 1, "k", 2, "k", 3), nil, `"k":1,"k#2":2,"k#3":3`},
		{"k#2 comes after", nil, text("k", 1, "k", 2, "k#2", 3), nil, `"k":1,"k#2":2,"k#2#2":3`},
		{"k#2 comes before", nil, text("k#2", 1, "k", 2, "k", 3), nil, `"k#2":1,"k":2,"k#3":3`},
		{"all layers", text("k", 1), text("k", 2), text("k", 3), `"k":1,"k#2":2,"k#3":3`},
		{"within With", text("k", 1, "k", 2), text("k", 3), nil, `"k":1,"k#2":2,"k#3":3`},
		{"k#2 of With", text("k", 1, "k", 2), text("k#2", 3), nil, `"k":1,"k#2":2,"k#2#2":3`},
		{"reserved", nil, text("time", 1, "level", 2, "channel", 3, "msg", 4, "source", 5), nil,
			`"time#2":1,"level#2":2,"channel#2":3,"msg#2":4,"source":5`},
		{"reserved in two layers", text("time", 1), text("time", 2), text("time", 3), `"time#2":1,"time#3":2,"time#4":3`},
		{"reserved and taken", text("time", 1), text("time#2", 2), nil, `"time#2":1,"time#2#2":2`},
		{"groups", nil, text(slog.Group("g", "a", 1, "a", 2), slog.Group("g", "a", 3)), text("g", 4), `"g":{"a":1,"a#2":2},"g#2":{"a":3},"g#3":4`},
		{"a group's members are its own", text("a", 0), text(slog.Group("g", "a", 1, "time", 2)), nil, `"a":0,"g":{"a":1,"time":2}`},
		{"without a name", text("a", 1), text(slog.Group("", "a", 2, "b", 3), "b", 4), nil, `"a":1,"a#2":2,"b":3,"b#2":4`},
		{"empty key", text("", 1), text("", 2), nil, `"":1,"#2":2`},
		{"error", text("error", 1), text(logbook.Err(io.EOF), "error", 2), nil,
			`"error":1,"error#2":"EOF","exception":{"type":"*errors.errorString"},"error#3":2`},
		{"exception", text(logbook.Err(io.EOF)), text("exception", 1), text("exception", 2),
			`"error":"EOF","exception":{"type":"*errors.errorString"},"exception#2":1,"exception#3":2`},
		{"taken exception", text("exception", 1), text(logbook.Err(io.EOF), logbook.Err(io.EOF)), nil,
			`"exception":1,"error":"EOF","exception#2":{"type":"*errors.errorString"},"error#2":"EOF","exception#3":{"type":"*errors.errorString"}`},
		{"invalid UTF-8", text("a\xff", 1), text("a\xfe", 2, "a\ufffd", 3), text("a\xff", 4), `"a\ufffd":1,"a\ufffd#2":2,"a` + "\ufffd" + `#3":3,"a\ufffd#4":4`},
	}
	for _, test := range tests {
		h := &recorder{Options: logbook.Options{Formatter: logbook.JSON(nil)}}
		undo := logbook.PushGoroutine(h, logbook.Attrs(test.proc...))
		log := logbook.With(test.with...)
		for range 2 { // the second time With's part comes from the cache
			log.Info("m", test.call...)
			line := h.line(t)
			_, got, _ := strings.Cut(line, `"msg":"m",`)
			if got != test.want+"}" && !sameJSON(t, got, test.want+"}") {
				t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
			}
			if err := checkJSON(line); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		undo()
	}
}

// sameJSON reports whether two objects, each without its opening brace, are equal except for
// escapes.
func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := errors.Join(json.Unmarshal([]byte("{"+a), &x), json.Unmarshal([]byte("{"+b), &y)); err != nil {
		t.Error(err)
		return false
	}
	return fmt.Sprint(x) == fmt.Sprint(y)
}

func TestJSONDuplicatesInOpenGroups(t *testing.T) {
	tests := []struct {
		name string
		log  func()
		want string
	}{
		{"group named like an attribute", func() { logbook.With("g", 1).WithGroup("g").Info("m", "a", 2) }, `"g":1,"g#2":{"a":2},"p":0,"g#3":9`},
		{"group and processor", func() { logbook.Default().WithGroup("g").Info("m", "a", 2) }, `"g":{"a":2},"p":0,"g#2":9`},
		{"within the group", func() { logbook.Default().WithGroup("h").With("k", 1, "k", 2).Info("m", "k", 3, "k#2", 4) },
			`"h":{"k":1,"k#2":2,"k#3":3,"k#2#2":4},"p":0,"g":9`},
		{"reserved name", func() { logbook.Default().WithGroup("time").Info("m", "time", 1) }, `"time#2":{"time":1},"p":0,"g":9`},
		{"twice", func() { logbook.Default().WithGroup("h").WithGroup("h").With("h", 1).Info("m", "h", 2) }, `"h":{"h":{"h":1,"h#2":2}},"p":0,"g":9`},
		{"root renamed, group open", func() { logbook.With("p", 1, "p", 2).WithGroup("h").Info("m", "a", 3) },
			`"p":1,"p#2":2,"h":{"a":3},"p#3":0,"g":9`},
	}
	h := recordAs(t, logbook.JSON(nil), logbook.Attrs("p", 0, "g", 9))
	for _, test := range tests {
		test.log()
		_, got, _ := strings.Cut(h.line(t), `"msg":"m",`)
		if got != test.want+"}" {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
		if err := checkJSON(h.line(t)); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestJSONErrorKeyDuplicates(t *testing.T) {
	f := logbook.JSON(&logbook.JSONOptions{Keys: logbook.JSONKeys{Error: "exc"}})
	h := recordAs(t, f)
	for _, args := range [][]any{
		{"exc", 1, logbook.Err(io.EOF), "error", 2},
		{logbook.Err(io.EOF), "exc", 1, "error", 2},
		{logbook.Err(io.EOF), logbook.Err(io.EOF)},
	} {
		logbook.Info("m", args...)
		if err := checkJSON(h.line(t)); err != nil {
			t.Error(err)
		}
		logbook.With(args...).Info("m", "exc", 3, "error", 4)
		if err := checkJSON(h.line(t)); err != nil {
			t.Error(err)
		}
	}
}

// A group that turns out to be empty is left out, and its key can be used again.
func TestJSONEmptyGroups(t *testing.T) {
	late := func(members ...slog.Attr) any {
		return valuerFunc(func() slog.Value { return slog.GroupValue(members...) })
	}
	var many []any
	for i := range 300 {
		many = append(many, fmt.Sprint("a", i), late())
	}
	list := func(args ...any) []any { return args }
	tests := []struct {
		name       string
		with, call []any
		want       string
	}{
		{"in With", list("user", late()), list("user", "x"), `"user":"x"`},
		{"without members", nil, list(slog.Group("user"), "user", "x"), `"user":"x"`},
		{"with a nil error", nil, list(slog.Group("user", logbook.Err(nil)), "user", "x"), `"user":"x"`},
		{"in a group", nil, list(slog.Group("g", "user", late(), "user", 1)), `"g":{"user":1}`},
		{"nested", nil, list(slog.Group("user", slog.Group("in", slog.Group("most"))), "user", "x"), `"user":"x"`},
		{"between two", nil, list("user", 1, "user", late(), "user", 2), `"user":1,"user#2":2`},
		{"renamed before", nil, list("user", 1, "user", 2, "user", late(), "user", 3), `"user":1,"user#2":2,"user#3":3`},
		{"then a group", nil, list("user", late(), "user", late(slog.Int("id", 1)), "user", 2), `"user":{"id":1},"user#2":2`},
		{"reserved", nil, list("msg", late(), "msg", late(slog.Int("id", 1))), `"msg#2":{"id":1}`},
		{"no UTF-8", nil, list("a\xff", late(slog.Int("id", 1)), "a\ufffd", 2), `"a\ufffd":{"id":1},"a` + "\ufffd" + `#2":2`},
		{"many", nil, append(many[:len(many):len(many)], "a7", 1, "a8", 2), `"a7":1,"a8":2`},
	}
	for _, test := range tests {
		h := recordAs(t, logbook.JSON(nil))
		log := logbook.With(test.with...)
		for range 2 { // the second time With's part comes from the cache
			log.Info("m", test.call...)
			_, got, _ := strings.Cut(h.line(t), `"msg":"m",`)
			if got != test.want+"}" && !sameJSON(t, got, test.want+"}") {
				t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
			}
			if err := checkJSON(h.line(t)); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		}
	}

	// The logger's own group, and attributes of processors.
	h := recordAs(t, logbook.JSON(nil), logbook.Attrs("g", 9))
	for _, test := range []struct {
		log  *logbook.Logger
		want string
	}{
		{logbook.Default().WithGroup("g"), `{"g":9}`},
		{logbook.With("a", late()).WithGroup("g"), `{"g":9}`},
		{logbook.Default().WithGroup("g").With("a", 1), `{"g":{"a":1},"g#2":9}`},
		{logbook.With("g", 1).WithGroup("g").WithGroup("h"), `{"g":1,"g#2":9}`},
	} {
		for _, args := range [][]any{nil, {"user", late()}} {
			test.log.Info("m", args...)
			_, got, _ := strings.Cut(h.line(t), `"msg":"m",`)
			if "{"+got != test.want {
				t.Errorf("open group: got {%s, want %s", got, test.want)
			}
		}
	}
}

// No format shows fields that JSON hides, and a value that cannot be encoded shows only
// the error.
func TestRefusedValuesHideTheirFields(t *testing.T) {
	type user struct {
		Name     string
		Score    float64
		Password string `json:"-"`
	}
	secret := user{"anna", math.NaN(), "hunter2"}
	req, err := http.NewRequest("POST", "http://localhost/", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "hunter2")
	values := map[string]any{
		"struct": secret, "pointer": &secret, "list": []any{secret, 1}, "map": map[string]any{"u": secret, "n": 1},
		"key": map[any]int{user{"anna", 1, "hunter2"}: 1}, "pointer key": map[any]int{&secret: 1}, "array key": map[any]int{[1]user{secret}: 1},
		"request": req, "marshaler": secretKey{"hunter2"}, "inside": struct{ Key secretKey }{secretKey{"hunter2"}},
		"year": struct {
			At     time.Time
			number string
		}{time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), "hunter2"},
	}
	deep := any(secret)
	for range 300 {
		deep = []any{deep}
	}
	values["deep"] = deep
	for name, v := range values {
		r := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: []slog.Attr{slog.Any("v", v)}})
		for _, f := range []logbook.Formatter{logbook.JSON(nil), logbook.Wire(), logbook.Logfmt(nil), logbook.Console(nil), logbook.MustFormat("{record.attrs}")} {
			b, err := f.AppendFormat(nil, r)
			if err != nil {
				t.Fatal(err)
			}
			refuses := name == "request" || name == "marshaler" || name == "inside"
			if s := string(b); strings.Contains(s, "hunter2") || strings.Contains(s, "!ERROR: ") != refuses {
				t.Errorf("%s: %s", name, s)
			}
		}
	}
}

type secretKey struct{ bits string }

func (secretKey) MarshalJSON() ([]byte, error) { return nil, errors.New("keys are not for logs") }

// Many attributes, and many with one name, are formatted quickly.
func TestJSONManyDuplicates(t *testing.T) {
	var attrs []slog.Attr
	for i := range 5000 {
		attrs = append(attrs, slog.Int("k", i), slog.Int(fmt.Sprint("k#", i), i))
	}
	h := recordAs(t, logbook.JSON(nil))
	logbook.LogAttrs(t.Context(), logbook.LevelInfo, "m", attrs...)
	if m := decodeJSON(t, h.line(t)); len(m) != 4+len(attrs) {
		t.Errorf("%d keys, want %d", len(m), 4+len(attrs))
	}
}

// A value that cannot be encoded is replaced by the error.
func TestJSONHostileValues(t *testing.T) {
	h := recordAs(t, logbook.JSON(nil))
	logbook.Info("m", "chan", make(chan int), "func", func() {},
		"badjson", badJSON("{"), "twolines", badJSON("{\n\"a\": \n 1}"), "control", badJSON("\"\u009b\u202e\xff\""),
		"panic", jsonPanicker{}, "error", errorPanicker{}, "valuer", panicker{})
	m := decodeJSON(t, h.line(t))
	for _, key := range []string{"chan", "func", "badjson"} {
		if s, _ := m[key].(string); !strings.HasPrefix(s, "!ERROR: ") {
			t.Errorf("%s is %v", key, m[key])
		}
	}
	for _, key := range []string{"panic", "error", "valuer"} {
		if s, _ := m[key].(string); !strings.HasPrefix(s, "!PANIC") {
			t.Errorf("%s is %v", key, m[key])
		}
	}
	if fmt.Sprint(m["twolines"]) != "map[a:1]" {
		t.Errorf("twolines is %v", m["twolines"])
	}
}

// Other parts of a list or map are kept if one part cannot be encoded.
func TestJSONParts(t *testing.T) {
	type named map[int]any
	tests := []struct {
		value any
		want  string // "!" stands for an error
	}{
		{[]any{1, func() {}, "x"}, `[1,"!","x"]`},
		{[]float64{1, math.Inf(1), 2.5}, `[1,"+Inf",2.5]`},
		{[2]any{nil, make(chan int)}, `[null,"!"]`},
		{map[string]any{"b": func() {}, "a": 1}, `{"a":1,"b":"!"}`},
		{map[any]any{"a": 1, 2: "x", nil: true, 1.5: nil}, `{"1.5":null,"2":"x","<nil>":true,"a":1}`},
		{map[any]int{1: 7, "1": 7}, `{"1":7,"1#2":7}`},
		{[]any{map[string]any{"m": map[any]int{1: 7, "1": 7}}}, `[{"m":{"1":7,"1#2":7}}]`},
		{map[twin]int{1: 7, 2: 7}, `{"twin":7,"twin#2":7}`},
		{struct{ M any }{map[any]int{1: 7, "1": 7}}, `{"M":{"1":7,"1#2":7}}`},
		{named{1: []any{func() {}, named{2: 3}}}, `{"1":["!",{"2":3}]}`},
		{[]any{errors.New("e"), func() {}, time.Second, at}, `["e","!",1000000000,"2024-02-29T13:37:42.005Z"]`},
		{[]any{badJSON("{"), 1}, `["!",1]`},
		{[]any{jsonPanicker{}, func() {}}, `["!","!"]`},
		{[]any{func() {}, jsonPanicker{}}, `["!","!"]`},
		{[]any{func() {}, "a\u009b\n"}, `["!","a\u009b\n"]`},
	}
	refused := regexp.MustCompile(`"!(ERROR|PANIC)[^"]*(\\"[^"]*)*"`)
	for _, test := range tests {
		r := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: []slog.Attr{slog.Any("v", test.value)}})
		b, err := logbook.JSON(nil).AppendFormat(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkJSON(string(b)); err != nil {
			t.Error(err)
		}
		_, got, _ := strings.Cut(string(b), `"v":`)
		if got = refused.ReplaceAllString(got, `"!"`); got != test.want+"}" {
			t.Errorf("%#v became %s, want %s", test.value, got, test.want)
		}
	}
}

// The output of a value that contains itself, and a part that cannot be encoded, is
// limited.
func TestJSONPartsWithoutEnd(t *testing.T) {
	list := make([]any, 100)
	for i := range list {
		list[i] = list
	}
	list[0] = func() {}
	cyclic := map[any]any{}
	cyclic["self"] = cyclic
	member := struct {
		F func()
		M map[any]any
	}{M: cyclic}
	for name, f := range map[string]logbook.Formatter{"json": logbook.JSON(nil), "wire": logbook.Wire()} {
		for _, value := range []any{list, cyclic, member} {
			r := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: []slog.Attr{slog.Any("v", value), slog.Int("n", 1)}})
			b, err := f.AppendFormat(nil, r)
			if err != nil || !json.Valid(b) || len(b) > 2<<20 {
				t.Errorf("%s: %T became %d bytes, %v", name, value, len(b), err)
			}
		}
	}
}

// The output of a value that contains itself says so.
func TestJSONCycle(t *testing.T) {
	cyclic := map[string]any{}
	cyclic["self"] = cyclic
	r := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: []slog.Attr{slog.Any("cyclic", cyclic)}})
	b, err := logbook.JSON(nil).AppendFormat(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(decodeJSON(t, string(b))["cyclic"]); !strings.Contains(s, "cycle") {
		t.Errorf("got %s", b)
	}
}

type badJSON string

func (s badJSON) MarshalJSON() ([]byte, error) { return []byte(s), nil }

// A LogValue method that returns its own receiver does not cause endless recursion.
func TestEndlessGroups(t *testing.T) {
	var endless valuerFunc
	endless = func() slog.Value { return slog.GroupValue(slog.Int("n", 1), slog.Any("inner", endless)) }
	redact := logbook.Processor(func(r *logbook.Record) {
		r.ReplaceAttrs(func(_ []string, a slog.Attr) slog.Attr { return a })
	})
	for name, f := range map[string]logbook.Formatter{
		"text": nil, "json": logbook.JSON(nil),
		"logfmt": logbook.Logfmt(nil), "console": logbook.Console(nil), "wire": logbook.Wire(),
	} {
		h := recordAs(t, f)
		logbook.With("w", endless).Info("m", "v", endless)
		if len(h.line(t)) > 1<<20 {
			t.Errorf("%s: %d bytes", name, len(h.line(t)))
		}
		logbook.InGoroutine(func() { logbook.Info("m", "v", endless) }, redact)
		if len(h.messages()) != 2 {
			t.Errorf("%s: a record is lost", name)
		}
	}
}

// Attributes of With are encoded once, and LogValue methods are called once.
func TestJSONCachesWith(t *testing.T) {
	n := 0
	counted := countingJSON{&n}
	calls := 0
	computed := valuerFunc(func() slog.Value { calls++; return slog.IntValue(calls) })
	f := logbook.JSON(nil)
	sink := logbook.NewHandler(func(r *logbook.Record) error { _, err := f.AppendFormat(nil, r); return err }, nil)
	defer logbook.PushGoroutine(sink)()
	log := logbook.With("c", counted)
	for range 5 {
		log.Info("m")
	}
	if n != 1 {
		t.Errorf("encoded %d times", n)
	}
	log = logbook.With("v", computed)
	for range 3 {
		log.Info("m")
	}
	if calls != 1 {
		t.Errorf("computed %d times", calls)
	}
}

type countingJSON struct{ n *int }

func (c countingJSON) MarshalJSON() ([]byte, error) { *c.n++; return []byte("1"), nil }

// twin is a type of keys with equal texts.
type twin int

func (twin) MarshalText() ([]byte, error) { return []byte("twin"), nil }

// A value cannot be encoded, with an error that wraps itself.
func TestCyclicErrorOfAValue(t *testing.T) {
	loop := new(cyclicError)
	loop.inner = loop
	h := recordAs(t, logbook.JSON(nil))
	logbook.Info("m", "v", refusing{loop})
	if got := h.line(t); !strings.Contains(got, "cyclic") {
		t.Errorf("the line is %s", got)
	}
}

type refusing struct{ err error }

func (r refusing) MarshalJSON() ([]byte, error) { return nil, r.err }
