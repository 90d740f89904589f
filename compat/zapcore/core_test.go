package zapbridge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	zapbridge "github.com/logbook-go/logbook/compat/zapcore"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

type point struct{ x, y int }

func (p point) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddInt("x", p.x)
	enc.OpenNamespace("rest")
	enc.AddInt("y", p.y)
	return nil
}

type failing struct{}

func (failing) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddBool("begun", true)
	return errors.New("cannot")
}

// Each kind of field keeps its type, and comes out of Logbook's JSON as slog's attribute of
// that type.
func TestFields(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	address, err := url.Parse("https://example.org/a")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		field zap.Field
		want  string
	}{
		{zap.Bool("k", true), `"k":true`},
		{zap.Boolp("k", nil), `"k":null`},
		{zap.Int("k", -1), `"k":-1`},
		{zap.Int64("k", -1<<63), `"k":-9223372036854775808`},
		{zap.Int32("k", -2), `"k":-2`},
		{zap.Int16("k", -3), `"k":-3`},
		{zap.Int8("k", -4), `"k":-4`},
		{zap.Uint("k", 1), `"k":1`},
		{zap.Uint64("k", 1<<64-1), `"k":18446744073709551615`},
		{zap.Uint32("k", 2), `"k":2`},
		{zap.Uint16("k", 3), `"k":3`},
		{zap.Uint8("k", 4), `"k":4`},
		{zap.Uintptr("k", 5), `"k":5`},
		{zap.Float64("k", 0.1), `"k":0.1`},
		{zap.Float32("k", 0.1), `"k":0.1`},
		{zap.Complex128("k", 1+2i), `"k":"1+2i"`},
		{zap.Complex64("k", 0.1-2i), `"k":"0.1-2i"`},
		{zap.String("k", "a{b}"), `"k":"a{b}"`},
		{zap.ByteString("k", []byte("text")), `"k":"text"`},
		{zap.Binary("k", []byte{0, 255}), `"k":"AP8="`},
		{zap.Time("k", at), `"k":"2026-01-02T03:04:05.000006Z"`},
		{zap.Time("k", time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)), `"k":"9999-01-01T00:00:00Z"`},
		{zap.Stringer("k", address), `"k":"https://example.org/a"`},
		{zap.Stringer("k", (*url.URL)(nil)), `"k":"\u003cnil\u003e"`},
		{zap.Reflect("k", map[string]int{"a": 1}), `"k":{"a":1}`},
		{zap.Any("k", struct{ A []int }{[]int{1}}), `"k":{"A":[1]}`},
		{zap.Ints("k", []int{1, 2}), `"k":[1,2]`},
		{zap.Strings("k", []string{"a"}), `"k":["a"]`},
		{zap.Objects("k", []point{{1, 2}}), `"k":[{"rest":{"y":2},"x":1}]`},
		{zap.Object("k", point{1, 2}), `"k":{"x":1,"rest":{"y":2}}`},
		{zap.Dict("k", zap.Int("a", 1), zap.String("b", "c")), `"k":{"a":1,"b":"c"}`},
		{zap.Inline(point{1, 2}), `"x":1,"rest":{"y":2}`},
		{zap.Object("k", failing{}), `"k":{"begun":true},"kError":"cannot"`},
		{zap.Skip(), ``},
		{zap.Error(nil), ``},
	}
	var buf bytes.Buffer
	stream := handlers.NewStream(&buf, &logbook.Options{Formatter: logbook.JSON(nil)})
	defer logbook.PushGoroutine(stream)()
	log := zap.New(zapbridge.NewCore(nil))
	for _, test := range tests {
		for _, how := range []struct {
			name string
			log  func()
		}{
			{"in a call", func() { log.Info("m", test.field) }},
			{"of With", func() { log.With(test.field).Info("m") }},
		} {
			buf.Reset()
			how.log()
			if !strings.Contains(strings.ReplaceAll(buf.String(), "<nil>", `\u003cnil\u003e`), test.want) || !json.Valid(buf.Bytes()) {
				t.Errorf("%v %s: got %s want %s", test.field, how.name, buf.String(), test.want)
			}
		}
	}
}

