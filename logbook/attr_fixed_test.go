package logbook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

type address struct{ City string }

type person struct {
	Name  string
	Home  *address
	Tags  []string
	Since time.Time
}

// hidden has an unexported field that cannot be copied.
type hidden struct{ n *int }

func (h hidden) String() string               { return fmt.Sprint("hidden ", *h.n) }
func (h hidden) MarshalJSON() ([]byte, error) { return json.Marshal(*h.n) }

// jsonError is an error with a MarshalJSON method.
type jsonError struct{ code int }

func (e *jsonError) Error() string { return fmt.Sprint("code ", e.code) }
func (e *jsonError) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `{"code":%d}`, e.code), nil
}

// changing returns attributes, and a function that changes their values.
func changing() (attrs []slog.Attr, change func()) {
	n := 1
	m, header := map[string]int{"k": 1}, http.Header{"Accept": {"a"}}
	list, nested := []string{"a"}, []any{map[string]any{"k": []int{1}}}
	who := &person{"anna", &address{"Rom"}, []string{"x"}, at}
	raw, buf := []byte("raw"), bytes.NewBufferString("buffer")
	plain, own := &mutableError{"before"}, &jsonError{1}
	inner := map[any]any{1: &address{"Rom"}, "nil": nil, netip.MustParseAddr("::1"): 1}
	attrs = []slog.Attr{
		slog.Any("m", m), slog.Any("header", header), slog.Any("list", list), slog.Any("nested", nested), slog.Any("who", *who),
		slog.Any("raw", raw), slog.Any("buf", buf), slog.Any("err", plain), slog.Any("own", own), logbook.Err(plain),
		slog.Any("hidden", hidden{&n}), slog.Any("valuer", valuerFunc(func() slog.Value { return slog.IntValue(n) })),
		slog.Group("g", slog.Any("m", m), slog.Any("who", who)), slog.Any("inner", inner), slog.Any("pointer", &list),
	}
	return attrs, func() {
		n, m["k"], list[0], raw[0] = 2, 2, "b", 'R'
		header.Set("X", "y")
		nested[0].(map[string]any)["k"].([]int)[0] = 2
		who.Home.City, who.Tags[0] = "Oslo", "y"
		plain.text, own.code = "after", 2
		buf.WriteString("!")
		inner[1].(*address).City = "Oslo"
	}
}

var addresses = regexp.MustCompile("0x[0-9a-f]+")

// formats returns the attributes of a record in all formats.
func formats(t *testing.T, r *logbook.Record) string {
	t.Helper()
	var out []string
	for _, f := range []logbook.Formatter{logbook.JSON(nil), logbook.Logfmt(nil), logbook.MustFormat("{record.message}{record.attrs}"), logbook.Wire()} {
		b, err := f.AppendFormat(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, addresses.ReplaceAllString(string(b), "0x")) // text contains the addresses of pointers
	}
	return strings.Join(out, "\n")
}

// Values are fixed by With, by Attrs, and when a record is retained or cloned.
func TestValuesAreFixed(t *testing.T) {
	attrs, change := changing()
	args := make([]any, len(attrs))
	for i, a := range attrs {
		args[i] = a
	}
	log := logbook.New("fixed")
	processor := logbook.Processor(func(r *logbook.Record) {
		r.SetAttrs(attrs[1:]...)
		r.Set("m", map[string]int{"k": 1})
	})
	keep := func(items ...logbook.Bindable) func(log func()) *logbook.Record {
		return func(log func()) (kept *logbook.Record) {
			logbook.InGoroutine(log, append([]logbook.Bindable{logbook.NewHandler(func(r *logbook.Record) error {
				kept = r.Retain()
				return nil
			}, nil)}, items...)...)
			return kept
		}
	}
	call := func() { log.LogAttrs(context.Background(), logbook.LevelInfo, "{m} {hidden}", attrs...) }
	with, grouped, fixed := log.With(args...), log.WithGroup("g").WithAttrs(attrs...), logbook.Attrs(args...)
	records := map[string]*logbook.Record{
		"call":      keep()(call),
		"processor": keep(processor)(func() { log.Info("m") }),
		"replaced": keep(logbook.Processor(func(r *logbook.Record) {
			r.ReplaceAttrs(func(_ []string, a slog.Attr) slog.Attr { return slog.Any(a.Key, attrs[0].Value.Any()) })
		}))(func() { with.Info("m") }),
		"NewRecord": logbook.NewRecord(logbook.RecordData{Time: at, Message: "m", Attrs: attrs, Extra: attrs}).Retain(),
		"Clone":     logbook.NewRecord(logbook.RecordData{Time: at, Message: "m", Attrs: attrs, Extra: attrs}).Clone(),
	}
	logbook.InGoroutine(call, logbook.NewHandler(func(r *logbook.Record) error { records["cloned in Handle"] = r.Clone(); return nil }, nil))
	clone := logbook.NewRecord(logbook.RecordData{Time: at, Message: "m"}).Clone()
	clone.SetAttrs(attrs...)
	records["changed clone"] = clone.Retain()

	before := make(map[string]string)
	for name, r := range records {
		before[name] = formats(t, r)
	}
	lines := func() string {
		return formats(t, keep(fixed)(func() { with.Info("{m} {hidden}") })) + formats(t, keep()(func() { grouped.Info("m") }))
	}
	withBefore := lines()
	change()
	for name, r := range records {
		if after := formats(t, r); after != before[name] {
			t.Errorf("%s: before\n%s\nafter\n%s", name, before[name], after)
		}
	}
	tail := func(s string) string { return s[strings.Index(s, `"msg"`):strings.Index(s, "time=")] }
	if after := lines(); tail(after) != tail(withBefore) || strings.Contains(after, "Oslo") || strings.Contains(after, "after") {
		t.Errorf("With: before\n%s\nafter\n%s", withBefore, after)
	}
}

