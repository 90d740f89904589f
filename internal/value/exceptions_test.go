package value_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/value"
)

type (
	failure   struct{ Code int }
	failureP  struct{ Code int }
	jsonError struct{ Code int }
	textError struct{ Code int }
	secret    string
	account   struct {
		Name   string
		Token  secret
		Err    error
		Hidden string `json:"-"`
	}
	account2 struct {
		Owner *who
		By    who
	}
	who      struct{ name string }
	panics   struct{ Kind int }
	endless  struct{}
	refuses  struct{ err error }
	loop     struct{ inner error }
	userinfo struct{ name, password string }
	twins    int
	textKey  struct{ N int }
)

func (e failure) Error() string                  { return fmt.Sprint("failure ", e.Code) }
func (e *failureP) Error() string                { return fmt.Sprint("failure ", e.Code) }
func (e jsonError) Error() string                { return "not shown" }
func (e jsonError) MarshalJSON() ([]byte, error) { return json.Marshal(map[string]int{"code": e.Code}) }
func (e textError) Error() string                { return "the error" }
func (e textError) MarshalText() ([]byte, error) { return []byte("not shown"), nil }
func (secret) LogValue() slog.Value              { return slog.StringValue("***") }
func (w *who) LogValue() slog.Value              { return slog.GroupValue(slog.String("name", w.name)) }
func (e endless) LogValue() slog.Value           { return slog.GroupValue(slog.Any("inner", e)) }
func (r refuses) MarshalJSON() ([]byte, error)   { return nil, r.err }
func (l *loop) Error() string                    { return "a loop" }
func (l *loop) Unwrap() error                    { return l.inner }
func (u userinfo) String() string                { return u.name + ":" + u.password }
func (twins) MarshalText() ([]byte, error)       { return []byte("twin"), nil }
func (k textKey) MarshalText() ([]byte, error)   { return nil, errors.New("no text") }

type (
	panicsJSON  struct{ panics }
	panicsText  struct{ panics }
	panicsError struct{ panics }
	panicsValue struct{ panics }
)

func (panicsJSON) MarshalJSON() ([]byte, error) { panic("boom") }
func (panicsText) MarshalText() ([]byte, error) { panic("boom") }
func (panicsError) Error() string               { panic("boom") }
func (panicsValue) LogValue() slog.Value        { panic("boom") }

