package logbook_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

func TestNewHandler(t *testing.T) {
	var got []string
	fn := func(r *logbook.Record) error { got = append(got, r.Message()); return nil }
	below := record(t)
	options := &logbook.Options{Level: logbook.LevelWarn, Bubble: true, Filter: func(r *logbook.Record) bool { return r.Message() != "no" }}
	defer logbook.PushGoroutine(logbook.NewHandler(fn, options))()
	options.Bubble = false // must not affect the handler
	logbook.Info("low")
	logbook.Warn("no")
	logbook.Warn("yes")
	if !slices.Equal(got, []string{"yes"}) {
		t.Errorf("got %q", got)
	}
	below.want(t, "low", "no", "yes")
}

// A HandlerFunc works wherever a Handler does, although functions cannot be compared.
func TestHandlerFunc(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		var got []string
		note := func(name string) logbook.HandlerFunc {
			return func(r *logbook.Record) error { got = append(got, name+" "+r.Message()); return nil }
		}
		first, second := note("first"), note("second")
		slot := logbook.NewSlot(second)
		undo, log := b.bind(t, slot, logbook.Wrapper{Handler: first})
		log(logbook.Default(), logbook.LevelTrace, "a") // first takes all records
		undo()
		undo, log = b.bind(t, logbook.Setup{first, slot, first})
		slot.Set(second, second)
		slot.Set()
		log(logbook.Default(), logbook.LevelTrace, "b")
		undo()
		if want := []string{"first a", "first b"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if handled, err := logbook.Deliver(second, logbook.NewRecord(logbook.RecordData{Message: "c"})); !handled || err != nil || got[2] != "second c" {
			t.Errorf("Deliver: %t, %v, %q", handled, err, got)
		}
	})
	h := logbook.HandlerFunc(func(*logbook.Record) error { return nil })
	defer logbook.PushApplication(h, h)()
	for h, s := range logbook.AllStats() {
		if _, ok := h.(logbook.HandlerFunc); ok {
			t.Errorf("a function has stats: %v", s)
		}
	}
	if err := errors.Join(logbook.Flush(t.Context(), h, h), logbook.Close(t.Context(), h, h)); err != nil {
		t.Error(err)
	}
}

// A HandlerFunc is guarded against records that it logs. Two closures of one literal
// are different handlers.
func TestHandlerFuncThatLogs(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		var fs failures
		var got []string
		var log func(*logbook.Logger, logbook.Level, string)
		note := func(name, says string) logbook.HandlerFunc {
			return func(r *logbook.Record) error {
				got = append(got, name+" "+r.Message())
				if says != "" {
					log(logbook.Default(), logbook.LevelInfo, says)
				}
				return logbook.ErrPass
			}
		}
		undo, logs := b.bind(t, fs.flag(), note("other", ""), note("logging", "inner"))
		log = logs
		log(logbook.Default(), logbook.LevelInfo, "outer")
		undo()
		if want := []string{"logging outer", "other inner", "other outer"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if e := fs.one(t); !errors.Is(e, logbook.ErrRecursion) {
			t.Errorf("reported %v", e)
		}
	})
}

// Offer treats a handler as a stack does.
func TestOffer(t *testing.T) {
	var f failures
	defer logbook.PushGoroutine(f.flag())()
	bad := errors.New("bad")
	fn := func(err error) func(*logbook.Record) error { return func(*logbook.Record) error { return err } }
	tests := []struct {
		name    string
		h       logbook.Handler
		handled bool
		fails   bool
	}{
		{"takes", new(recorder), true, false},
		{"level", from(logbook.LevelError), false, false},
		{"filter", logbook.NewHandler(fn(nil), &logbook.Options{Filter: func(*logbook.Record) bool { return false }}), false, false},
		{"accept", &acceptor{func(*logbook.Record) bool { return false }}, false, false},
		{"null", logbook.Null{}, true, false},
		{"null's filter", logbook.Null{Filter: func(*logbook.Record) bool { return false }}, false, false},
		{"pass", logbook.NewHandler(fn(logbook.ErrPass), nil), false, false},
		{"wrapped pass", logbook.NewHandler(fn(errors.Join(bad, logbook.ErrPass)), nil), false, false},
		{"error", logbook.NewHandler(fn(bad), nil), true, true},
		{"panic", logbook.NewHandler(func(*logbook.Record) error { panic("x") }, nil), true, true},
		{"panicking filter", logbook.NewHandler(fn(nil), &logbook.Options{Filter: func(*logbook.Record) bool { panic("x") }}), false, true},
	}
	for _, test := range tests {
		f.list = nil
		called := false
		logbook.InGoroutine(func() { logbook.Info("m") }, logbook.NewHandler(func(r *logbook.Record) error {
			called = true
			if got := logbook.Offer(test.h, r); got != test.handled {
				t.Errorf("%s: handled is %v", test.name, got)
			}
			return nil
		}, nil))
		if !called {
			t.Errorf("%s: not called", test.name)
		}
		if failed := len(f.list) != 0; failed != test.fails {
			t.Errorf("%s: reported %v", test.name, f.list)
		}
	}
}

