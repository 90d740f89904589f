package logbook_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/logbook-go/logbook/logbook"
)

// exits makes Fatal add its status to a list instead of ending the program.
func exits(t *testing.T) *[]int {
	var statuses []int
	t.Cleanup(logbook.SetExit(func(status int) { statuses = append(statuses, status) }))
	return &statuses
}

// Each form of Fatal logs at LevelCritical, closes the handlers, and then ends the
// program.
func TestFatal(t *testing.T) {
	withoutDefault(t)
	ctx := t.Context()
	log := logbook.New("app")
	for name, test := range map[string]struct {
		call    func()
		channel string
		message string
	}{
		"method":           {func() { log.Fatal("cannot {verb}", "verb", "start") }, "app", "cannot start"},
		"method, context":  {func() { log.FatalContext(ctx, "cannot {verb}", "verb", "start") }, "app", "cannot start"},
		"method, printf":   {func() { log.Fatalf("cannot %s {}", "start") }, "app", "cannot start {}"},
		"package":          {func() { logbook.Fatal("cannot {verb}", "verb", "start") }, "Generic", "cannot start"},
		"package, context": {func() { logbook.FatalContext(ctx, "cannot {verb}", "verb", "start") }, "Generic", "cannot start"},
		"package, printf":  {func() { logbook.Fatalf("cannot %s {}", "start") }, "Generic", "cannot start {}"},
	} {
		t.Run(name, func(t *testing.T) {
			h := new(closing)
			closed, status := 0, 0
			defer logbook.SetExit(func(s int) { closed, status = h.closed, s })()
			defer logbook.PushApplication(h)()
			test.call()
			r := h.last(t)
			if r.Level() != logbook.LevelCritical || r.Channel() != test.channel || r.Message() != test.message {
				t.Errorf("logged %v %s: %s", r.Level(), r.Channel(), r.Message())
			}
			if base := filepath.Base(r.Source().File); base != "logger_fatal_test.go" {
				t.Errorf("the source is %s", base)
			}
			if closed != 1 || status != 1 {
				t.Errorf("closed %d times before the end; status %d", closed, status)
			}
		})
	}
}

// The program ends without a record, too.
func TestFatalOfSilentLoggers(t *testing.T) {
	withoutDefault(t)
	statuses := exits(t)
	h := record(t)
	logbook.NewLogger("app", &logbook.LoggerOptions{Disabled: true}).Fatal("unheard")
	(*logbook.Logger)(nil).Fatalf("unheard")
	h.want(t)
	if len(*statuses) != 2 {
		t.Errorf("ended %d times", len(*statuses))
	}
}

// A handler that never closes does not keep the program alive.
func TestFatalLimit(t *testing.T) {
	withoutDefault(t)
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		defer close(stuck)
		statuses := exits(t)
		defer logbook.PushApplication(closer{logbook.HandlerFunc(func(*logbook.Record) error { return nil }), func(context.Context) error {
			<-stuck
			return errors.New("too late")
		}})()
		logbook.Fatal("stuck")
		if len(*statuses) != 1 {
			t.Errorf("ended %d times", len(*statuses))
		}
	})
}

// closer is a handler with a Close function.
type closer struct {
	logbook.Handler
	close func(context.Context) error
}

func (h closer) Close(ctx context.Context) error { return h.close(ctx) }
