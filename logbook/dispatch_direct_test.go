package logbook_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// plainHandler needs neither caller nor guard, so its stack is direct; see isDirect.
type plainHandler struct {
	logbook.Options
	handle func(*logbook.Record) error
}

func (h *plainHandler) Binding() logbook.Binding {
	b := h.Options.Binding()
	b.NoCaller = true
	return b
}

func (h *plainHandler) Handle(r *logbook.Record) error { return h.handle(r) }

func TestDirectHandler(t *testing.T) {
	failure := errors.New("disk full")
	for name, c := range map[string]struct {
		level  logbook.Level
		first  func(*logbook.Record) error
		want   []string // messages of the handler below
		report string
	}{
		"handles":         {logbook.LevelInfo, func(*logbook.Record) error { return nil }, nil, ""},
		"passes":          {logbook.LevelInfo, func(*logbook.Record) error { return logbook.ErrPass }, []string{"m"}, ""},
		"passes, wrapped": {logbook.LevelInfo, func(*logbook.Record) error { return errors.Join(failure, logbook.ErrPass) }, []string{"m"}, ""},
		"fails":           {logbook.LevelInfo, func(*logbook.Record) error { return failure }, nil, "disk full"},
		"panics":          {logbook.LevelInfo, func(*logbook.Record) error { panic("no") }, nil, "panic: no"},
		"wants more":      {logbook.LevelError, func(*logbook.Record) error { return failure }, []string{"m"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var seen, reported []string
			below := &plainHandler{Options: logbook.Options{Level: logbook.LevelInfo}, handle: func(r *logbook.Record) error {
				seen = append(seen, r.Message())
				return nil
			}}
			calls := 0
			first := &plainHandler{Options: logbook.Options{Level: c.level}, handle: func(r *logbook.Record) error {
				calls++
				return c.first(r)
			}}
			flags := logbook.Flags{Errors: func(e *logbook.HandlerError) {
				if e.Handler != first || !strings.HasSuffix(e.Source.File, "dispatch_direct_test.go") {
					t.Errorf("%v of %v, logged from %v", e.Err, e.Handler, e.Source)
				}
				reported = append(reported, e.Err.Error())
			}}
			logbook.InGoroutine(func() { logbook.New("t").Info("m") }, flags, below, first)
			if handled := c.level <= logbook.LevelInfo; handled != (calls == 1) || calls > 1 {
				t.Errorf("called %d times", calls)
			}
			if !slices.Equal(seen, c.want) || strings.Join(reported, "|") != c.report {
				t.Errorf("the handler below got %q, want %q; reported %q, want %q", seen, c.want, reported, c.report)
			}
		})
	}
}
