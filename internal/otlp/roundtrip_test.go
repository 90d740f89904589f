package otlp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
)

var at = time.Date(2026, 2, 28, 13, 37, 42, 123456789, time.FixedZone("", 3600))

// logged returns the records that fn logs.
func logged(fn func(), items ...logbook.Bindable) (rs []*logbook.Record) {
	h := logbook.NewHandler(func(r *logbook.Record) error { rs = append(rs, r.Retain()); return nil }, nil)
	logbook.InGoroutine(fn, append([]logbook.Bindable{h}, items...)...)
	return rs
}

// coded returns records that were encoded and decoded.
func coded(t *testing.T, rs []*logbook.Record, o *otlp.EncodeOptions) []*logbook.Record {
	t.Helper()
	body := new(otlp.Encoder).AppendRequest(nil, rs, o)
	if n, err := otlp.CountRecords(body); n != len(rs) || err != nil {
		t.Fatalf("%d records, %v, want %d", n, err, len(rs))
	}
	out, err := otlp.DecodeRequest(body)
	if err != nil || len(out) != len(rs) {
		t.Fatalf("%d records, %v, want %d", len(out), err, len(rs))
	}
	return out
}

// content is what comes back of a record.
func content(r *logbook.Record) logbook.RecordData {
	d := r.Data()
	d.Cause = nil
	if d.Time.IsZero() {
		d.Time = time.Time{}
	} else {
		_, offset := d.Time.Zone()
		d.Time = d.Time.In(time.FixedZone("", offset))
	}
	return d
}

func equal(t *testing.T, got, want *logbook.Record) {
	t.Helper()
	g, w := content(got), content(want)
	if !g.Time.Equal(w.Time) || g.Time.String() != w.Time.String() {
		t.Errorf("time %v, want %v", g.Time, w.Time)
	}
	g.Time, w.Time = time.Time{}, time.Time{}
	for _, attrs := range [][2][]slog.Attr{{g.Attrs, w.Attrs}, {g.Extra, w.Extra}} {
		if got, want := describe(attrs[0]), describe(attrs[1]); got != want {
			t.Errorf("attributes\n%s\nwant\n%s", got, want)
		}
	}
	g.Attrs, g.Extra, w.Attrs, w.Extra = nil, nil, nil, nil
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got\n%+v\nwant\n%+v", g, w)
		if g.Error != nil && w.Error != nil {
			t.Errorf("error\n%+v\nwant\n%+v", *g.Error, *w.Error)
		}
	}
}

// describe returns attributes with the kinds of their values. A group without a name is the same
// as its members.
func describe(attrs []slog.Attr) string {
	var b strings.Builder
	for _, a := range attrs {
		switch v := a.Value; v.Kind() {
		case slog.KindGroup:
			if a.Key == "" {
				b.WriteString(describe(v.Group()))
				continue
			}
			fmt.Fprintf(&b, "%q: {\n%s}\n", a.Key, describe(v.Group()))
		case slog.KindAny:
			fmt.Fprintf(&b, "%q: %T %#v\n", a.Key, v.Any(), v.Any())
		default:
			fmt.Fprintf(&b, "%q: %v %q\n", a.Key, v.Kind(), v)
		}
	}
	return b.String()
}

