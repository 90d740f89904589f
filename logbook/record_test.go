package logbook_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

func TestRecordFields(t *testing.T) {
	h := record(t)
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "value")
	before := time.Now().Add(-time.Millisecond) // more than the clock of records is late
	logbook.New("fields").InfoContext(ctx, "hello {name}", "name", "x")
	r := h.last(t)
	if r.Time().Before(before) || r.Time().After(time.Now().Add(time.Millisecond)) || r.Time().Location() != time.Local {
		t.Errorf("time is %v", r.Time())
	}
	if r.Channel() != "fields" || r.Template() != "hello {name}" || r.Message() != "hello x" {
		t.Errorf("got %q %q %q", r.Channel(), r.Template(), r.Message())
	}
	if r.PID() != os.Getpid() || r.Goroutine() == 0 {
		t.Errorf("process %d, goroutine %d", r.PID(), r.Goroutine())
	}
	if r.Context().Value(key{}) != "value" {
		t.Error("the context's value is gone")
	}
	logbook.Info("plain")
	if h.last(t).Context() == nil {
		t.Error("a plain call's context is nil")
	}
}

// From reports the logger of a record.
func TestRecordFrom(t *testing.T) {
	log, other := logbook.New("a"), logbook.New("a")
	h := record(t)
	log.With("x", 1).Info("m")
	if r := h.last(t); !r.From(log) || r.From(other) || r.From(nil) {
		t.Error("the record does not know its logger")
	}
}

// lateHandler passes each record to fn on another goroutine after release is called.
type lateHandler struct {
	logbook.Options
	kept []*logbook.Record
	fn   func(r *logbook.Record)
}

func (h *lateHandler) Handle(r *logbook.Record) error {
	h.kept = append(h.kept, r.Retain())
	return nil
}

func (h *lateHandler) release() {
	var wg sync.WaitGroup
	for _, r := range h.kept {
		wg.Go(func() { h.fn(r) })
	}
	wg.Wait()
	h.kept = nil
}

// Values may change after the call: a retained record shows the values at the call.
func TestRetainFreezes(t *testing.T) {
	type point struct{ X, Y int }
	list, bytesArg, ptr := []string{"a", "b"}, []byte("raw"), &point{1, 2}
	m := map[string]int{"k": 1}
	buf := bytes.NewBufferString("buffer")
	err := &mutableError{"before"}
	calls := 0
	valuer := valuerFunc(func() slog.Value { calls++; return slog.IntValue(calls) })
	with := []int{1}

	formatters := map[string]logbook.Formatter{
		"json": logbook.JSON(nil), "logfmt": logbook.Logfmt(nil), "text": nil, "console": logbook.Console(nil),
	}
	lines := make(map[string][2]string)
	for name, f := range formatters {
		h := &lateHandler{fn: func(r *logbook.Record) {}}
		h.Formatter = f
		now := ""
		undo := logbook.PushGoroutine(h, &recorder{Options: logbook.Options{
			Bubble: true, Filter: func(r *logbook.Record) bool {
				b, err := h.AppendFormat(nil, r)
				if err != nil {
					t.Error(err)
				}
				now = string(b)
				return false
			}}})
		*ptr, list[0], m["k"], bytesArg[0], err.text, with[0] = point{1, 2}, "a", 1, 'r', "before", 1
		calls = 0
		logbook.With("with", &with).Info("{list} is the list", "list", list, "bytes", bytesArg, "ptr", ptr, "m", m,
			"buf", buf, "err", err, slog.Group("g", "inner", list), logbook.Err(err))
		undo()
		*ptr, list[0], m["k"], bytesArg[0], err.text, with[0] = point{9, 9}, "z", 9, 'R', "after", 9
		buf.WriteString("!")
		var late string
		h.fn = func(r *logbook.Record) {
			b, err := h.AppendFormat(nil, r)
			if err != nil {
				t.Error(err)
			}
			late = string(b)
			if r.Err() == nil || r.Message() != `["a","b"] is the list` {
				t.Errorf("%s: error %v, message %q", name, r.Err(), r.Message())
			}
		}
		h.release()
		buf.Truncate(len("buffer"))
		lines[name] = [2]string{now, late}
	}
	for name, l := range lines {
		if l[0] != l[1] {
			t.Errorf("%s: at the call\n%s\nlater\n%s", name, l[0], l[1])
		}
	}

	h := &lateHandler{fn: func(r *logbook.Record) {
		for range 2 {
			if got := r.Text("v"); got != "1" {
				t.Errorf("LogValue was called again: %s", got)
			}
		}
	}}
	calls = 0
	logbook.InGoroutine(func() { logbook.Info("m", "v", valuer) }, h)
	h.release()
}

