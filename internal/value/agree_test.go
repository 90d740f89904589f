package value_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/internal/value"
	"github.com/logbook-go/logbook/logbook"
)

// odd are the types that encoding/json refuses, or writes in another way than package
// value.
var odd = []reflect.Type{
	reflect.TypeFor[func()](), reflect.TypeFor[chan int](), reflect.TypeFor[complex128](), reflect.TypeFor[error](), reflect.TypeFor[[]error](),
	reflect.TypeFor[failure](), reflect.TypeFor[*failureP](), reflect.TypeFor[jsonError](), reflect.TypeFor[textError](), reflect.TypeFor[account](),
	reflect.TypeFor[secret](), reflect.TypeFor[*who](), reflect.TypeFor[account2](), reflect.TypeFor[userinfo](), reflect.TypeFor[endless](),
	reflect.TypeFor[panicsJSON](), reflect.TypeFor[panicsText](), reflect.TypeFor[panicsError](), reflect.TypeFor[panicsValue](),
	reflect.TypeFor[slog.Value](), reflect.TypeFor[slog.Attr](), reflect.TypeFor[[]slog.Attr](), reflect.TypeFor[slog.Level](),
	reflect.TypeFor[map[any]any](), reflect.TypeFor[map[twins]int](), reflect.TypeFor[map[textKey]int](), reflect.TypeFor[map[float64]string](),
	reflect.TypeFor[time.Month](), reflect.TypeFor[time.Weekday](), reflect.TypeFor[*time.Location](), reflect.TypeFor[fmt.Stringer](),
}

// fillOdd sets a value of a type in odd that has no exported parts, and raw JSON.
func (g *generator) fillOdd(v any) (done bool) {
	switch p := v.(type) {
	case *func():
		*p = []func(){nil, func() {}}[g.n(2)]
	case *chan int:
		*p = []chan int{nil, make(chan int)}[g.n(2)]
	case *json.RawMessage:
		*p = json.RawMessage(raws[1+g.n(len(raws)-1)]) // not the first, which has a name twice
	case *error:
		cause := &failureP{g.n(3)}
		*p = []error{nil, io.EOF, cause, (*failureP)(nil), failure{1}, jsonError{2}, fmt.Errorf("reading: %w", cause), errors.Join(io.EOF, cause), panicsError{}, &loop{io.EOF}}[g.n(10)]
	case **who:
		*p = []*who{nil, {g.text()}}[g.n(2)]
	case *userinfo:
		*p = userinfo{g.text(), g.text()}
	case *slog.Value:
		*p = g.slogValue(3)
	case *slog.Attr:
		*p = slog.Attr{Key: texts[g.n(3)], Value: g.slogValue(3)}
	case **time.Location:
		*p = []*time.Location{nil, time.UTC}[g.n(2)]
	case *fmt.Stringer:
		*p = []fmt.Stringer{nil, time.March, userinfo{"a", "b"}, (*time.Location)(nil), time.Second}[g.n(5)]
	default:
		return false
	}
	return true
}

func (g *generator) slogValue(depth int) slog.Value {
	switch g.n(5) {
	case 0:
		var attrs []slog.Attr
		for i := range g.n(4) {
			key := []string{"a", "b", "", "a", "a#2", "bad\xff"}[g.n(6)]
			if depth > 0 {
				attrs = append(attrs, slog.Attr{Key: key, Value: g.slogValue(depth - 1)})
			} else {
				attrs = append(attrs, slog.Int(key, i))
			}
		}
		return slog.GroupValue(attrs...)
	case 1:
		return slog.AnyValue(g.value(odd[g.n(len(odd))], 2).Interface())
	case 2:
		return slog.AnyValue(g.value(zoo[g.n(len(zoo))], 3).Interface())
	default:
		return slog.AnyValue(g.value(scalars[g.n(len(scalars))], 2).Interface())
	}
}

// unchanging are types whose values the program cannot change.
var unchanging = []reflect.Type{
	reflect.TypeFor[*time.Location](), reflect.TypeFor[time.Time](), reflect.TypeOf(io.EOF), reflect.TypeOf(fmt.Errorf("%w", io.EOF)), reflect.TypeFor[slog.Value](), reflect.TypeFor[[]slog.Attr](),
}

