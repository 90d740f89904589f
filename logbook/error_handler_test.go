package logbook_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// counts returns the number of lines of PrintErrors in a text, and the number of failures
// that they stand for.
func counts(text string) (lines, failures int) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "logbook: ") {
			continue // of the default handler
		}
		lines++
		failures++
		if i := strings.LastIndex(line, " ("); i >= 0 {
			var held int
			_, _ = fmt.Sscanf(line[i:], " (%d more", &held)
			failures += held
		}
	}
	return lines, failures
}

// failing fails with every record.
type failing struct {
	logbook.Options
	_ int // variables of size 0 may have the same address
}

func (*failing) Handle(*logbook.Record) error { return errors.New("disk full") }

func logTo(hs ...logbook.Handler) {
	for _, h := range hs {
		logbook.InGoroutine(func() { logbook.Info("m") }, h)
	}
}

// If many wrappers share a handler that fails, one line a second is printed.
func TestPrintErrorsOfWrappers(t *testing.T) {
	inFreshTime(t, func(t *testing.T) {
		shared := new(failing)
		text := stderrOf(t, func() {
			for range 1000 {
				logTo(&offering{logbook.Wrapper{Handler: logbook.Wrapper{Handler: shared}}}, logbook.Wrapper{Handler: shared})
			}
			time.Sleep(time.Second)
			logTo(shared)
		})
		if lines, failures := counts(text); lines != 2 || failures != 2001 {
			t.Errorf("%d lines for %d failures: %s", lines, failures, text)
		}
	})
}

// Each of many failing handlers has one line a second; beyond a limit, each type has.
// All failures are counted.
func TestPrintErrorsOfManyHandlers(t *testing.T) {
	inFreshTime(t, func(t *testing.T) {
		hs := make([]logbook.Handler, 500)
		for i := range hs {
			hs[i] = new(failing)
		}
		text := stderrOf(t, func() {
			for range 5 {
				logTo(hs...)
			}
			time.Sleep(time.Second)
			logTo(hs...)
		})
		if lines, failures := counts(text); lines != 1000 || failures != 6*500 {
			t.Errorf("500 handlers: %d lines for %d failures", lines, failures)
		}
	})
	inFreshTime(t, func(t *testing.T) {
		hs := make([]logbook.Handler, 5003) // allocated together, so that no address is reused
		for i := range hs {
			hs[i] = new(failing)
		}
		text := stderrOf(t, func() {
			logTo(hs[:5000]...)
			for _, h := range hs[5000:] {
				time.Sleep(time.Second)
				logTo(h)
			}
		})
		if lines, failures := counts(text); lines > 1100 || failures != 5003 {
			t.Errorf("5000 handlers: %d lines for %d failures", lines, failures)
		}
	})
}

// Items that were left out of different pushes are reported separately.
func TestPrintErrorsNamesItems(t *testing.T) {
	inFreshTime(t, func(t *testing.T) {
		text := stderrOf(t, func() {
			defer logbook.PushGoroutine(&logbook.Flags{}, strangeItem{}, &logbook.Flags{})()
		})
		for _, item := range []string{"*logbook.Flags", "strangeItem"} {
			if strings.Count(text, item+" was not bound") != 1 {
				t.Errorf("stderr has %q", text)
			}
		}
	})
}
