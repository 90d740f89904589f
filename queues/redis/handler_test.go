package redis_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/redis"
)

// patience guards against hanging, on a very busy machine.
const patience = 2 * time.Minute

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func newHandler(t testing.TB, address string, o *redis.HandlerOptions) *redis.Handler {
	t.Helper()
	h, err := redis.NewHandler(address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close(expired()) })
	return h
}

func record(format string, args ...any) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{Time: time.Now(), Level: logbook.LevelInfo, Message: fmt.Sprintf(format, args...)})
}

func handle(t testing.TB, h logbook.Handler, r *logbook.Record) {
	t.Helper()
	if err := h.Handle(r); err != nil {
		t.Fatal(err)
	}
}

// nobody is an address at which no server listens.
const nobody = "redis://:hunter2@127.0.0.1:1"

// reported calls fn for each error of a handler.
func reported(fn func(error)) logbook.Flags {
	return logbook.Flags{Errors: func(e *logbook.HandlerError) { fn(e.Err) }}
}

func TestOptions(t *testing.T) {
	for _, tt := range []struct {
		address string
		o       redis.HandlerOptions
		option  string
	}{
		{"", redis.HandlerOptions{}, "address"},
		{"localhost:6379", redis.HandlerOptions{}, "address"},
		{"http://:hunter2@localhost", redis.HandlerOptions{}, "address"},
		{"redis:localhost", redis.HandlerOptions{}, "address"},
		{"redis://", redis.HandlerOptions{}, "address"},
		{"redis://:hunter2@", redis.HandlerOptions{}, "address"},
		{"redis://:hunter2@host:0", redis.HandlerOptions{}, "address"},
		{"redis://:hunter2@host:port", redis.HandlerOptions{}, "address"},
		{"redis://:hunter2@host/one", redis.HandlerOptions{}, "address"},
		{"redis://:hunter2@host/-1", redis.HandlerOptions{}, "address"},
		{"redis://:hunter2@host/1/2", redis.HandlerOptions{}, "address"},
		{"redis://:hunter2@host?db=1", redis.HandlerOptions{}, "address"},
		{"redis://:hunter2@host#1", redis.HandlerOptions{}, "address"},
		{"unix://:hunter2@", redis.HandlerOptions{}, "address"},
		{"unix://host/path", redis.HandlerOptions{}, "address"},
		{"unix:///path?db=one", redis.HandlerOptions{}, "address"},
		{"unix:///path?db=1&x=2", redis.HandlerOptions{}, "address"},
		{"redis://host", redis.HandlerOptions{Timeout: -1}, "Timeout"},
		{"redis://host", redis.HandlerOptions{MaxRecords: -1}, "MaxRecords"},
		{"redis://host", redis.HandlerOptions{MaxBytes: -1}, "MaxBytes"},
		{"redis://host", redis.HandlerOptions{Overflow: 9}, "Overflow"},
		{"redis://host", redis.HandlerOptions{ExtraFields: map[string]any{"message": "x"}}, "ExtraFields"},
		{"redis://host", redis.HandlerOptions{ExtraFields: map[string]any{"f": func() {}}}, "ExtraFields"},
	} {
		_, err := redis.NewHandler(tt.address, &tt.o)
		var e *logbook.OptionError
		if !errors.As(err, &e) || e.Option != tt.option || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s %+v: %v", tt.address, tt.o, err)
		}
	}
	for _, address := range []string{
		"redis://host", "redis://[::1]:1/2", "redis://me:hunter2@host/", "rediss://:p%40ss@host:1/3", "unix:///path", "unix://me:hunter2@/path?db=4",
	} {
		newHandler(t, address, nil)
	}
}

func TestBinding(t *testing.T) {
	h := newHandler(t, nobody, &redis.HandlerOptions{Level: logbook.LevelError, Bubble: true})
	if b := h.Binding(); logbook.LevelOf(b.Level) != logbook.LevelError || !b.Bubble {
		t.Errorf("%+v", b)
	}
}

// While the server is away, records stay in the queue. Close reports them.
func TestNoServer(t *testing.T) {
	h := newHandler(t, nobody, &redis.HandlerOptions{Overflow: queues.DropNewest, MaxRecords: 1000})
	failures := make(chan error, 100)
	defer logbook.PushApplication(reported(func(err error) { failures <- err }))()
	for i := range 3 {
		handle(t, h, record("%d", i))
	}
	var e *redis.Error
	if err := <-failures; !errors.As(err, &e) || !strings.Contains(err.Error(), "127.0.0.1:1") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("reported %v", err)
	}
	var unsent *logbook.UnsentError
	if err := h.Flush(expired()); !errors.As(err, &unsent) || unsent.Records != 3 {
		t.Errorf("flush: %v", err)
	}
	unsent = nil
	if err := h.Close(expired()); !errors.As(err, &unsent) || unsent.Records != 3 {
		t.Errorf("close: %v", err)
	}
	if s := h.Stats(); s.Handled != 0 || s.Dropped+uint64(s.Held) != 3 {
		t.Errorf("%v", s)
	}
	if err := h.Handle(record("late")); !errors.Is(err, logbook.ErrClosed) {
		t.Errorf("after close: %v", err)
	}
}