// change changes everything that a value refers to, as a program may do after it logged
// the value.
func change(v reflect.Value, seen map[unsafe.Pointer]bool) {
	for _, t := range unchanging {
		if v.Type() == t {
			return
		}
	}
	if v.CanAddr() {
		v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem() // unexported fields, too
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && !seen[v.UnsafePointer()] {
			seen[v.UnsafePointer()] = true
			change(v.Elem(), seen)
		}
	case reflect.Interface:
		if !v.IsNil() {
			change(v.Elem(), seen)
		}
	case reflect.Slice:
		if v.Len() == 0 || seen[v.UnsafePointer()] {
			return
		}
		seen[v.UnsafePointer()] = true
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			change(v.Index(i), seen)
		}
	case reflect.Map:
		if v.Len() == 0 || seen[v.UnsafePointer()] {
			return
		}
		seen[v.UnsafePointer()] = true
		for it := v.MapRange(); it.Next(); {
			change(it.Value(), seen)
		}
		v.Clear()
	case reflect.Struct:
		if !v.CanAddr() {
			copied := reflect.New(v.Type()).Elem()
			copied.Set(v)
			v = copied
		}
		for i := range v.NumField() {
			change(v.Field(i), seen)
		}
	}
	if v.CanSet() {
		switch {
		case v.CanInt():
			v.SetInt(v.Int() + 1)
		case v.CanUint():
			v.SetUint(v.Uint() + 1)
		case v.CanFloat():
			v.SetFloat(v.Float() + 1)
		case v.Kind() == reflect.Bool:
			v.SetBool(!v.Bool())
		case v.Kind() == reflect.String:
			v.SetString(v.String() + "!")
		case v.Kind() == reflect.Interface, v.Kind() == reflect.Pointer, v.Kind() == reflect.Slice:
			v.SetZero()
		}
	}
}

// foreignHandler is another package's slog handler. It keeps the attributes of a record.
type foreignHandler struct {
	slog.Handler
	attrs []slog.Attr
}

func (h *foreignHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h *foreignHandler) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != compat.ChannelKey {
			h.attrs = append(h.attrs, a)
		}
		return true
	})
	return nil
}

var addresses = regexp.MustCompile("0x[0-9a-f]+")

