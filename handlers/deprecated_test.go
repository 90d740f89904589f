package handlers_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func oldAdd(a, b int) int {
	handlers.Deprecated("Use +.")
	return a + b
}

type oldType struct{}

//go:noinline
func (oldType) Method() { handlers.Deprecated("") }

func withOldOption(text string) { handlers.LogDeprecation(text) }

func here() int {
	_, _, line, _ := runtime.Caller(1)
	return line
}

// located remembers records with their line.
func located(lines *[]string) logbook.Handler {
	var mu sync.Mutex
	return logbook.NewHandler(func(r *logbook.Record) error {
		mu.Lock()
		defer mu.Unlock()
		*lines = append(*lines, fmt.Sprint(r.Source().Line, " ", r.Level(), " ", r.Channel(), " ", r.Message()))
		return nil
	}, nil)
}

// A deprecated function still works, and is reported once for each place that calls it.
func TestDeprecated(t *testing.T) {
	handlers.ForgetDeprecations()
	var got, want []string
	bound(t, func() {
		for range 2 {
			if sum := oldAdd(1, 2); sum != 3 {
				t.Errorf("the deprecated function returned %d", sum)
			}
		}
		want = append(want, fmt.Sprint(here()-4, " WARNING deprecation handlers_test.oldAdd is deprecated. Use +."))
		oldAdd(3, 4)
		want = append(want, fmt.Sprint(here()-1, " WARNING deprecation handlers_test.oldAdd is deprecated. Use +."))
		oldType{}.Method()
		want = append(want, fmt.Sprint(here()-1, " WARNING deprecation handlers_test.oldType.Method is deprecated."))
		for range 2 {
			withOldOption("x {y}")
		}
		want = append(want, fmt.Sprint(here()-2, " WARNING deprecation Deprecation message: x {y}"))
	}, located(&got))
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

// A suppressed deprecation is not logged, and the next call logs it.
func TestSuppressDeprecations(t *testing.T) {
	handlers.ForgetDeprecations()
	var got []string
	other := new(sink)
	call := func() { oldAdd(1, 2) }
	bound(t, func() {
		logbook.InGoroutine(func() {
			call()
			log.Warn("other channels")
			log.Debug("and levels")
		}, other, handlers.SuppressDeprecations())
		other.expect(t, "other channels", "and levels")
		if len(got) != 0 {
			t.Errorf("suppressed: %q", got)
		}
		logbook.InGoroutine(call, logbook.Null{})
		call()
		call()
	}, located(&got))
	if len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

func TestDeprecatedConcurrently(t *testing.T) {
	handlers.ForgetDeprecations()
	var got []string
	h := located(&got)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			logbook.InGoroutine(func() {
				for range 100 {
					withOldOption("x")
				}
			}, logbook.Null{}, h)
		})
	}
	wg.Wait()
	if len(got) != 1 {
		t.Errorf("got %q", got)
	}
}