// A record of ours comes back equal.
func TestRoundTrip(t *testing.T) {
	path := &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}
	rs := logged(func() {
		log := logbook.New("app.db")
		log.Info("plain")
		log.Info("{n} rows", "n", 12, "s", "text", "ok", true, "f", 2.5, "took", 1500*time.Millisecond, "nan", math.Inf(-1))
		log.Warn("kinds", "small", uint64(7), "large", uint64(math.MaxUint64), "at", at, "utc", at.UTC(), "nil", nil, "bytes", []byte{0, 255}, "bad", "a\xffb")
		log.Info("groups", slog.Group("g", "a", 1, slog.Group("h", "d", time.Second, "t", at), slog.Group("empty")), slog.Group("", "open", 1))
		log.With("w", time.Minute).WithGroup("g").With("in", uint64(1)).Error("open group", "k", "v", logbook.Err(io.EOF))
		log.WithGroup("g").Error("only an error", logbook.Err(io.EOF))
		log.Exception(errors.Join(fmt.Errorf("reading: %w", path), io.ErrUnexpectedEOF), "failed")
		log.Error("traced", logbook.Err(logbook.WithStack(path)))
		log.Log(t.Context(), logbook.LevelTrace, "a message \xff that is not UTF-8")
		log.Critical("a field {y:>3}", "y", 1)
		log.Infof("%d %s", 1, "{z}")
		logbook.Info("no channel")
		for level := -100; level <= 40; level++ {
			log.Log(t.Context(), logbook.Level(level), "level")
		}
	}, logbook.Processor(func(r *logbook.Record) {
		if r.Level() >= logbook.LevelInfo {
			r.SetAttrs(slog.String("request", "r1"), slog.Duration("age", time.Hour))
		}
	}), logbook.Flags{})
	if len(rs) != 12+141 {
		t.Fatalf("%d records", len(rs))
	}
	for i, r := range coded(t, rs, nil) {
		equal(t, r, rs[i])
	}
}

// Values of other kinds come back as their JSON.
func TestOtherValues(t *testing.T) {
	type point struct{ X, Y int }
	for _, test := range []struct{ value, want any }{
		{[]string{"a", "b"}, []any{"a", "b"}},
		{map[string]any{}, map[string]any{}},
		{map[string]any{"": 1}, map[string]any{"": int64(1)}},
		{[]any{map[string]int{"a": 1}, nil, 1.5}, []any{map[string]any{"a": int64(1)}, nil, 1.5}},
		{[]point{}, []any{}},
		{io.EOF, "EOF"},
		{[]uint64{math.MaxUint64}, []any{"18446744073709551615"}},
		{errors.New("a \"quoted\" text"), `a "quoted" text`},
		{func() {}, "!ERROR: json: unsupported type: func()"},
		{http.Header{"A": {"x"}}, slog.GroupValue(slog.Any("A", []any{"x"}))},
		{point{1, 2}, slog.GroupValue(slog.Int("X", 1), slog.Int("Y", 2))},
	} {
		rs := logged(func() { logbook.Info("m", "v", test.value) })
		v, _ := coded(t, rs, nil)[0].Lookup("v")
		if got, want := describe([]slog.Attr{{Key: "v", Value: v}}), describe([]slog.Attr{slog.Any("v", test.want)}); got != want {
			t.Errorf("%#v: %s, want %s", test.value, got, want)
		}
	}
}

// Keys are unique, and do not collide with the fields of a record.
func TestKeys(t *testing.T) {
	rs := logged(func() {
		logbook.With("k", 1).Info("m", "k", 2, "k#2", 3, "k", 4, "thread.id", 7, "a\xff", 1, "a\xfe", 2, slog.Group("g", "k", 1, "k", 2), slog.Group("g", "x", 1))
	})
	var got []string
	for a := range coded(t, rs, nil)[0].Attrs {
		got = append(got, a.Key)
	}
	want := "k k#2 k#2#2 k#3 thread.id#2 a\ufffd a\ufffd#2 g g#2"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("%s, want %s", s, want)
	}
}

// Records that are sent on keep their origin.
func TestOrigin(t *testing.T) {
	trace := func(context.Context) (id [16]byte, span [8]byte, flags byte) { return [16]byte{1, 2}, [8]byte{3}, 1 }
	o := &otlp.EncodeOptions{Resource: otlp.Resource("shop", "i-1"), Trace: trace}
	rs := logged(func() { logbook.New("a").Info("one"); logbook.New("b").Info("two") })
	first := coded(t, rs, o)
	again := coded(t, coded(t, first, &otlp.EncodeOptions{Resource: otlp.Resource("relay", "i-2")}), nil)
	for i, r := range again {
		equal(t, r, first[i])
		if r.Text("resource.service.name") != "shop" || r.Text("trace_id") != "0102"+strings.Repeat("00", 14) || r.Text("span_id") != "0300000000000000" || r.Text("trace_flags") != "1" {
			t.Errorf("attributes %s", describe(r.Data().Extra))
		}
	}
	if again[0].Channel() != "a" || again[1].Channel() != "b" {
		t.Error("wrong channels")
	}
}
