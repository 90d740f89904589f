package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// The records of a tagging logger have their tags, and the place of the caller.
func TestTaggingLogger(t *testing.T) {
	var tags [][]string
	var sources []string
	h := logbook.NewHandler(func(r *logbook.Record) error {
		v, _ := r.Lookup("tags")
		tags = append(tags, v.Any().([]string))
		sources = append(sources, filepath.Base(r.Source().File))
		return nil
	}, nil)
	l := handlers.NewTaggingLogger("shell")
	names := []string{"b"}
	tagged := l.Tagged(names...)
	names[0] = "changed"
	attrs := []any{"a", 1}
	bound(t, func() {
		l.Tagged("a").Info("x", attrs...)
		tagged.Info("x")
		l.Tagged("a", "b").Info("x")
	}, h)
	if want := [][]string{{"a"}, {"b"}, {"a", "b"}}; !reflect.DeepEqual(tags, want) {
		t.Errorf("tags %q, want %q", tags, want)
	}
	// Known defects of Logbook: it changed the caller's extra, and named its own file.
	if len(attrs) != 2 {
		t.Errorf("the call's attributes are now %v", attrs)
	}
	if want := "tagging_test.go"; slices.ContainsFunc(sources, func(s string) bool { return s != want }) {
		t.Errorf("logged from %q, want %s", sources, want)
	}
	if l.Channel() != "shell" {
		t.Errorf("the channel is %q", l.Channel())
	}
}

// On the wire the tags are a list in extra, not an argument of the call.
func TestTagsOnTheWire(t *testing.T) {
	var got struct {
		Kwargs map[string]any
		Extra  map[string]any
	}
	h := logbook.NewHandler(func(r *logbook.Record) error {
		b, err := logbook.Wire().AppendFormat(nil, r)
		return errors.Join(err, json.Unmarshal(b, &got))
	}, nil)
	bound(t, func() { handlers.NewTaggingLogger("tagged").Tagged("important").Info("m", "n", 1) }, h)
	if want := []any{"important"}; !reflect.DeepEqual(got.Extra["tags"], want) || len(got.Kwargs) != 1 {
		t.Errorf("extra %v, kwargs %v", got.Extra, got.Kwargs)
	}
}

// Records go to the handlers of their tags, and once to each.
func TestTagging(t *testing.T) {
	below, out, err := new(sink), new(sink), &sink{Options: logbook.Options{Level: logbook.LevelInfo}}
	h := handlers.NewTagging(map[string][]logbook.Handler{
		"info": {out}, "cmd": {err}, "both": {out, err},
	}, nil)
	l := handlers.NewTaggingLogger("shell")
	bound(t, func() {
		l.Tagged("info").Info("info message")
		l.Tagged("both").Info("all message")
		l.Tagged("cmd").Info("cmd message")
		l.Tagged("info", "both", "nobody's").Info("once")
		l.Info("untagged")
		l.Tagged("nobody's").Info("unknown")
		l.Info("no list", "tags", "info")
		l.Tagged("info").Info("not hidden by the call's", "tags", "cmd")
		l.Tagged("cmd").Debug("below the level")
	}, below, h)
	out.expect(t, "info message", "all message", "once", "not hidden by the call's")
	err.expect(t, "all message", "cmd message", "once")
	below.expect(t, "untagged", "unknown", "no list", "below the level")
}

// Tags are found in records that were retained, received, or tagged by a processor.
func TestTagsOfOtherRecords(t *testing.T) {
	out := new(sink)
	h := handlers.NewTagging(map[string][]logbook.Handler{"cmd": {out}}, nil)
	l := handlers.NewTaggingLogger("shell").Tagged("cmd")
	bound(t, func() { l.Error("retained") }, handlers.NewFingersCrossed(h, nil))
	out.expect(t, "escalation[retained]")

	var wire []byte
	bound(t, func() { l.Info("received") }, logbook.NewHandler(func(r *logbook.Record) (err error) {
		wire, err = r.MarshalJSON()
		return err
	}, nil))
	r := new(logbook.Record)
	if err := r.UnmarshalJSON(wire); err != nil {
		t.Fatal(err)
	}
	bound(t, func() {
		logbook.Dispatch(context.Background(), r)
		log.Info("processed")
	}, logbook.Processor(func(r *logbook.Record) {
		if r.Message() == "processed" {
			r.Set("tags", []string{"cmd"})
		}
	}), h)
	out.expect(t, "escalation[retained]", "received", "processed")
}

