package logbook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/logbook-go/logbook/logbook"
)

// payload is a large value of a call.
type payload [4 << 10]byte

func (*payload) String() string { return "payload" }

// newPayload returns a payload, and a function that reports whether it is still referenced.
func newPayload() (p *payload, held func() bool) {
	p = new(payload)
	w := weak.Make(p)
	return p, func() bool { return w.Value() != nil }
}

// isHeld reports whether a payload stays referenced. It uses records meanwhile, since the
// garbage collector empties a pool that is not used.
func isHeld(held func() bool) bool {
	for range 4 {
		logbook.Info("small")
		runtime.GC()
	}
	return held()
}

// The values of a call are released when it ends, even if its record is used again.
func TestPooledRecordsReleaseValues(t *testing.T) {
	type key struct{}
	h := &formatting{logbook.Options{Formatter: logbook.JSON(nil)}}
	several := func(p *payload, n int) (attrs []slog.Attr) {
		for i := range n {
			attrs = append(attrs, slog.Any(fmt.Sprint("k", i), p))
		}
		return attrs
	}
	tests := map[string]func(p *payload){
		"attributes":      func(p *payload) { logbook.LogAttrs(t.Context(), logbook.LevelInfo, "m", several(p, 10)...) },
		"many attributes": func(p *payload) { logbook.LogAttrs(t.Context(), logbook.LevelInfo, "m", several(p, 40)...) },
		"too many":        func(p *payload) { logbook.LogAttrs(t.Context(), logbook.LevelInfo, "m", several(p, 400)...) },
		"pairs":           func(p *payload) { logbook.Info("m", "a", p, "b", 1) },
		"printf":          func(p *payload) { logbook.Default().Infof("%v", p) },
		"printf, many":    func(p *payload) { logbook.Default().Infof(strings.Repeat("%v", 9), p, p, p, p, p, p, p, p, p) },
		"context":         func(p *payload) { logbook.InfoContext(context.WithValue(t.Context(), key{}, p), "m") },
		"error":           func(p *payload) { logbook.Info("m", logbook.Err(errorWith{p})) },
		"retained":        func(p *payload) { keepAndRelease(func() { logbook.Info("m", "a", p) }) },
		"With":            func(p *payload) { logbook.With("err", errorWith{p}).Info("m") },
		"slog":            func(p *payload) { logSlog(several(p, 20)) },
		"processor":       func(p *payload) { processed(func(r *logbook.Record) { r.SetAttrs(several(p, 4)...) }) },
		"processor, many": func(p *payload) { processed(func(r *logbook.Record) { r.SetAttrs(several(p, 20)...) }) },
		"processor replaces": func(p *payload) {
			processed(func(r *logbook.Record) {
				r.SetAttrs(several(p, 4)...)
				r.ReplaceAttrs(func([]string, slog.Attr) slog.Attr { return slog.Attr{} })
			})
		},
	}
	for name, log := range tests {
		logbook.InGoroutine(func() {
			p, held := newPayload()
			log(p)
			p = nil
			if isHeld(held) {
				t.Errorf("%s: still held", name)
			}
		}, h)
	}
}

type errorWith struct{ p *payload }

func (errorWith) Error() string { return "error" }

func keepAndRelease(log func()) {
	logbook.InGoroutine(log, logbook.NewHandler(func(r *logbook.Record) error { r.Retain().Release(); return nil }, nil))
}

func processed(fn func(r *logbook.Record)) {
	logbook.InGoroutine(func() { logbook.Info("m") }, logbook.Processor(fn))
}

func logSlog(attrs []slog.Attr) {
	r := slog.NewRecord(time.Now(), slog.LevelInfo, "m", 0)
	r.AddAttrs(attrs...)
	logbook.Default().LogSlog(context.Background(), r)
}

