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

// sink notes its calls.
type sink struct {
	recorder
	name string
	log  *[]string
	err  error
}

func (h *sink) note(what string)                { *h.log = append(*h.log, h.name+" "+what) }
func (h *sink) Close(ctx context.Context) error { h.note("closed"); return h.err }
func (h *sink) Unbound()                        { h.note("unbound") }

type flushSink struct{ sink }

func (h *flushSink) Flush(context.Context) error { h.note("flushed"); return h.err }

// flushOnly has no Close.
type flushOnly struct {
	logbook.Options
	log *[]string
}

func (h *flushOnly) Handle(*logbook.Record) error { return nil }
func (h *flushOnly) Flush(context.Context) error  { *h.log = append(*h.log, "c flushed"); return nil }

// FlushApplication flushes what is bound to the application, and unbinds nothing.
func TestFlushApplication(t *testing.T) {
	var events []string
	b := &flushSink{sink{name: "b", log: &events, err: io.ErrClosedPipe}}
	c := &flushOnly{log: &events}
	t.Cleanup(logbook.PushApplication(b, logbook.Setup{logbook.NewSlot(c)}))
	if err := logbook.FlushApplication(t.Context()); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("FlushApplication returns %v", err)
	}
	if want := []string{"c flushed", "b flushed"}; !slices.Equal(events, want) {
		t.Errorf("events are %q, want %q", events, want)
	}
}

// Shutdown unbinds everything, closes each closer once, the last one first, and keeps
// the default handler.
func TestShutdown(t *testing.T) {
	var events []string
	a := &sink{name: "a", log: &events}
	b := &flushSink{sink{name: "b", log: &events, err: io.ErrClosedPipe}}
	c := &flushOnly{log: &events}
	undo := logbook.PushApplication(a, logbook.Setup{b, logbook.NewSlot(c)})
	undo2 := logbook.PushApplication(a, logbook.Null{Filter: func(*logbook.Record) bool { return false }}, logbook.Attrs("x", 1))
	logbook.Info("before")
	err := logbook.Shutdown(t.Context())
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Shutdown returns %v", err)
	}
	if want := []string{"a unbound", "b unbound", "a unbound", "a closed", "c flushed", "b closed"}; !slices.Equal(events, want) {
		t.Errorf("events are %q, want %q", events, want)
	}
	got := stderrOf(t, func() { logbook.Info("after") })
	if !strings.Contains(got, "after") {
		t.Errorf("a later record did not reach the default handler: %q", got)
	}
	a.want(t, "before")
	events = nil
	undo()
	undo2()
	if err := logbook.Shutdown(t.Context()); err != nil || len(events) != 0 {
		t.Errorf("second Shutdown: %v %q", err, events)
	}
}

type failingSink struct {
	logbook.Options
	err   error
	panic any
}

func (h *failingSink) Handle(*logbook.Record) error { return nil }
func (h *failingSink) Flush(context.Context) error  { return h.Close(nil) }
func (h *failingSink) Close(context.Context) error {
	if h.panic != nil {
		panic(h.panic)
	}
	return h.err
}

// The counts of UnsentErrors are added up wherever they are in an error, and no error
// is lost.
func TestUnsentIsAddedUp(t *testing.T) {
	unsent := func(n int, err error) error { return &logbook.UnsentError{Records: n, Err: err} }
	items := []logbook.Bindable{
		&failingSink{err: unsent(3, nil)},
		&failingSink{err: unsent(4, io.EOF)},
		&failingSink{err: errors.Join(io.ErrClosedPipe, unsent(5, io.ErrShortWrite), unsent(1, nil))},
		logbook.Wrapper{Handler: &failingSink{err: unsent(10, nil)}},
		&failingSink{err: io.ErrNoProgress},
		&failingSink{},
	}
	for name, fn := range map[string]func(context.Context, ...logbook.Bindable) error{"Flush": logbook.Flush, "Close": logbook.Close} {
		err := fn(t.Context(), items...)
		var u *logbook.UnsentError
		if !errors.As(err, &u) || u.Records != 23 {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range []error{io.EOF, io.ErrClosedPipe, io.ErrShortWrite, io.ErrNoProgress} {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v is lost in %v", name, want, err)
			}
		}
	}
	if err := logbook.Close(t.Context(), &failingSink{err: unsent(2, nil)}); err == nil || err.Error() != "logbook: 2 records unsent" {
		t.Errorf("got %v", err)
	}
	if got := unsent(1, io.EOF).Error(); got != "logbook: 1 record unsent: EOF" {
		t.Error(got)
	}
	if got := unsent(2, io.EOF).Error(); got != "logbook: 2 records unsent: EOF" {
		t.Errorf("got %q", got)
	}
}

// A panic of one handler's Close does not keep others from being closed.
func TestCloseThatPanics(t *testing.T) {
	var events []string
	a := &sink{name: "a", log: &events}
	err := logbook.Close(t.Context(), a, &failingSink{panic: "no close"})
	if err == nil || !strings.Contains(err.Error(), "no close") || !slices.Equal(events, []string{"a closed"}) {
		t.Errorf("error %v, events %q", err, events)
	}
}

// Handlers that cannot be compared are closed, too.
func TestCloseIncomparable(t *testing.T) {
	var closed int
	h := funcCloser{func() { closed++ }}
	err := logbook.Close(t.Context(), h, logbook.Wrapper{Handler: h}, logbook.Wrapper{Handler: logbook.Null{}}, logbook.Attrs("a", 1))
	if err != nil || closed != 2 {
		t.Errorf("error %v, closed %d times", err, closed)
	}
}

type funcCloser struct{ fn func() }

func (funcCloser) Binding() logbook.Binding      { return logbook.Binding{} }
func (funcCloser) Handle(*logbook.Record) error  { return nil }
func (h funcCloser) Close(context.Context) error { h.fn(); return nil }

// The handlers get the context.
func TestClosePassesTheContext(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "v")
	var got any
	h := &contextCloser{fn: func(ctx context.Context) { got = ctx.Value(key{}) }}
	if err := logbook.Close(ctx, h, nil, logbook.Setup{nil}); err != nil || got != "v" {
		t.Errorf("%v, %v", err, got)
	}
}

type contextCloser struct {
	logbook.Options
	fn func(context.Context)
}

func (h *contextCloser) Handle(*logbook.Record) error { return nil }
func (h *contextCloser) Close(ctx context.Context) error {
	h.fn(ctx)
	return nil
}