type mutableError struct{ text string }

func (e *mutableError) Error() string { return e.text }

// Retain fixes the values of a dispatched clone, too.
func TestRetainFreezesDispatchedClones(t *testing.T) {
	list := []string{"before"}
	late := &lateHandler{fn: func(r *logbook.Record) {
		if got := r.Text("list"); got != `["before"]` {
			t.Errorf("the list is %s", got)
		}
	}}
	forward := logbook.NewHandler(func(r *logbook.Record) error {
		logbook.InGoroutine(func() { logbook.Dispatch(nil, r.Clone()) }, late)
		return nil
	}, nil)
	logbook.InGoroutine(func() { logbook.Info("m", "list", list) }, forward)
	list[0] = "after"
	late.release()
}

// A retained record may be read while the call goes on to handlers that need more
// fields. This is a test for the race detector.
func TestRetainedRecordIsNotWrittenTo(t *testing.T) {
	var wg sync.WaitGroup
	background := &funcHandler{fn: func(r *logbook.Record) error {
		kept := r.Retain()
		wg.Go(func() { kept.Clone() }) // copies the caller, too
		return nil
	}}
	background.Bubble = true
	h := record(t)
	logbook.InGoroutine(func() {
		for range 100 {
			logbook.Info("m")
		}
	}, background)
	wg.Wait()
	if h.last(t).Source().Line == 0 {
		t.Error("the handler behind the one that retains does not know the caller")
	}
}

// funcHandler calls a function that does not read the caller.
type funcHandler struct {
	logbook.Options
	fn func(r *logbook.Record) error
}

func (h *funcHandler) Binding() logbook.Binding {
	b := h.Options.Binding()
	b.NoCaller = true
	return b
}

func (h *funcHandler) Handle(r *logbook.Record) error { return h.fn(r) }

func TestRetainSeveralTimes(t *testing.T) {
	var kept []*logbook.Record
	keep := func() logbook.Handler {
		return logbook.NewHandler(func(r *logbook.Record) error {
			kept = append(kept, r.Retain(), r.Retain())
			return nil
		}, &logbook.Options{Bubble: true})
	}
	logbook.InGoroutine(func() { logbook.Info("first") }, logbook.Null{}, keep(), keep())
	for i, r := range kept[:3] {
		if r.Message() != "first" {
			t.Errorf("record %d has message %q", i, r.Message())
		}
		r.Release()
	}
	logbook.InGoroutine(func() { logbook.Info("second") }, logbook.Null{}, keep())
	if got := kept[3].Message(); got != "first" {
		t.Errorf("the last reference has message %q", got)
	}
	kept[3].Release()
}

func TestReleaseWithoutRetain(t *testing.T) {
	h := record(t)
	logbook.InGoroutine(func() { logbook.Info("m") }, logbook.NewHandler(func(r *logbook.Record) error {
		r.Release() // does nothing
		return logbook.ErrPass
	}, nil))
	h.want(t, "m")
}

// Release does not release the references of the running call or of other holders.
func TestReleaseTooOften(t *testing.T) {
	var misuse failures
	h := record(t, misuse.flag())
	tooOften := logbook.NewHandler(func(r *logbook.Record) error {
		k := r.Retain()
		k.Release()
		k.Release()
		return nil
	}, &logbook.Options{Bubble: true})
	logbook.InGoroutine(func() { logbook.Info("m") }, tooOften)
	h.want(t, "m")
	if logbook.Poison {
		if got := misuse.one(t).Error(); !strings.Contains(got, "Release") {
			t.Errorf("reported: %s", got)
		}
		return
	}
	misuse.none(t)
	// The record went back to the pool once, at the end of its call.
	inUse := make(map[*logbook.Record]bool)
	var nested func(n int)
	handler := logbook.NewHandler(func(r *logbook.Record) error {
		if inUse[r] {
			t.Error("a record is used by two calls at once")
		}
		inUse[r] = true
		nested(len(inUse))
		return nil
	}, nil)
	nested = func(n int) {
		if n < 50 {
			logbook.InGoroutine(func() { logbook.Info("m") }, handler)
		}
	}
	nested(0)
}