// Each documented exception from encoding/json.
func TestExceptions(t *testing.T) {
	at := time.Date(12000, 1, 2, 3, 4, 5, 0, time.UTC)
	cyclicError := new(loop)
	cyclicError.inner = cyclicError
	text := "x"
	req, err := http.NewRequest("POST", "http://localhost/", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "hidden")
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"error", io.EOF, `"EOF"`},
		{"errors", []error{io.EOF, nil, failure{1}, &failureP{2}}, `["EOF",null,"failure 1","failure 2"]`},
		{"error in a map", map[string]any{"e": io.EOF}, `{"e":"EOF"}`},
		{"error in a struct", account{Name: "anna", Token: "hunter2", Err: io.EOF, Hidden: "hunter2"}, `{"Name":"anna","Token":"***","Err":"EOF"}`},
		{"joined errors", errors.Join(io.EOF, io.ErrClosedPipe), `"EOF\nio: read/write on closed pipe"`},
		{"error with MarshalJSON", []any{jsonError{7}, &jsonError{8}}, `[{"code":7},{"code":8}]`},
		{"error with MarshalText", textError{7}, `"the error"`},
		{"no error but its pointer is", []failureP{{1}}, `[{"Code":1}]`},

		{"LogValuer", []any{secret("hunter2"), &who{"anna"}, []secret{"a", "b"}}, `["***",{"name":"anna"},["***","***"]]`},
		{"LogValuer as a field", &account2{&who{"anna"}, who{"bob"}}, `{"Owner":{"name":"anna"},"By":{"name":"bob"}}`},
		{"LogValuer without end", endless{}, `{"inner":{"inner":{"inner":{"inner":{"inner":{"inner":{"inner":{"inner":"...(cut)"}}}}}}}}`},
		{"slog.Value", []slog.Value{slog.IntValue(1), slog.StringValue("x"), slog.AnyValue(io.EOF), slog.DurationValue(5), slog.BoolValue(true), {}}, `[1,"x","EOF",5,true,null]`},
		{"slog.Attr", []any{slog.Int("a", 1), slog.Attr{}}, `[{"a":1},{}]`},
		{"slog.Attrs", []slog.Attr{slog.Int("a", 1), slog.Group("g", "b", 2, "b", 3), slog.Group("", "c", 4, "a", 5), slog.Group("empty", slog.Group("too")), {}, slog.Int("a", 6), slog.Int("empty", 7)},
			`{"a":1,"g":{"b":2,"b#2":3},"c":4,"a#2":5,"a#3":6,"empty":7}`},
		{"keys without UTF-8", slog.GroupValue(slog.Int("a\xff", 1), slog.Int("a\xfe", 2)), `{"a` + "\ufffd" + `":1,"a` + "\ufffd" + `#2":2}`},

		{"NaN", []float64{math.NaN(), math.Inf(1), math.Inf(-1)}, `["NaN","+Inf","-Inf"]`},
		{"NaN in a struct", struct {
			F float32
			S float64 `json:",string"`
		}{float32(math.Inf(-1)), math.NaN()}, `{"F":"-Inf","S":"NaN"}`},
		{"year 12000", []any{at, struct{ At *time.Time }{&at}}, `["12000-01-02T03:04:05Z",{"At":"12000-01-02T03:04:05Z"}]`},

		{"func", func() {}, `"!ERROR: json: unsupported type: func()"`},
		{"chan in a list", []any{1, make(chan int), "x"}, `[1,"!ERROR: json: unsupported type: chan int","x"]`},
		{"complex", map[string]any{"c": 1i, "d": 1}, `{"c":"!ERROR: json: unsupported type: complex128","d":1}`},
		{"struct that json never takes", map[string]any{"u": struct {
			Name string
			F    func()
		}{"hidden", nil}, "n": 1}, `{"n":1,"u":"!ERROR: json: unsupported type: func()"}`},
		{"http.Request", req, `"!ERROR: json: unsupported type: func() (io.ReadCloser, error)"`},
		{"MarshalJSON refuses", struct{ Key refuses }{refuses{errors.New("not for logs")}}, `{"Key":"!ERROR: json: error calling MarshalJSON for type value_test.refuses: not for logs"}`},
		{"MarshalJSON refuses with a cyclic error", refuses{cyclicError}, `"!ERROR: json: error calling MarshalJSON for type value_test.refuses: a loop"`},
		{"no JSON", json.RawMessage("{"), `"!ERROR: json: error calling MarshalJSON for type json.RawMessage: unexpected end of JSON input"`},
		{"no number", json.Number("1x"), `"!ERROR: json: invalid number literal \"1x\""`},

		{"panics", []any{panicsJSON{}, panicsText{}, panicsError{}, panicsValue{}, 1},
			`["!PANIC in value_test.panicsJSON: boom","!PANIC in value_test.panicsText: boom","!PANIC in value_test.panicsError: boom","!PANIC in value_test.panicsValue: boom",1]`},
		{"panic in a group", slog.GroupValue(slog.Any("a", panicsValue{}), slog.Int("b", 1)), `{"a":"!PANIC in value_test.panicsValue: boom","b":1}`},
		{"nil pointers", []any{(*failure)(nil), (*failureP)(nil), (*who)(nil), (*ByPointer)(nil), (*account)(nil), (*panicsJSON)(nil), (**int)(nil)}, `[null,null,null,null,null,null,null]`},
		{"nil pointers in interfaces", struct {
			E error
			M json.Marshaler
			L slog.LogValuer
		}{(*failureP)(nil), (*ByPointer)(nil), (*who)(nil)}, `{"E":null,"M":null,"L":null}`},
		{"nil pointer in a group", []slog.Attr{slog.Any("w", (*who)(nil))}, `{"w":null}`},

		{"keys of any type", map[any]any{"a": 1, 2: "x", nil: true, 1.5: nil, [1]bool{true}: 1, account{Hidden: "x"}: 2}, `{"1.5":null,"2":"x","<nil>":true,"[true]":1,"a":1,"{\"Name\":\"\",\"Token\":\"***\",\"Err\":null}":2}`},
		{"equal keys", map[any]int{1: 7, "1": 8}, `{"1":7,"1#2":8}`},
		{"equal keys of a type", map[twins]int{1: 7, 2: 7, 3: 7}, `{"twin":7,"twin#2":7,"twin#3":7}`},
		{"equal keys without UTF-8", map[string]int{"a\xff": 1, "a\xfe": 1, "a\ufffd#2": 1}, "{\"a\ufffd#2\":1,\"a\ufffd\":1,\"a\ufffd#3\":1}"},
		{"key without text", map[textKey]int{{1}: 1}, `{"!ERROR: json: error calling MarshalText for type value_test.textKey: no text":1}`},

		{"terminal", []any{"\x1b\x7f\u0085\u202e", json.RawMessage("\"\u202e\x7f\xff\""), ByText{}}, `["\u001b\u007f\u0085\u202e","\u202e\u007f\ufffd","text<0>\""]`},
		{"a String method changes nothing", []any{userinfo{"anna", "hunter2"}, &userinfo{}, time.January}, `[{},{},1]`},
		{"a tag that is no name", badTag{1}, `{"A":1}`},

		{"bytes", []any{[]byte("hello"), []byte(nil), [2]byte{1, 2}}, `["aGVsbG8=",null,[1,2]]`},
		{"a pointer to text", []any{&text, &struct{ P **int }{}}, `["x",{"P":null}]`},
		{"address", []any{netip.MustParseAddr("fe80::1%eth0"), netip.Addr{}}, `["fe80::1%eth0",""]`},
		{"direct interfaces", []any{struct{ P *int }{}, [1]*string{&text}, map[int]int{1: 2}, (func())(nil), struct{ M map[string]int }{}}, `[{"P":null},["x"],{"1":2},"!ERROR: json: unsupported type: func()",{"M":null}]`},
	}
	for _, test := range tests {
		got := strings.ReplaceAll(string(value.AppendJSON(nil, test.value)), "jsontext.Value", "json.RawMessage") // its name since Go 1.27
		if !json.Valid([]byte(got)) {
			t.Errorf("%s: invalid: %s", test.name, got)
		}
		if got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
	}
}

