// Package collector_test tests queues/otlp with an OpenTelemetry Collector, which it builds
// from its modules: that takes some minutes, the first time.
package collector_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/otlp"
)

// build builds the collector.
func build(t *testing.T) (path string) {
	path = filepath.Join(t.TempDir(), "otelcol")
	if out, err := exec.Command("go", "build", "-o", path, "./otelcol").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// freePort returns the address of a port that nobody listened on.
func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start runs the collector, which sends what it receives to a receiver, and lists it. stop
// returns the listing.
func start(t *testing.T, program, receiver string) (address string, stop func() string) {
	address = freePort(t)
	config := fmt.Sprintf(`
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
exporters:
  debug: {verbosity: detailed}
  otlp_http: {endpoint: %q, compression: none, retry_on_failure: {initial_interval: 100ms}, sending_queue: {enabled: false}}
service:
  pipelines: {logs: {receivers: [otlp], exporters: [debug, otlp_http]}}
  telemetry: {metrics: {level: none}, logs: {level: info}}
`, address, "http://"+receiver)
	listing, err := os.Create(filepath.Join(t.TempDir(), "listing"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, config)
	cmd.Stdout, cmd.Stderr = listing, listing
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	text := func() string {
		b, err := os.ReadFile(listing.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	stop = func() string {
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
		_ = listing.Close()
		return text()
	}
	t.Cleanup(func() { _ = stop() })
	for {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			return address, stop
		}
		select {
		case <-ended:
			t.Fatalf("the collector has ended\n%s", text())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Records that go through the collector come back equal, and the collector sees in them what
// the conventions name.
func TestThroughCollector(t *testing.T) {
	s, err := otlp.Listen("tcp://127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	address, stop := start(t, build(t), s.Addr().String())
	h, err := otlp.NewHandler("otlp://"+address, &otlp.HandlerOptions{Service: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	var sent []*logbook.Record
	keep := logbook.NewHandler(func(r *logbook.Record) error {
		sent = append(sent, r.Retain())
		return logbook.ErrPass
	}, nil)
	undo := logbook.PushApplication(h, keep, logbook.Flags{Introspection: logbook.IntrospectionOn})
	logAll()
	undo()
	received := make(chan []*logbook.Record, 1)
	go func() {
		var rs []*logbook.Record
		for len(rs) < len(sent) {
			d, err := s.Receive(context.Background())
			if err != nil {
				break
			}
			rs = append(rs, d.Records...)
			d.Done(nil)
		}
		received <- rs
	}()
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := <-received
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	for i, r := range got {
		if want, is := describe(t, sent[i]), describe(t, r); is != want {
			t.Errorf("record %d:\n%s\nwant\n%s", i, is, want)
		}
	}
	listing := stop()
	for _, want := range []string{
		"SeverityText: WARNING", "SeverityNumber: Warn(13)", "Body: Str(order 7 of anna)", "InstrumentationScope shop.orders",
		"service.name: Str(shop)", "telemetry.sdk.name: Str(logbook)", "message_template.text: Str(order {n} of {user})",
		"exception.message: Str(paying: open /x: file does not exist", "code.function.name: Str(", "thread.id: Int(",
	} {
		if !strings.Contains(listing, want) {
			t.Errorf("the collector does not list %q\n%s", want, listing)
		}
	}
}

// describe returns the content of a record, without the resource of a received one.
func describe(t *testing.T, r *logbook.Record) string {
	d := r.Data()
	d.Time = d.Time.UTC()
	d.Extra = slices.DeleteFunc(d.Extra, func(a slog.Attr) bool { return a.Key == "resource" })
	line, err := logbook.JSON(&logbook.JSONOptions{Source: true}).AppendFormat(nil, logbook.NewRecord(d))
	if err != nil {
		t.Fatal(err)
	}
	info := new(logbook.ErrorInfo)
	if d.Error != nil {
		info = d.Error
	}
	return fmt.Sprintf("%s%s %q pid=%d goroutine=%d %+v", line, d.Time, d.Template, d.PID, d.Goroutine, *info)
}

// logAll logs records of all kinds.
func logAll() {
	log := logbook.New("shop.orders")
	log.Warn("order {n} of {user}", "n", 7, "user", "anna")
	log.Info("values", "s", "text", "f", 0.5, "ok", true, "nil", nil, "took", 90*time.Second, "at", time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
		"big", uint64(math.MaxUint64), "list", []any{1, "x", nil}, slog.Group("g", "a", 1, slog.Group("h", "b", "deep")), "odd", "\xff")
	log.Exception(fmt.Errorf("paying: %w", errors.Join(&fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}, errors.New("twice"))), "failed")
	for level := logbook.Level(-100); level <= 40; level += 7 {
		log.Log(context.Background(), level, "level")
	}
}