// Several goroutines may retain a record at the same time.
func TestRetainOnSeveralGoroutines(t *testing.T) {
	var kept [4]*logbook.Record
	fan := logbook.NewHandler(func(r *logbook.Record) error {
		var wg sync.WaitGroup
		for i := range kept {
			wg.Go(func() { kept[i] = r.Retain() })
		}
		wg.Wait()
		return nil
	}, nil)
	for range 200 {
		logbook.InGoroutine(func() { logbook.Info("{list}", "list", []int{1}) }, fan)
		for _, k := range kept {
			if k.Message() != "[1]" {
				t.Fatalf("the message is %q", k.Message())
			}
		}
		for _, k := range kept {
			k.Release()
		}
	}
	made := logbook.NewRecord(logbook.RecordData{Template: "{list}", Attrs: []slog.Attr{slog.Any("list", []int{1})}})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got := made.Retain().Message(); got != "[1]" {
				t.Errorf("the message is %q", got)
			}
		})
	}
	wg.Wait()
}

// A processor that calls Retain gets a copy, since the record may still change.
func TestRetainInAProcessor(t *testing.T) {
	var kept *logbook.Record
	h := record(t,
		logbook.Processor(func(r *logbook.Record) { r.Set("later", 1); r.SetMessage("changed") }),
		logbook.Processor(func(r *logbook.Record) { r.Set("before", 1); kept = r.Retain() }))
	logbook.Info("m {a}", "a", []int{1})
	if kept.Message() != "m [1]" || kept.Text("before") != "1" || kept.Text("later") != "" {
		t.Errorf("kept: %q, before %q, later %q", kept.Message(), kept.Text("before"), kept.Text("later"))
	}
	if r := h.last(t); r.Message() != "changed" || r.Text("later") != "1" {
		t.Errorf("the message is %q, later %q", r.Message(), r.Text("later"))
	}
	defer func() {
		if recover() == nil {
			t.Error("a retained record was changed")
		}
	}()
	kept.Set("x", 1)
}

func TestGoroutineOfARetainedRecord(t *testing.T) {
	var inside uint64
	h := &lateHandler{}
	logbook.InGoroutine(func() { logbook.Info("m") }, h, &recorder{Options: logbook.Options{
		Filter: func(r *logbook.Record) bool { inside = r.Goroutine(); return false },
	}})
	h.fn = func(r *logbook.Record) {
		if got := r.Goroutine(); got != inside || got == 0 {
			t.Errorf("Goroutine returned %d, want %d", got, inside)
		}
	}
	h.release()
}

// A clone has all fields.
func TestClone(t *testing.T) {
	h := record(t, logbook.Attrs("extra", "e"))
	log := logbook.New("orig").With("with", "w")
	var clone *logbook.Record
	change := logbook.NewHandler(func(r *logbook.Record) error {
		clone = r.Clone()
		clone.Set("extra", "changed")
		clone.Set("new", 1)
		clone.SetMessage("another")
		return logbook.ErrPass
	}, nil)
	err := errors.New("boom")
	logbook.InGoroutine(func() { log.Warn("msg {call}", "call", "c", logbook.Err(err)) }, change)
	r := h.last(t)
	if r.Text("extra") != "e" || r.Text("new") != "" || r.Message() != "msg c" {
		t.Error("changing a clone changed the record")
	}
	if clone.Text("extra") != "changed" || clone.Text("new") != "1" || clone.Message() != "another" {
		t.Error("the clone did not change")
	}
	if clone.Level() != r.Level() || clone.Channel() != r.Channel() || !clone.Time().Equal(r.Time()) ||
		clone.Template() != r.Template() || clone.PC() != r.PC() || clone.PID() != r.PID() ||
		clone.Goroutine() != r.Goroutine() || clone.Text("call") != "c" || clone.Text("with") != "w" ||
		clone.Err() != err || !clone.From(log) {
		t.Error("the clone is incomplete")
	}
}