// Duration is in Logbook's form, and has the type of a duration.
func TestDuration(t *testing.T) {
	h := logbooktest.Record(t)
	zap.New(zapbridge.NewCore(nil)).Info("m", zap.Duration("d", time.Minute))
	v, _ := h.Records()[0].Lookup("d")
	if v.Any() != time.Minute {
		t.Errorf("the attribute is %#v", v.Any())
	}
}

// Namespaces are groups, whether With or the call opens them.
func TestNamespaces(t *testing.T) {
	h := logbooktest.Record(t)
	log := zap.New(zapbridge.NewCore(nil))
	log.With(zap.Int("a", 1), zap.Namespace("w"), zap.Int("b", 2)).
		Info("m", zap.Int("c", 3), zap.Namespace("x"), zap.Namespace("y"), zap.Int("d", 4), zap.Error(fs.ErrExist))
	r := h.Records()[0]
	if got := []string{r.Text("a"), r.Text("w.b"), r.Text("w.c"), r.Text("w.x.y.d")}; !slices.Equal(got, []string{"1", "2", "3", "4"}) {
		t.Errorf("a, w.b, w.c, w.x.y.d are %q in %v", got, r.Data().Attrs)
	}
	if r.Err() != fs.ErrExist {
		t.Errorf("the error in a namespace is %v", r.Err())
	}
}

// An error is the record's, with those that it wraps, under any key and from With too.
func TestErrors(t *testing.T) {
	h := logbooktest.Record(t)
	log := zap.New(zapbridge.NewCore(nil))
	err := fmt.Errorf("save: %w", &fs.PathError{Op: "open", Path: "f", Err: fs.ErrNotExist})
	log.Warn("m", zap.Error(err))
	log.Warn("m", zap.NamedError("cause", err))
	log.With(zap.Error(err)).Warn("m")
	log.Sugar().Warnw("m", "error", err)
	for i, r := range h.Records() {
		if r.Err() != err || i < 3 && len(r.ErrorInfo().Chain) != 2 || r.Level() != logbook.LevelWarn {
			t.Errorf("record %d: error %v, chain %v", i, r.Err(), r.ErrorInfo())
		}
	}
	log.Warn("m", zap.Error((*fs.PathError)(nil)), zap.Errors("list", []error{err, nil}))
	if r := h.Records()[4]; r.ErrorInfo().Message != "<nil>" || !strings.Contains(r.Text("list"), "save: open f") {
		t.Errorf("a nil pointer is %q, a list of errors %q", r.ErrorInfo().Message, r.Text("list"))
	}
}

// The stack of an entry is that of its error, and otherwise an attribute.
func TestStack(t *testing.T) {
	h := logbooktest.Record(t)
	log := zap.New(zapbridge.NewCore(nil), zap.AddStacktrace(zap.ErrorLevel))
	log.Error("m", zap.Error(fs.ErrExist))
	log.Error("m")
	own := logbook.WithStack(fs.ErrExist)
	log.Error("m", zap.Error(own))
	rs := h.Records()
	info := rs[0].ErrorInfo()
	if len(info.Stack) == 0 || !strings.HasSuffix(info.Stack[0].Function, ".TestStack") || info.Stack[0].Line == 0 ||
		!strings.HasSuffix(info.Stack[0].File, "core_test.go") || info.Type != "*errors.errorString" || len(info.Chain) != 0 {
		t.Errorf("the error is %+v", info)
	}
	if !errors.Is(rs[0].Err(), fs.ErrExist) || rs[0].Text("stacktrace") != "" {
		t.Errorf("error %v, attribute stacktrace %q", rs[0].Err(), rs[0].Text("stacktrace"))
	}
	if s := rs[1].Text("stacktrace"); rs[1].Err() != nil || !strings.Contains(s, "core_test.go") {
		t.Errorf("without an error, the stack is %q", s)
	}
	if got := rs[2].ErrorInfo().Stack[0].Line; got == 0 || got == info.Stack[0].Line {
		t.Errorf("the error's own stack is not shown: %v", rs[2].ErrorInfo())
	}
}