// checkAgreement checks that the output for an attribute is the same if it is formatted
// during the call, after the record was retained, by way of slog in both directions, and
// after it was sent. What must differ is listed at asReceived and canonical.
func checkAgreement(t *testing.T, a slog.Attr, change func()) {
	t.Helper()
	formats := map[string]logbook.Formatter{
		"json": logbook.JSON(nil), "logfmt": logbook.Logfmt(nil), "message": logbook.MustFormat("{record.message}"), "wire": logbook.Wire(),
	}
	show := func(format string, r *logbook.Record) string {
		b, err := formats[format].AppendFormat(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		return addresses.ReplaceAllString(string(b), "0x")
	}
	made := func(attrs ...slog.Attr) *logbook.Record {
		return logbook.NewRecord(logbook.RecordData{Time: time.Unix(1e9, 0), Template: "{v}", Attrs: attrs, Goroutine: 1})
	}
	attrsOf := func(line string) string {
		var out struct{ Msg json.RawMessage }
		if err := json.Unmarshal([]byte(line), &out); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		_, rest, _ := strings.Cut(line, `"msg":`+string(out.Msg))
		return rest
	}
	during := func(r *logbook.Record) string { return attrsOf(show("json", r)) }

	direct := make(map[string]string)
	for format := range formats {
		direct[format] = show(format, made(a))
	}
	want := attrsOf(direct["json"])
	differ := func(way, got, want string) {
		if got != want {
			t.Errorf("%s: %T %#v:\ngot  %s\nwant %s", way, a.Value.Any(), a.Value.Any(), got, want)
		}
	}

	foreign := new(foreignHandler)
	var line string
	capture := logbook.NewHandler(func(r *logbook.Record) error { line = during(r); return nil }, nil)
	logbook.InGoroutine(func() { logbook.Info("m", a) }, compat.ToSlog(foreign, nil))
	differ("to slog", during(made(foreign.attrs...)), want)
	logbook.InGoroutine(func() { slog.New(compat.NewSlogHandler(nil, nil)).Info("m", a) }, capture)
	differ("from slog", line, want)

	sent := new(logbook.Record)
	if err := sent.UnmarshalJSON([]byte(direct["wire"])); err != nil {
		t.Fatal(err)
	}
	differ("wire", canonical(t, during(sent)), canonical(t, during(made(asReceived([]slog.Attr{a}, 0)...))))

	with := logbook.With(a)
	retained := map[string]*logbook.Record{"retained": made(a).Retain(), "cloned": made(a).Clone()}
	change()
	for way, r := range retained {
		for format, want := range direct {
			differ(way+", "+format, show(format, r), want)
		}
	}
	logbook.InGoroutine(func() { with.Info("m") }, capture)
	differ("with", line, want)
}

// asReceived changes attributes as the wire does, which is made for Python: durations and
// times are text, and of members with the same name the newest keeps it.
func asReceived(attrs []slog.Attr, depth int) (out []slog.Attr) {
	for _, a := range attrs {
		v, depth := a.Value, depth
		if v.Kind() == slog.KindLogValuer {
			if v, depth = value.Resolve(v), depth+1; depth > 8 {
				v = slog.StringValue(value.CutMark)
			}
		}
		switch v.Kind() {
		case slog.KindDuration:
			out = append(out, slog.String(a.Key, v.Duration().String()))
		case slog.KindTime:
			layout := "2006-01-02T15:04:05.000000Z"
			if v.Time().Nanosecond()%1000 != 0 {
				layout = "2006-01-02T15:04:05.000000000Z"
			}
			out = append(out, slog.String(a.Key, v.Time().UTC().Format(layout)))
		case slog.KindGroup:
			if members := asReceived(v.Group(), depth); a.Key == "" {
				out = append(out, members...)
			} else {
				out = append(out, slog.Attr{Key: a.Key, Value: slog.GroupValue(members...)})
			}
		default:
			out = append(out, slog.Attr{Key: a.Key, Value: v})
		}
	}
	used := make(map[string]bool)
	for _, a := range out {
		used[a.Key] = true
	}
	written := make(map[string]bool)
	for i := len(out) - 1; i >= 0; i-- {
		key := out[i].Key
		for n := 2; written[out[i].Key]; n++ {
			if next := fmt.Sprint(key, "#", n); !used[next] {
				out[i].Key, used[next] = next, true
			}
		}
		written[out[i].Key] = true
	}
	return out
}

// canonical returns JSON as the wire keeps it: numbers that are not integers have the
// precision of a float64, -0 is the integer 0, and objects in lists are maps, which have no
// order.
func canonical(t *testing.T, text string) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader("{" + strings.TrimPrefix(text, ",")))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	var plain func(v any) any
	plain = func(v any) any {
		switch x := v.(type) {
		case json.Number:
			if f, err := x.Float64(); err == nil && (f == 0 || strings.ContainsAny(string(x), ".eE")) {
				f += 0 // not -0
				return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
			}
		case []any:
			for i := range x {
				x[i] = plain(x[i])
			}
		case map[string]any:
			for key := range maps.Clone(x) {
				x[key] = plain(x[key])
			}
		}
		return v
	}
	out, err := json.Marshal(plain(object))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func agree(t *testing.T, choices []byte) {
	t.Helper()
	g := newGenerator(choices)
	g.odd = true
	v := g.value(g.typ(1+g.n(3)), 6)
	checkAgreement(t, g.attr(v), func() { change(v, make(map[unsafe.Pointer]bool)) })
}

// attr returns an attribute with a value, in one of the ways that a program may have.
func (g *generator) attr(v reflect.Value) slog.Attr {
	switch x := v.Interface(); g.n(6) {
	case 0:
		return slog.Any("v", v.Addr().Interface())
	case 1:
		return slog.Any("v", []any{x, 1})
	case 2:
		return slog.Any("v", map[string]any{"k": x})
	case 3:
		return slog.Group("v", slog.Any("k", x), slog.Any("p", v.Addr().Interface()), slog.Any("", x))
	default:
		return slog.Any("v", x)
	}
}

func FuzzAgreement(f *testing.F) {
	for i := range 600 {
		f.Add([]byte{byte(i), byte(i >> 8), byte(i * 7)})
	}
	f.Fuzz(func(t *testing.T, choices []byte) { agree(t, choices) })
}
