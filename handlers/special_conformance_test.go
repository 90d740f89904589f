package handlers_test

import (
	"io"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// Wrappers keep the contract, with default options and with others, and before handlers
// that pass records on.
func TestSpecialHandlers(t *testing.T) {
	onlyErrors := func(r *logbook.Record) bool { return r.Level() >= logbook.LevelError }
	options := &logbook.Options{Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true, Formatter: logbook.JSON(nil)}
	stream := func() logbook.Handler { return handlers.NewStream(io.Discard, nil) }
	closed := func() logbook.Handler { return handlers.NewStream(closedFile(t), nil) }
	pass := logbook.NewHandler(func(*logbook.Record) error { return logbook.ErrPass }, nil)
	tags := func(h ...logbook.Handler) map[string][]logbook.Handler {
		return map[string][]logbook.Handler{"a": h, "b": h}
	}

	for name, newHandler := range map[string]func() logbook.Handler{
		"Tagging": func() logbook.Handler { return handlers.NewTagging(tags(stream()), nil) },
		"Tagging, options": func() logbook.Handler {
			return handlers.NewTagging(tags(handlers.NewStream(io.Discard, options), pass), &handlers.TaggingOptions{
				Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true,
			})
		},
		"Dedup": func() logbook.Handler { return handlers.NewDedup(stream(), nil) },
		"Dedup, options": func() logbook.Handler {
			return handlers.NewDedup(handlers.NewStream(io.Discard, options), &handlers.DedupOptions{
				Quiet: time.Microsecond, MaxMessages: 2, Format: "{count} {message}",
			})
		},
		"Dedup before ErrPass": func() logbook.Handler { return handlers.NewDedup(pass, nil) },
		"Limit":                func() logbook.Handler { return handlers.NewLimit(stream(), nil) },
		"Limit, options": func() logbook.Handler {
			return handlers.NewLimit(handlers.NewStream(io.Discard, options), &handlers.LimitOptions{
				Records: 3, Per: time.Microsecond, CacheSize: 2, By: (*logbook.Record).Message,
			})
		},
		"Limit before ErrPass": func() logbook.Handler { return handlers.NewLimit(pass, nil) },
		"Limit in a Group":     func() logbook.Handler { return handlers.NewGroup(handlers.NewLimit(stream(), nil)) },
		"Sample":               func() logbook.Handler { return handlers.NewSample(stream(), nil) },
		"Sample, options": func() logbook.Handler {
			return handlers.NewSample(handlers.NewStream(io.Discard, options), &handlers.SampleOptions{
				Thereafter: 3, Per: time.Hour, CacheSize: 2, Always: logbook.LevelCritical,
			})
		},
		"Sample before ErrPass":   func() logbook.Handler { return handlers.NewSample(pass, nil) },
		"Raise":                   func() logbook.Handler { return handlers.NewRaise(nil, nil) },
		"Raise, options":          func() logbook.Handler { return handlers.NewRaise(func(string) error { return nil }, options) },
		"Fanout":                  func() logbook.Handler { return handlers.NewFanout(stream(), closed(), pass) },
		"Fanout, options":         func() logbook.Handler { return handlers.NewFanout(handlers.NewStream(io.Discard, options)) },
		"Fanout to nobody":        func() logbook.Handler { return handlers.NewFanout() },
		"Fallback":                func() logbook.Handler { return handlers.NewFallback(closed(), stream()) },
		"Fallback, options":       func() logbook.Handler { return handlers.NewFallback(handlers.NewStream(closedFile(t), options), pass) },
		"Fallback that fails":     func() logbook.Handler { return handlers.NewFallback(closed(), closed()) },
		"Fallback before ErrPass": func() logbook.Handler { return handlers.NewFallback(pass, stream()) },
	} {
		t.Run(name, func(t *testing.T) { logbooktest.TestHandler(t, newHandler) })
	}
}
