package handlers_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// described records each record as text.
func described(lines *[]string) logbook.Handler {
	return logbook.NewHandler(func(r *logbook.Record) error {
		*lines = append(*lines, fmt.Sprint(r.Level(), " ", r.Channel(), " ", filepath.Base(r.Source().File), " ", r.Message()))
		return nil
	}, nil)
}

// An operation longer than the threshold logs one record, a faster one none.
func TestLoggedIfSlow(t *testing.T) {
	work := func(ctx context.Context, took time.Duration, o *handlers.SlowOptions) {
		defer handlers.LoggedIfSlow(ctx, 100*time.Millisecond, "checking in for {took}", o)()
		time.Sleep(took)
	}
	synctest.Test(t, func(t *testing.T) {
		var lines []string
		bound(t, func() {
			work(t.Context(), 50*time.Millisecond, nil)
			work(t.Context(), 100*time.Millisecond, nil)
			work(t.Context(), 200*time.Millisecond, nil)
			work(t.Context(), time.Second, &handlers.SlowOptions{Logger: log})
			work(t.Context(), time.Second, &handlers.SlowOptions{Level: logbook.LevelWarn})
		}, described(&lines))
		want := []string{
			"DEBUG Slow slow_test.go checking in for 200ms",
			"DEBUG testlogger slow_test.go checking in for 1s",
			"WARNING Slow slow_test.go checking in for 1s",
		}
		if !slices.Equal(lines, want) {
			t.Errorf("got %q", lines)
		}

		var inContext []string
		ctx, undo := logbook.BindScope(t.Context(), described(&inContext))
		defer undo()
		work(ctx, time.Second, nil)
		if len(inContext) != 1 {
			t.Errorf("a handler bound to the context got %q", inContext)
		}
	})
}
