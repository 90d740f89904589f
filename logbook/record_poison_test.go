//go:build race || logbook_poison

package logbook_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// Using a record after its time panics.
func TestUseAfterHandle(t *testing.T) {
	uses := map[string]func(r *logbook.Record){
		"Message":   func(r *logbook.Record) { r.Message() },
		"Level":     func(r *logbook.Record) { r.Level() },
		"Time":      func(r *logbook.Record) { r.Time() },
		"Channel":   func(r *logbook.Record) { r.Channel() },
		"Context":   func(r *logbook.Record) { r.Context() },
		"Template":  func(r *logbook.Record) { r.Template() },
		"PID":       func(r *logbook.Record) { r.PID() },
		"Goroutine": func(r *logbook.Record) { r.Goroutine() },
		"From":      func(r *logbook.Record) { r.From(nil) },
		"PC":        func(r *logbook.Record) { r.PC() },
		"Source":    func(r *logbook.Record) { r.Source() },
		"Err":       func(r *logbook.Record) { r.Err() },
		"ErrorInfo": func(r *logbook.Record) { r.ErrorInfo() },
		"Attrs":     func(r *logbook.Record) { r.Attrs(func(slog.Attr) bool { return true }) },
		"Lookup":    func(r *logbook.Record) { r.Lookup("a") },
		"Set":       func(r *logbook.Record) { r.Set("a", 1) },
		"Retain":    func(r *logbook.Record) { r.Retain() },
		"Release":   func(r *logbook.Record) { r.Release() },
		"Clone":     func(r *logbook.Record) { r.Clone() },
		"Data":      func(r *logbook.Record) { r.Data() },
		"Dispatch":  func(r *logbook.Record) { logbook.Dispatch(nil, r) },
		"text":      func(r *logbook.Record) { _, _ = logbook.Options{}.AppendFormat(nil, r) },
		"json":      func(r *logbook.Record) { _, _ = logbook.JSON(nil).AppendFormat(nil, r) },
		"logfmt":    func(r *logbook.Record) { _, _ = logbook.Logfmt(nil).AppendFormat(nil, r) },
		"console":   func(r *logbook.Record) { _, _ = logbook.Console(nil).AppendFormat(nil, r) },
		"wire":      func(r *logbook.Record) { _, _ = logbook.Wire().AppendFormat(nil, r) },
	}
	for name, use := range uses {
		for _, retain := range []bool{false, true} {
			var kept *logbook.Record
			logbook.InGoroutine(func() { logbook.Info("m") }, logbook.NewHandler(func(r *logbook.Record) error {
				if kept = r; retain {
					kept = r.Retain()
				}
				return nil
			}, nil))
			if retain {
				if kept.Message() != "m" {
					t.Errorf("the retained record has message %q", kept.Message())
				}
				kept.Release()
			}
			func() {
				defer func() {
					if text, _ := recover().(string); !strings.Contains(text, "was used after Handle returned") {
						t.Errorf("%s, retained %v: recovered %q", name, retain, text)
					}
				}()
				use(kept)
			}()
		}
	}
}