// A value that contains itself ends in an error, and the rest of it is written.
func TestCycles(t *testing.T) {
	list := []any{1, nil}
	list[1] = list
	byName := map[string]any{"n": 1}
	byName["self"] = byName
	node := &Node{Value: 1}
	node.Next = &Node{Value: 2, Next: node}
	chain := Chain{nil, nil}
	chain[1] = chain
	forest := Forest{}
	forest["f"] = forest
	anyMap := map[any]any{}
	anyMap[1] = &anyMap
	var pointer Pointer
	pointer = &pointer
	attrs := []slog.Attr{slog.Int("a", 1), {}}
	attrs[1] = slog.Any("list", []any{slog.GroupValue(attrs...), attrs})
	const mark = `"!ERROR: json: unsupported value: encountered a cycle via `
	for _, test := range []struct {
		value any
		want  string
	}{
		{list, `[1,` + mark + `[]interface {}"]`},
		{byName, `{"n":1,"self":` + mark + `map[string]interface {}"}`},
		{node, `{"Value":1,"Next":{"Value":2,"Next":` + mark + `*value_test.Node","Kids":null,"ByName":null},"Kids":null,"ByName":null}`},
		{chain, `[null,` + mark + `value_test.Chain"]`},
		{forest, `{"f":` + mark + `value_test.Forest"}`},
		{anyMap, `{"1":` + mark + `map[interface {}]interface {}"}`},
		{pointer, mark + `value_test.Pointer"`},
		{attrs, `{"a":1,"list":[` + mark + `[]slog.Attr",` + mark + `[]slog.Attr"]}`},
		{[]any{node.Next, node.Next}, ""}, // the same value twice is not a cycle
	} {
		got := string(value.AppendJSON(nil, test.value))
		if test.want != "" && got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("invalid: %s", got)
		}
	}
}

// A value that is too deep or too large ends in a mark and is valid JSON.
func TestBounds(t *testing.T) {
	nest := func(n int) (v any) {
		for range n {
			v = []any{v}
		}
		return v
	}
	if got := string(value.AppendJSON(nil, nest(100))); strings.Contains(got, "cut") {
		t.Errorf("a depth of 100 is cut: %s", got)
	}
	if got := string(value.AppendJSON(nil, nest(101))); !strings.Contains(got, `["...(cut)"]`) {
		t.Errorf("a depth of 101 is not cut: %s", got)
	}
	wide := make(map[string]any)
	lists := [][]string{}
	var list any = "x"
	for i := range 100_000 {
		wide[fmt.Sprint("key", i)] = i
		lists = append(lists, []string{"some text", "and more"})
		list = "y"
	}
	var bush any = list
	for range 60 {
		bush = []any{bush, bush, bush}
	}
	type tree struct{ Left, Right *tree }
	var root *tree
	for range 60 {
		root = &tree{root, root}
	}
	long := strings.Repeat("long text ", value.MaxSize/5)
	for name, v := range map[string]any{
		"map": wide, "lists": lists, "bush": bush, "tree": root, "text": long, "texts": []string{long, long}, "bytes": []byte(long), "raw": json.RawMessage(`"` + long + `"`),
		"group": []slog.Attr{slog.String("a", long), slog.Int("b", 1)}, "struct": struct{ A, B string }{long, long}, "ints": make([]int, 1<<20), "typed": make([]uint16, 1<<20),
		"marshaler": map[string]any{"a": json.RawMessage(`"` + long + `"`), "b": 1}, "error": errors.New(long), "map of texts": map[string]string{"a": long, "b": long}, "typed map": map[int]string{1: long, 2: "x"},
	} {
		got := value.AppendJSON(nil, v)
		if !json.Valid(got) || len(got) > 2*value.MaxSize || !strings.Contains(string(got), "(cut)") {
			t.Errorf("%s: %d bytes, valid: %v: %.200s", name, len(got), json.Valid(got), got)
		}
	}
}
