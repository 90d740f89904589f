package logbook_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// Items that cannot be bound are reported by type, with any way to bind. The other
// items of the push are bound, and the stacks stay usable.
func TestRefusedItems(t *testing.T) {
	h := record(t)
	var errs []error
	t.Cleanup(logbook.PushApplication(logbook.Flags{Errors: func(e *logbook.HandlerError) { errs = append(errs, e.Err) }}))
	itself := make(logbook.Setup, 2)
	itself[0], itself[1] = itself, logbook.Setup{itself}
	for name, test := range map[string]struct {
		item logbook.Bindable
		want []string
	}{
		"Binding that panics": {badBinding{}, []string{"logbook_test.badBinding was not bound: panic: no binding"}},
		"nil pointer":         {(*nilBinding)(nil), []string{"*logbook_test.nilBinding was not bound: it is nil"}},
		"nil processor":       {logbook.Processor(nil), []string{"logbook.Processor was not bound: it is nil"}},
		"nil function":        {logbook.HandlerFunc(nil), []string{"logbook.HandlerFunc was not bound: it is nil"}},
		"nil slot":            {(*logbook.Slot)(nil), []string{"*logbook.Slot was not bound: it is nil"}},
		"pointer to flags":    {&logbook.Flags{Errors: logbook.SilentErrors}, []string{"*logbook.Flags was not bound: it is a pointer: want a logbook.Flags"}},
		"pointer to setup":    {&logbook.Setup{}, []string{"*logbook.Setup was not bound: it is a pointer: want a logbook.Setup"}},
		"other type":          {strangeItem{}, []string{"logbook_test.strangeItem was not bound: want a Handler, Processor, Flags, Attrs, Setup or *Slot"}},
		"setup in itself": {itself, []string{
			"logbook.Setup was not bound: it holds itself", "logbook.Setup was not bound: it holds itself"}},
	} {
		for way, push := range map[string]func(items ...logbook.Bindable) (undo func()){
			"application": logbook.PushApplication,
			"goroutine":   logbook.PushGoroutine,
			"scope": func(items ...logbook.Bindable) func() {
				_, undo := logbook.BindScope(t.Context(), items...)
				return undo
			},
			"context": func(items ...logbook.Bindable) func() {
				logbook.Bind(t.Context(), items...)
				return func() {}
			},
			"both": func(items ...logbook.Bindable) func() {
				logbook.InContext(t.Context(), func(context.Context) {}, items...)
				return func() {}
			},
			"new slot": func(items ...logbook.Bindable) func() { return logbook.PushApplication(logbook.NewSlot(items...)) },
			"slot": func(items ...logbook.Bindable) func() {
				s := logbook.NewSlot()
				undo := logbook.PushGoroutine(s)
				s.Set(items...)
				return undo
			},
		} {
			func() {
				errs = nil
				unbound := 0
				undo := push(unbinder(func() { unbound++ }), logbook.Setup{test.item})
				var got []string
				for _, err := range errs {
					if e := (*logbook.BindError)(nil); !errors.As(err, &e) {
						t.Errorf("%s, %s: reported %T", name, way, err)
					}
					got = append(got, err.Error())
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("%s, %s: reported %q, want %q", name, way, got, test.want)
				}
				logbook.Info(name)
				if got := h.messages(); got[len(got)-1] != name {
					t.Errorf("%s, %s: a record did not arrive", name, way)
				}
				undo()
				if unbound == 0 && way != "context" { // a context binding has no end
					t.Errorf("%s, %s: the handler beside it was not bound", name, way)
				}
			}()
		}
	}
	for name, push := range map[string]func(h logbook.Handler){
		"default": logbook.SetDefaultHandler,
		"logger":  func(h logbook.Handler) { logbook.New("x").AddHandler(h)() },
		"new logger": func(h logbook.Handler) {
			logbook.NewLogger("x", &logbook.LoggerOptions{Handlers: []logbook.Handler{h}})
		},
	} {
		errs = nil
		push(badBinding{})
		if len(errs) != 1 {
			t.Errorf("%s: reported %q", name, errs)
		}
	}
}

// A slot that would hold itself is refused, also through another slot.
func TestSlotHoldsItself(t *testing.T) {
	h := record(t)
	var errs []string
	t.Cleanup(logbook.PushApplication(logbook.Flags{Errors: func(e *logbook.HandlerError) { errs = append(errs, e.Err.Error()) }}))
	a, b := logbook.NewSlot(), logbook.NewSlot()
	t.Cleanup(logbook.PushApplication(a))
	var seen int
	counter := logbook.Processor(func(*logbook.Record) { seen++ })
	a.Set(a, counter)
	b.Set(logbook.Setup{a})
	a.Set(logbook.Setup{b}, counter)
	logbook.Info("m")
	if want := []string{"*logbook.Slot was not bound: it holds itself", "*logbook.Slot was not bound: it holds itself"}; !slices.Equal(errs, want) {
		t.Errorf("reported %q, want %q", errs, want)
	}
	if seen != 1 || len(h.messages()) != 1 {
		t.Errorf("the other item of the slot got %d records", seen)
	}
	if err := logbook.Close(t.Context(), a, b); err != nil {
		t.Error(err)
	}
}

// Binding is called with no lock held: it may log, bind and panic.
func TestBindingThatLogs(t *testing.T) {
	h := &recorder{}
	t.Cleanup(logbook.PushApplication(h))
	chatty := &chattyBinding{logger: logbook.New("first use")}
	undo := logbook.PushApplication(chatty)
	newLevelVar(logbook.LevelInfo).Set(logbook.LevelDebug) // compiles the stacks again
	logbook.NewSlot().Set()
	undo()
	if got := h.messages(); !slices.Equal(got, []string{"reading"}) {
		t.Errorf("the records are %q, want one of one reading", got)
	}
}

// An undo that Unbound calls does nothing.
func TestUndoInUnbound(t *testing.T) {
	for name, push := range map[string]func(...logbook.Bindable) func(){
		"application": logbook.PushApplication, "goroutine": logbook.PushGoroutine,
	} {
		var undo func()
		unbound := 0
		undo = push(unbinder(func() { unbound++; undo() }))
		undo()
		if unbound != 1 {
			t.Errorf("%s: unbound %d times, want 1", name, unbound)
		}
	}
}

// unbinder takes no records; the function is called when it is unbound.
type unbinder func()

func (unbinder) Binding() logbook.Binding {
	return logbook.Binding{Accept: func(*logbook.Record) bool { return false }}
}
func (unbinder) Handle(*logbook.Record) error { return nil }
func (u unbinder) Unbound()                   { u() }

type badBinding struct{}

func (badBinding) Binding() logbook.Binding     { panic("no binding") }
func (badBinding) Handle(*logbook.Record) error { return nil }

type nilBinding struct{ logbook.Options }

func (*nilBinding) Handle(*logbook.Record) error { return nil }

type strangeItem struct{}

func (strangeItem) Binding() logbook.Binding { return logbook.Binding{} }

type chattyBinding struct{ logger *logbook.Logger }

func (h *chattyBinding) Binding() logbook.Binding {
	h.logger.Info("reading")
	return logbook.Binding{Accept: func(*logbook.Record) bool { return false }}
}
func (h *chattyBinding) Handle(*logbook.Record) error { return nil }