// A panic of the error function on another goroutine than the logging one is printed,
// since it must not end the program.
func TestOfferOnAnotherGoroutine(t *testing.T) {
	inFreshTime(t, func(t *testing.T) {
		for name, flag := range map[string]func(*logbook.HandlerError){
			"raise": logbook.RaiseErrors,
			"other": func(e *logbook.HandlerError) { panic("user's flag: " + e.Err.Error()) },
		} {
			late := &lateHandler{fn: func(r *logbook.Record) {
				logbook.InGoroutine(func() {
					logbook.Offer(&namedFailure{name: name}, r)
				}, logbook.Flags{Errors: flag})
			}}
			got := stderrOf(t, func() {
				logbook.InGoroutine(func() { logbook.Info("m") }, late)
				late.release()
			})
			if !strings.Contains(got, name+" failed") {
				t.Errorf("%s: stderr has %q", name, got)
			}
		}
	})
}

type namedFailure struct {
	logbook.Options
	name string
}

func (h *namedFailure) Handle(*logbook.Record) error { return errors.New(h.name + " failed") }

type batcher struct {
	recorder
	batches []string
}

func (h *batcher) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	text := string(why)
	for _, r := range rs {
		text += " " + r.Message()
		if r.Message() == "panic" {
			panic("in a batch")
		}
	}
	h.batches = append(h.batches, text)
	return nil
}

// collected returns retained records with the messages.
func collected(t *testing.T, messages ...string) []*logbook.Record {
	h := new(recorder)
	logbook.InGoroutine(func() {
		for _, m := range messages {
			logbook.Info(m)
		}
	}, h)
	return h.records
}

func TestHandleBatch(t *testing.T) {
	b := new(batcher)
	if err := logbook.HandleBatch(b, collected(t, "1", "2"), logbook.ReasonGroup); err != nil {
		t.Error(err)
	}
	if !slices.Equal(b.batches, []string{"group 1 2"}) {
		t.Errorf("batches are %q", b.batches)
	}
	if err := logbook.HandleBatch(b, collected(t, "panic"), logbook.ReasonBuffer); err == nil || !strings.Contains(err.Error(), "in a batch") {
		t.Errorf("a panic became %v", err)
	}

	var one []string
	single := logbook.NewHandler(func(r *logbook.Record) error {
		one = append(one, r.Message())
		switch r.Message() {
		case "2":
			return io.EOF
		case "3":
			panic("three")
		case "4":
			return logbook.ErrPass
		}
		return nil
	}, &logbook.Options{Level: logbook.LevelCritical}) // must be ignored
	err := logbook.HandleBatch(single, collected(t, "1", "2", "3", "4", "5"), logbook.ReasonEscalation)
	if !errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "three") || errors.Is(err, logbook.ErrPass) {
		t.Errorf("errors are %v", err)
	}
	if !slices.Equal(one, []string{"1", "2", "3", "4", "5"}) {
		t.Errorf("got %q", one)
	}
}

// upper overrides Handle of the wrapped handler.
type upper struct {
	logbook.Wrapper
	handled int
}

func (h *upper) Handle(r *logbook.Record) error {
	h.handled++
	return h.Handler.Handle(r)
}

type closable struct {
	batcher
	flushed, closed, unbound int
	err                      error
}

func (h *closable) Flush(context.Context) error { h.flushed++; return h.err }
func (h *closable) Close(context.Context) error { h.closed++; return h.err }
func (h *closable) Unbound()                    { h.unbound++ }