// Level, time, literal message, name and caller are kept.
func TestEntry(t *testing.T) {
	h := logbooktest.Record(t)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	base := logbook.New("app").With("base", 1)
	log := zap.New(zapbridge.NewCore(base), zap.AddCaller(), zap.WithClock(clock{at}), zap.WithPanicHook(noAction{}), zap.WithFatalHook(noAction{}))
	levels := map[zapcore.Level]logbook.Level{
		-128: logbook.LevelTrace, -2: logbook.LevelTrace, zap.DebugLevel: logbook.LevelDebug, zap.InfoLevel: logbook.LevelInfo,
		zap.WarnLevel: logbook.LevelWarn, zap.ErrorLevel: logbook.LevelError, zap.DPanicLevel: logbook.LevelCritical,
		zap.PanicLevel: logbook.LevelCritical, zap.FatalLevel: logbook.LevelCritical, 127: logbook.LevelCritical,
	}
	for from, to := range levels {
		log.Log(from, "{literal}")
		rs := h.Records()
		r := rs[len(rs)-1]
		if r.Level() != to || !r.Time().Equal(at) || r.Message() != "{literal}" || r.Channel() != "app" || r.Text("base") != "1" {
			t.Errorf("%v: %v", from, r.Data())
		}
	}
	log.Named("db").Named("pool").Info("named")
	_, file, line, _ := runtime.Caller(0)
	rs := h.Records()
	r := rs[len(rs)-1]
	if r.Channel() != "db.pool" || r.Text("base") != "1" {
		t.Errorf("channel %q, base %q", r.Channel(), r.Text("base"))
	}
	if s := r.Source(); s.File != file || s.Line != line-1 || !strings.HasSuffix(s.Function, ".TestEntry") {
		t.Errorf("the source is %v, want %s:%d", s, file, line-1)
	}
	inlined(log)
	rs = h.Records()
	if s := rs[len(rs)-1].Source(); !strings.HasSuffix(s.Function, ".inlined") {
		t.Errorf("the source of a call in an inlined function is %v", s)
	}
	entry := zapcore.Entry{Caller: zapcore.EntryCaller{Defined: true, File: "f.go", Line: 3}}
	if err := zapbridge.NewCore(nil).Write(entry, nil); err != nil {
		t.Error(err)
	}
	rs = h.Records()
	if got := rs[len(rs)-1].Text("source"); !strings.Contains(got, "f.go") {
		t.Errorf("a caller without a program counter is %q", got)
	}
}

func inlined(log *zap.Logger) { log.Info("m") }

type clock struct{ at time.Time }

func (c clock) Now() time.Time                         { return c.at }
func (c clock) NewTicker(d time.Duration) *time.Ticker { return time.NewTicker(d) }

type noAction struct{}

func (noAction) OnWrite(*zapcore.CheckedEntry, []zapcore.Field) {}

// The core is enabled where a handler wants the level, and follows the logger's level.
func TestEnabled(t *testing.T) {
	l := logbook.New("app")
	core := zapbridge.NewCore(l)
	defer logbook.PushApplication(logbook.Null{})()
	var level logbook.LevelVar
	level.Set(logbook.LevelWarn)
	defer logbook.PushGoroutine(logbook.NewHandler(func(*logbook.Record) error { return nil }, &logbook.Options{Level: &level}))()
	if core.Enabled(zap.WarnLevel) == false {
		t.Error("not enabled at the handler's level")
	}
	l.SetLevel(logbook.LevelError)
	if core.Enabled(zap.WarnLevel) || !core.Enabled(zap.ErrorLevel) {
		t.Error("the logger's level does not count")
	}
	called := 0
	zap.New(core).Info("m", zap.Inline(zapcore.ObjectMarshalerFunc(func(zapcore.ObjectEncoder) error { called++; return nil })))
	if called != 0 {
		t.Error("a field of a disabled call was evaluated")
	}
}