// A retained record keeps its output, and not the values that it was made from.
func TestRetainedRecordsReleaseValues(t *testing.T) {
	tests := map[string]func(p *payload){
		"printf":    func(p *payload) { logbook.Default().Infof("%v", p) },
		"attribute": func(p *payload) { logbook.Info("m", "a", p) },
		"group":     func(p *payload) { logbook.Info("m", slog.Group("g", "a", p)) },
		"valuer": func(p *payload) {
			logbook.Info("m", "a", valuerFunc(func() slog.Value { return slog.StringValue(p.String()) }))
		},
		"With": func(p *payload) { logbook.With("a", p).Info("m") },
	}
	for name, log := range tests {
		h := new(recorder)
		logbook.InGoroutine(func() {
			p, held := newPayload()
			log(p)
			p = nil
			if isHeld(held) {
				t.Errorf("%s: still held", name)
			}
		}, h)
		if !strings.Contains(h.lines[0], "payload") {
			t.Errorf("%s: the line is %q", name, h.lines[0])
		}
		runtime.KeepAlive(h)
	}
	// A text that was cut is not kept whole.
	h := record(t)
	logbook.Info(strings.Repeat("x", 8<<20))
	if r := h.last(t); len(r.Template()) > 2<<20 || r.Size() > 3<<20 {
		t.Errorf("the template has %d bytes, the size is %d", len(r.Template()), r.Size())
	}
}

// Messages and channels that are parts of large texts do not keep these in memory.
func TestCachesHoldNoLargeTexts(t *testing.T) {
	h := &formatting{logbook.Options{Formatter: logbook.JSON(nil)}}
	before := heap()
	const text = 1 << 20
	logbook.InGoroutine(func() {
		for i := range 100 {
			large := strings.Repeat("0123456789 {k}", text/14) + fmt.Sprint(i)
			logbook.New(large[i*14:i*14+10]).Info(large[i*14:i*14+14], "k", 1)
		}
	}, h)
	if grown := heap() - before; grown > 10*text {
		t.Errorf("%d bytes are held for 100 messages of 14", grown)
	}
}

func heap() int {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// Size is the memory that a retained record keeps.
func TestRecordSize(t *testing.T) {
	long := strings.Repeat("x", 1000)
	n := 1
	tests := []struct {
		name     string
		log      func()
		min, max int
	}{
		{"message", func() { logbook.Info(long) }, 1000, 1100},
		{"template", func() { logbook.Info("{a}{a}", "a", long) }, 3000, 3100},
		{"string", func() { logbook.Info("m", "a", long) }, 1000, 1100},
		{"key", func() { logbook.Info("m", long, 1) }, 1000, 1100},
		{"bytes", func() { logbook.Info("m", "a", []byte(long)) }, 1000, 1100},
		{"list", func() { logbook.Info("m", "a", []string{long, long}) }, 2000, 2100},
		{"numbers", func() { logbook.Info("m", "a", make([]int64, 500)) }, 4000, 4100},
		{"map", func() { logbook.Info("m", "a", map[string]any{long: long}) }, 2000, 2200},
		{"struct", func() { logbook.Info("m", "a", person{Name: long, Home: &address{long}}) }, 2000, 2200},
		{"error", func() { logbook.Info("m", "a", errors.New(long)) }, 1000, 1100},
		{"Err", func() { logbook.Info("m", logbook.Err(fmt.Errorf("%s: %w", long, io.EOF))) }, 1000, 1300},
		{"fixed value", func() { logbook.Info("m", "a", hidden{&n}, "b", fmt.Stringer(longStringer{&long})) }, 1000, 2300},
		{"group", func() { logbook.Info("m", slog.Group("g", "a", long)) }, 1000, 1100},
		{"With", func() { logbook.With("a", long).WithGroup("g").With("b", long).Info("m") }, 2000, 2100},
		{"times", func() { logbook.Info("m", "a", []time.Time{at, at.Local()}) }, 40, 200},
		{"huge", func() { logbook.Info("m", "a", make([]int, 1<<20)) }, 256 << 10, 600 << 10},
	}
	for _, test := range tests {
		h := record(t)
		test.log()
		if n := h.last(t).Size(); n < test.min || n > test.max {
			t.Errorf("%s: %d bytes, want %d to %d", test.name, n, test.min, test.max)
		}
	}
	h := record(t, logbook.Attrs("p", long))
	logbook.Info("m")
	if n := h.last(t).Size(); n < 1000 || n > 1100 {
		t.Errorf("processor: %d bytes", n)
	}
	b, err := h.last(t).MarshalJSON()
	received := new(logbook.Record)
	if err := errors.Join(err, received.UnmarshalJSON(b)); err != nil {
		t.Fatal(err)
	}
	if n := received.Retain().Size(); n < len(b) || n > 3*len(b) {
		t.Errorf("received: %d bytes of %d", n, len(b))
	}
}

type longStringer struct{ text *string }

func (l longStringer) String() string { return *l.text }