func TestInvalidTags(t *testing.T) {
	for _, v := range []any{nil, "cmd", 5, []any{"cmd", 5}, []int{1}, map[string]int{}, slog.GroupValue(slog.String("a", "cmd"))} {
		r := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: []slog.Attr{slog.Any("tags", v)}})
		if tags := handlers.Tags(r); tags != nil {
			t.Errorf("%v has the tags %q", v, tags)
		}
	}
}

// Level, filter and bubble come from the options.
func TestTaggingBinding(t *testing.T) {
	below, out := new(sink), new(sink)
	h := handlers.NewTagging(map[string][]logbook.Handler{"cmd": {out}}, &handlers.TaggingOptions{
		Level: logbook.LevelInfo, Bubble: true,
		Filter: func(r *logbook.Record) bool { return r.Message() != "filtered" },
	})
	l := handlers.NewTaggingLogger("shell").Tagged("cmd")
	bound(t, func() { l.Debug("low"); l.Info("filtered"); l.Info("taken") }, below, h)
	out.expect(t, "taken")
	below.expect(t, "low", "filtered", "taken")
}

// A failure names the failing handler, and does not affect the others. The error is
// returned to handlers before this one.
func TestTaggingFailure(t *testing.T) {
	bad := &sink{err: func() error { return errors.New("disk full") }}
	good := new(sink)
	h := handlers.NewTagging(map[string][]logbook.Handler{"cmd": {bad, good}}, nil)
	l := handlers.NewTaggingLogger("shell").Tagged("cmd")
	errs := failures(func() { l.Info("a") }, h)
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "*handlers_test.sink: disk full") {
		t.Errorf("got %v", errs)
	}
	second := new(sink)
	bound(t, func() { l.Info("b") }, handlers.NewFallback(h, second))
	good.expect(t, "a", "b")
	second.expect(t, "b")
}

// A nil handler is a failure of the records that it should get.
func TestTaggingWithoutHandler(t *testing.T) {
	out := new(sink)
	h := handlers.NewTagging(map[string][]logbook.Handler{"cmd": {nil, out}}, nil)
	l := handlers.NewTaggingLogger("shell")
	errs := failures(func() { l.Tagged("cmd").Info("a"); l.Info("b") }, h)
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "no handler was given") {
		t.Errorf("got %v", errs)
	}
	out.expect(t, "a")
}

// Each handler gets its records of a batch together.
func TestTaggingBatch(t *testing.T) {
	out, err := new(sink), &sink{err: func() error { return errors.New("refused") }}
	h := handlers.NewTagging(map[string][]logbook.Handler{"info": {out}, "cmd": {err}, "both": {out, err}}, nil)
	l := handlers.NewTaggingLogger("shell")
	errs := failures(func() {
		logbook.InGoroutine(func() {
			l.Tagged("info").Info("a")
			l.Tagged("cmd").Info("b")
			l.Info("c")
			l.Tagged("both").Info("d")
		}, handlers.NewGroup(h))
	})
	out.expect(t, "group[a d]")
	err.expect(t, "group[b d]")
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "refused") {
		t.Errorf("got %v", errs)
	}
}

// A handler of several tags is flushed, closed and unbound once.
func TestTaggingLifecycle(t *testing.T) {
	c := new(counted)
	h := handlers.NewTagging(map[string][]logbook.Handler{"a": {c}, "b": {c, logbook.Null{Filter: func(*logbook.Record) bool { return true }}}}, nil)
	h.Unbound()
	if err := errors.Join(h.Flush(t.Context()), h.Close(t.Context())); err != nil {
		t.Error(err)
	}
	if c.calls != (calls{flushed: 1, closed: 1, unbound: 1}) {
		t.Errorf("%+v", c.calls)
	}
}

// counted counts calls.
type counted struct {
	logbook.Options
	calls
}

type calls struct{ flushed, closed, unbound int }

func (c *counted) Handle(*logbook.Record) error { return nil }
func (c *counted) Flush(context.Context) error  { c.flushed++; return nil }
func (c *counted) Close(context.Context) error  { c.closed++; return nil }
func (c *counted) Unbound()                     { c.unbound++ }
