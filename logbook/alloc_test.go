//go:build !race && !logbook_poison

package logbook_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// formatSink formats each record into a buffer of its own.
type formatSink struct {
	logbook.Options
	buf []byte
	n   int
}

func (h *formatSink) Handle(r *logbook.Record) error {
	b, err := h.AppendFormat(h.buf[:0], r)
	h.buf = b
	h.n++
	return err
}

// The allocation budgets of calls in a program that has run for a while.
func TestAllocations(t *testing.T) {
	ctx := context.Background()
	log := logbook.New("alloc")
	with := log.With("service", "api", "shard", 7)
	now, took := time.Now(), 1500*time.Millisecond
	ten := func(l *logbook.Logger) {
		l.LogAttrs(ctx, logbook.LevelInfo, "request served",
			slog.String("method", "GET"), slog.String("path", "/index.html"), slog.Int("status", 200), slog.Duration("took", took),
			slog.Float64("load", 0.75), slog.Bool("cached", true), slog.Time("at", now), slog.Uint64("bytes", 1<<40),
			slog.Int64("retries", -1), slog.String("user", "Größe ä"))
	}
	template := func() {
		with.LogAttrs(ctx, logbook.LevelInfo, "{service} served {path} in {took}", slog.String("path", "/index.html"), slog.Duration("took", took))
	}
	json, text := logbook.JSON(nil), logbook.Formatter(nil)
	sum := 0
	ranging := logbook.NewHandler(func(r *logbook.Record) error {
		for a := range r.Attrs {
			sum += len(a.Key)
		}
		return nil
	}, nil)
	processor := logbook.Processor(func(r *logbook.Record) {
		r.SetAttrs(slog.String("request", "r-17"), slog.Int("user", 42))
	})
	trace := logbook.Attrs("trace_id", "01", "span_id", "02", "rack", "r")
	errorsOnly := []logbook.Bindable{logbook.Null{}, &formatSink{Options: logbook.Options{Level: logbook.LevelError}}}
	tests := []struct {
		name  string
		stack []logbook.Bindable
		fn    func()
	}{
		{"disabled Info", errorsOnly, func() { log.Info("constant", "key", "value", "n", 1) }},
		{"disabled InfoContext", errorsOnly, func() { log.InfoContext(ctx, "constant", "key", "value") }},
		{"disabled LogAttrs", errorsOnly, func() { ten(log) }},
		{"disabled Info of a package", errorsOnly, func() { logbook.Info("constant") }},
		{"LogAttrs to JSON", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: json}}}, func() { ten(log) }},
		{"LogAttrs to JSON with With", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: json}}}, func() { ten(with) }},
		{"LogAttrs to text", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: text}}}, func() { ten(log) }},
		{"LogAttrs to logfmt", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: logbook.Logfmt(nil)}}}, func() { ten(with) }},
		{"Info", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: json}}}, func() { log.Info("constant", "key", "value", "n", 1) }},
		{"Info to text", []logbook.Bindable{&formatSink{}}, func() { log.Info("constant", "key", "value", "n", 1) }},
		{"With plus Info", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: json}}}, func() { with.Info("constant", "key", "value") }},
		{"Info with the caller", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: logbook.JSON(&logbook.JSONOptions{Source: true})}}},
			func() { log.Info("constant") }},
		{"JSON of an error", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: json}}},
			func() { log.LogAttrs(ctx, logbook.LevelInfo, "constant", slog.Any("error", io.EOF)) }},
		{"slog's JSON", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: logbook.JSON(withSource(logbook.SlogJSON()))}}}, func() { ten(with) }},
		{"zap's JSON", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: logbook.JSON(withSource(logbook.ZapJSON()))}}}, func() { ten(with) }},
		{"ECS", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: logbook.JSON(withSource(logbook.ECSJSON()))}}}, func() { ten(with) }},
		{"Google Cloud", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: logbook.JSON(withSource(logbook.GoogleCloudJSON()))}}}, func() { ten(with) }},
		{"OpenTelemetry", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: logbook.JSON(withSource(logbook.OpenTelemetryJSON()))}}}, func() { ten(with) }},
		{"template to JSON", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: json}}}, template},
		{"template to text", []logbook.Bindable{&formatSink{}}, template},
		{"template to console", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: logbook.Console(nil)}}}, template},
		{"template to logfmt", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: logbook.Logfmt(nil)}}}, template},
		{"template to two handlers", []logbook.Bindable{&formatSink{}, &formatSink{Options: logbook.Options{Formatter: json, Bubble: true}}}, template},
		{"processor", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: json}}, processor}, func() { log.Info("constant") }},
		{"fixed attributes", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: json}}, logbook.Attrs("host", "a")}, func() { log.Info("constant") }},
		{"ECS with a trace", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: logbook.JSON(logbook.ECSJSON())}}, trace}, func() { with.Info("constant", "key", "value") }},
		{"OpenTelemetry with a trace", []logbook.Bindable{&formatSink{Options: logbook.Options{Formatter: logbook.JSON(logbook.OpenTelemetryJSON())}}}, func() { with.Info("constant", "key", "value") }},
		{"ranging", []logbook.Bindable{ranging}, func() { ten(with) }},
		{"black hole", []logbook.Bindable{logbook.Null{}}, func() { ten(log) }},
	}
	for _, test := range tests {
		defer logbook.PushGoroutine(test.stack...)()
		if n := testing.AllocsPerRun(500, test.fn); n != 0 {
			t.Errorf("%s allocates %v times", test.name, n)
		}
	}
	if sum == 0 {
		t.Error("nothing was ranged over")
	}
}

// The budgets also hold for calls with a context.
func TestAllocationsInContext(t *testing.T) {
	h := &formatSink{Options: logbook.Options{Formatter: logbook.JSON(nil)}}
	ctx, end := logbook.BindScope(t.Context(), h)
	defer end()
	log := logbook.New("alloc")
	if n := testing.AllocsPerRun(500, func() { log.InfoContext(ctx, "constant", "key", "value") }); n != 0 || h.n == 0 {
		t.Errorf("InfoContext allocates %v times; %d records", n, h.n)
	}
}

// Retaining and releasing a record of plain values does not allocate.
func TestAllocationsOfRetain(t *testing.T) {
	h := logbook.NewHandler(func(r *logbook.Record) error { r.Retain().Release(); return nil }, nil)
	defer logbook.PushGoroutine(h)()
	log := logbook.New("alloc").With("w", 1)
	if n := testing.AllocsPerRun(500, func() { log.Info("constant", "key", "value", "n", 1) }); n != 0 {
		t.Errorf("Retain allocates %v times", n)
	}
}

// Calls of goroutines with bindings of their own that share a context do not allocate: they
// have separate caches.
func TestSharedContextAllocatesNothing(t *testing.T) {
	withoutDefault(t)
	h := logbook.NewHandler(func(*logbook.Record) error { return nil }, nil)
	ctx := logbook.Bind(context.Background(), h)
	log := logbook.New("x")
	turn, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		defer logbook.PushGoroutine(h)()
		for range turn {
			log.InfoContext(ctx, "there")
			turn <- true
		}
	}()
	defer logbook.PushGoroutine(h)()
	if n := testing.AllocsPerRun(100, func() {
		log.InfoContext(ctx, "here")
		turn <- true
		<-turn
	}); n != 0 {
		t.Errorf("a call allocates %v times", n)
	}
	close(turn)
	<-done
}