// Retain does not change the output of a record.
func TestRetainedValuesLookTheSame(t *testing.T) {
	attrs, _ := changing()
	direct := formats(t, logbook.NewRecord(logbook.RecordData{Time: at, Message: "m", Attrs: attrs}))
	retained := formats(t, logbook.NewRecord(logbook.RecordData{Time: at, Message: "m", Attrs: attrs}).Retain())
	if direct != retained {
		t.Errorf("direct\n%s\nretained\n%s", direct, retained)
	}
}

// Copies keep their type, so that filters and redaction recognize them. A FixedValue
// has the type and text of the value.
func TestFixedValuesKeepTheirType(t *testing.T) {
	n := 1
	where := &address{"Rom"}
	var mutex struct {
		sync.Mutex
		N map[string]int
	}
	cycle := []any{nil}
	cycle[0] = cycle
	tests := []struct {
		value  any
		copied bool
	}{
		{map[string]int{"k": 1}, true},
		{http.Header{"A": {"b"}}, true},
		{&person{Home: where}, true},
		{[]*address{where, nil}, true},
		{map[string]any{"a": []any{1, nil, where}}, true},
		{[2][]int{{1}, nil}, true},
		{json.RawMessage("{}"), true},
		{(*address)(nil), true},
		{map[any]int{1: 1, "a": 2, nil: 3}, true},
		{io.EOF, true},
		{fmt.Errorf("reading: %w", io.EOF), true},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}, true},
		{&codeError{7}, true},
		{(*jsonError)(nil), true},
		{hidden{&n}, false},
		{&mutex, false},
		{map[*address]int{where: 1}, false},
		{cycle, false},
		{func() {}, false},
		{make([]int, 1<<20), false},
	}
	for _, test := range tests {
		h := record(t)
		logbook.With("v", test.value).Info("m")
		v, _ := h.last(t).Lookup("v")
		got := v.Any()
		f, fixed := got.(*logbook.FixedValue)
		switch want := reflect.TypeOf(test.value); {
		case test.copied && (reflect.TypeOf(got) != want || !reflect.DeepEqual(got, test.value)):
			t.Errorf("%T became %T: %v", test.value, got, got)
		case !test.copied && (!fixed || f.Type() != want):
			t.Errorf("%T became %T, want a FixedValue of its type", test.value, got)
		}
	}

	h := record(t)
	logbook.With("a", &jsonError{1}, logbook.Err(errors.New("boom"))).Info("m")
	v, _ := h.last(t).Lookup("a")
	f, fixed := v.Any().(*logbook.FixedError)
	var own *jsonError
	if !fixed || f.Type() != reflect.TypeOf(own) || !errors.As(f, &own) || own.code != 1 {
		t.Errorf("an error that cannot be copied became %#v", v.Any())
	}
}

// codeError is an error that can be copied.
type codeError struct{ Code int }

func (e *codeError) Error() string { return fmt.Sprint("code ", e.Code) }

// A copy of an error does not change with the error.
func TestErrorsAreCopied(t *testing.T) {
	var kept *logbook.Record
	h := logbook.NewHandler(func(r *logbook.Record) error { kept = r.Retain(); return nil }, nil)
	err := &codeError{1}
	logbook.InGoroutine(func() { logbook.Info("m", "err", err) }, h)
	err.Code = 2
	if v, _ := kept.Lookup("err"); fmt.Sprintf("%T %v", v.Any(), v) != "*logbook_test.codeError code 1" {
		t.Errorf("got %T %v", v.Any(), v)
	}
}

// Values that were passed to With may change on any goroutine. This is a test for the
// race detector.
func TestWithSharesNothing(t *testing.T) {
	for _, f := range []logbook.Formatter{logbook.JSON(nil), nil} {
		h := &formatting{logbook.Options{Formatter: f}}
		logbook.InGoroutine(func() {
			for range 20 {
				header := http.Header{"Accept": {"*/*"}}
				log := logbook.With("headers", header)
				var wg sync.WaitGroup
				wg.Add(1)
				logbook.Go(func() { defer wg.Done(); log.Info("working") })
				for i := range 20 {
					header.Set(fmt.Sprint("X-", i), "y")
				}
				wg.Wait()
			}
		}, h)
	}
}

// formatting formats records and discards the lines.
type formatting struct{ logbook.Options }

func (h *formatting) Handle(r *logbook.Record) error {
	_, err := h.AppendFormat(nil, r)
	return err
}