// Fields that run code are evaluated once, and what the caller changes later does not show.
func TestFieldsOnce(t *testing.T) {
	a, b := logbooktest.NewRecorder(), logbooktest.NewRecorder()
	defer logbook.PushGoroutine(a, logbook.NewHandler(func(r *logbook.Record) error {
		_, _ = logbook.JSON(nil).AppendFormat(nil, r)
		return b.Handle(r)
	}, &logbook.Options{Bubble: true}))()
	called := 0
	data := []byte("before")
	zap.New(zapbridge.NewCore(nil)).Info("m", zap.Object("k", zapcore.ObjectMarshalerFunc(func(enc zapcore.ObjectEncoder) error {
		called++
		enc.AddByteString("text", data)
		enc.AddBinary("data", data)
		return nil
	})))
	copy(data, "AFTER!")
	if called != 1 || a.Records()[0].Text("k.text") != "before" || strings.Contains(fmt.Sprint(a.Records()[0].Data()), "AFTER") {
		t.Errorf("evaluated %d times: %v", called, a.Records()[0].Data())
	}
}

// A context in a field of With reaches the handlers bound to it, for the level too; one in a
// field of the call reaches them if the level is enabled.
func TestContext(t *testing.T) {
	defer logbook.PushApplication(logbook.NewHandler(func(*logbook.Record) error { return nil }, &logbook.Options{Level: logbook.LevelInfo}))()
	h := logbooktest.NewRecorder()
	ctx := logbook.Bind(context.WithValue(t.Context(), key{}, "v"), h)
	log := zap.New(zapbridge.NewCore(nil))
	log.Info("in the call", zap.Any("c", ctx), zap.Int("n", 1))
	log.With(zap.Reflect("c", ctx)).Debug("of With")
	log.Info("without")
	var got []string
	for _, r := range h.Records() {
		got = append(got, r.Message())
		if r.Context().Value(key{}) != "v" || r.Text("c") != "" {
			t.Errorf("the context of %q is %v, c=%q", r.Message(), r.Context(), r.Text("c"))
		}
	}
	if !slices.Equal(got, []string{"in the call", "of With"}) {
		t.Errorf("the context's handler got %q", got)
	}
}

type key struct{}

// An error of zap makes fingers crossed hand over what it held.
func TestFingersCrossed(t *testing.T) {
	h := logbooktest.NewRecorder()
	defer logbook.PushGoroutine(handlers.NewFingersCrossed(h, nil))()
	log := zap.New(zapbridge.NewCore(nil)).With(zap.Int("job", 1))
	log.Debug("held")
	if len(h.Records()) != 0 {
		t.Fatal("the record was not held")
	}
	log.Error("failed")
	if rs := h.Records(); len(rs) != 2 || rs[0].Message() != "held" || rs[0].Text("job") != "1" {
		t.Errorf("handed over: %v", h.Formatted())
	}
}

// Sync, and an entry above Error, flush the handlers of the application.
func TestSync(t *testing.T) {
	f := new(flusher)
	defer logbook.PushApplication(f)()
	log := zap.New(zapbridge.NewCore(nil), zap.WithFatalHook(noAction{}))
	log.Error("m")
	if f.flushed != 0 {
		t.Error("Error flushes")
	}
	log.Fatal("m")
	if err := log.Sync(); err != io.ErrShortWrite || f.flushed != 2 {
		t.Errorf("Sync returns %v after %d flushes", err, f.flushed)
	}
}

type flusher struct {
	logbook.Options
	flushed int
}

func (f *flusher) Handle(*logbook.Record) error { return nil }

func (f *flusher) Flush(ctx context.Context) error {
	if _, ok := ctx.Deadline(); ok {
		f.flushed++
	}
	return io.ErrShortWrite
}