// A wrapper forwards everything except batches, which would bypass its Handle.
func TestWrapper(t *testing.T) {
	inner := &closable{err: io.EOF}
	inner.Level = logbook.LevelWarn
	w := &upper{Wrapper: logbook.Wrapper{Handler: inner}}
	if w.Binding().Level != logbook.LevelWarn {
		t.Error("the binding is not forwarded")
	}
	if err := logbook.HandleBatch(w, collected(t, "1", "2"), logbook.ReasonBuffer); err != nil || w.handled != 2 || len(inner.batches) != 0 {
		t.Errorf("a batch: %v, %d handled, batches %q", err, w.handled, inner.batches)
	}
	undo := logbook.PushGoroutine(w)
	logbook.Warn("3")
	undo()
	if w.handled != 3 || inner.unbound != 1 {
		t.Errorf("%d handled, unbound %d times", w.handled, inner.unbound)
	}
	if err := logbook.Flush(t.Context(), w); !errors.Is(err, io.EOF) || inner.flushed != 1 {
		t.Errorf("Flush: %v, %d", err, inner.flushed)
	}
	if err := logbook.Close(t.Context(), w); !errors.Is(err, io.EOF) || inner.closed != 1 {
		t.Errorf("Close: %v, %d", err, inner.closed)
	}
	plain := logbook.Wrapper{Handler: new(recorder)} // has no optional methods
	plain.Unbound()
	if err := errors.Join(plain.Flush(t.Context()), plain.Close(t.Context())); err != nil {
		t.Error(err)
	}
}

type unnamed struct{ logbook.Wrapper }

func (unnamed) Unnamed() {}

// A failure names the outermost handler that is not Unnamed.
func TestUnnamedWrapper(t *testing.T) {
	inner := logbook.HandlerFunc(func(*logbook.Record) error { return io.EOF })
	for _, c := range []struct {
		h    logbook.Handler
		want string
	}{
		{&upper{Wrapper: logbook.Wrapper{Handler: inner}}, "*logbook_test.upper: EOF"},
		{unnamed{logbook.Wrapper{Handler: unnamed{logbook.Wrapper{Handler: inner}}}}, "logbook.HandlerFunc: EOF"},
		{unnamed{logbook.Wrapper{Handler: &upper{Wrapper: logbook.Wrapper{Handler: inner}}}}, "*logbook_test.upper: EOF"},
		{unnamed{}, "logbook_test.unnamed: EOF"},
	} {
		if e := (&logbook.HandlerError{Handler: c.h, Err: io.EOF}); e.Error() != "logbook: "+c.want {
			t.Errorf("%v, want %s", e, c.want)
		}
	}
}

// ReadsCaller depends on the formatter.
func TestReadsCaller(t *testing.T) {
	tests := []struct {
		name string
		f    logbook.Formatter
		want bool
	}{
		{"default", nil, false},
		{"format", logbook.MustFormat("{record.message}"), false},
		{"format with the line", logbook.MustFormat("{record.lineno}"), true},
		{"format with the function", logbook.MustFormat("{record.func_name:>10}"), true},
		{"json", logbook.JSON(nil), false},
		{"json with source", logbook.JSON(&logbook.JSONOptions{Source: true}), true},
		{"logfmt", logbook.Logfmt(nil), false},
		{"logfmt with source", logbook.Logfmt(&logbook.LogfmtOptions{Source: true}), true},
		{"console", logbook.Console(nil), false},
		{"console with source", logbook.Console(&logbook.ConsoleOptions{Source: true}), true},
		{"wire", logbook.Wire(), true},
		{"function", logbook.FormatterFunc(func(*logbook.Record) string { return "" }), true},
		{"template", logbook.Must(logbook.TextTemplate("{{.Message}}")), true},
	}
	for _, test := range tests {
		if got := (logbook.Options{Formatter: test.f}).ReadsCaller(); got != test.want {
			t.Errorf("%s: ReadsCaller is %v", test.name, got)
		}
	}
}

func TestMust(t *testing.T) {
	if got := logbook.Must(logbook.Format("{record.message}", nil)); got.String() != "{record.message}" {
		t.Errorf("got %q", got)
	}
	defer func() {
		if p := recover(); p != io.EOF {
			t.Errorf("recovered %v", p)
		}
	}()
	logbook.Must(1, io.EOF)
}