// A handler that changes the record itself fails with a report, and other handlers are
// not affected.
func TestSealedRecord(t *testing.T) {
	for name, change := range map[string]func(r *logbook.Record){
		"Set":        func(r *logbook.Record) { r.Set("a", 1) },
		"SetAttrs":   func(r *logbook.Record) { r.SetAttrs(slog.Int("a", 1)) },
		"SetMessage": func(r *logbook.Record) { r.SetMessage("x") },
		"ReplaceAttrs": func(r *logbook.Record) {
			r.ReplaceAttrs(func(_ []string, a slog.Attr) slog.Attr { return a })
		},
		"SetTemplate":   func(r *logbook.Record) { r.SetTemplate("x") },
		"UnmarshalJSON": func(r *logbook.Record) { _ = r.UnmarshalJSON([]byte("{}")) },
	} {
		t.Run(name, func(t *testing.T) {
			var f failures
			h := record(t, f.flag())
			logbook.InGoroutine(func() { logbook.Info("m") },
				logbook.NewHandler(func(r *logbook.Record) error { change(r); return nil }, &logbook.Options{Bubble: true}))
			h.want(t, "m")
			if got := f.one(t).Error(); !strings.Contains(got, "Record."+name) || !strings.Contains(got, "Clone") {
				t.Errorf("the report is %q", got)
			}
		})
	}
}

func TestDispatchClone(t *testing.T) {
	withoutDefault(t)
	var kept *logbook.Record
	keep := logbook.NewHandler(func(r *logbook.Record) error { kept = r.Clone(); return nil }, nil)
	log := logbook.New("source")
	logbook.InGoroutine(func() { log.Info("hello {who}", "who", "you") }, keep)
	kept.SetMessage("changed {who}")

	h := new(recorder)
	processor := logbook.Processor(func(r *logbook.Record) { r.Set("seen", true) })
	logbook.InGoroutine(func() { logbook.Dispatch(nil, kept) }, h, processor)
	r := h.last(t)
	if r.Message() != "changed {who}" || r.Text("seen") != "true" || !r.Time().Equal(kept.Time()) || r.PC() != kept.PC() {
		t.Errorf("dispatched as %q, seen %q", r.Message(), r.Text("seen"))
	}

	ctx, undo := logbook.BindScope(t.Context(), h)
	defer undo()
	logbook.Dispatch(ctx, kept.Clone())
	if len(h.messages()) != 2 {
		t.Error("a handler bound to the context did not get the record")
	}
	log.SetLevel(logbook.LevelError)
	logbook.Dispatch(ctx, kept.Clone())
	if len(h.messages()) != 2 {
		t.Error("a record below its logger's level was delivered")
	}
}

// Dispatch does not change a record that a handler is reading.
func TestDispatchFromHandle(t *testing.T) {
	h := record(t)
	again := new(recorder)
	logbook.InGoroutine(func() { logbook.Info("m") }, logbook.NewHandler(func(r *logbook.Record) error {
		logbook.InGoroutine(func() { logbook.Dispatch(nil, r) }, again, logbook.Attrs("again", 1))
		return logbook.ErrPass
	}, nil))
	if h.last(t).Text("again") != "" || again.last(t).Text("again") != "1" {
		t.Error("processors of the second dispatch changed the first record")
	}
}

// Records are cleared before they are reused. (With poison, using a record after its
// time panics; otherwise the result is undefined.)
func TestRecordsAreReused(t *testing.T) {
	seen := make(map[*logbook.Record]bool)
	h := logbook.NewHandler(func(r *logbook.Record) error {
		for a := range r.Attrs {
			t.Errorf("a fresh record has attribute %v", a)
		}
		if r.Message() != "plain" || r.Err() != nil {
			t.Errorf("a fresh record has message %q, error %v", r.Message(), r.Err())
		}
		seen[r] = true
		return nil
	}, nil)
	logbook.InGoroutine(func() {
		for range 100 {
			logbook.InGoroutine(func() {
				logbook.With("w", 1).Error("full {a}", "a", 1, logbook.Err(errors.New("x")))
				logbook.Default().Infof("%d", 1)
			}, logbook.NewHandler(func(*logbook.Record) error { return nil }, nil), logbook.Attrs("p", 1))
			logbook.Info("plain")
		}
	}, h)
	if len(seen) == 0 {
		t.Error("no record arrived")
	}
}
