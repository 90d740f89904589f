package handlers

import (
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// deprecationChannel is the channel of deprecation messages.
const deprecationChannel = "deprecation"

// reported has the deprecated uses that were logged. There are as many as a program has
// calls of deprecated functions, so it needs no bound.
var reported sync.Map // deprecation to struct{}

type deprecation struct{ notice, use place }

type place struct {
	file string
	line int
}

// Deprecated marks a function as deprecated. Called at its beginning, it logs "old.Send
// is deprecated. " and the message once for each place that calls the function, as a
// warning of that place on channel "deprecation":
//
//	func Send(text string) {
//		handlers.Deprecated("Use Post.")
//
// If no handler's level lets the record through, or under [SuppressDeprecations], the
// next call from that place logs again. Deprecated must be called by the function itself,
// and costs about a microsecond.
func Deprecated(message string) {
	warnOnce(func(function string) string {
		return strings.TrimSpace(fmt.Sprintf("%s is deprecated. %s", function, message))
	})
}

// LogDeprecation is [Deprecated] for things other than functions, such as an option or a
// value of an argument: it logs "Deprecation message: " and the message, as a warning of
// the place that calls the function that calls LogDeprecation.
func LogDeprecation(message string) {
	warnOnce(func(string) string { return "Deprecation message: " + message })
}

// warnOnce must be called by the function that the deprecated function calls.
func warnOnce(text func(function string) string) {
	var pcs [4]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	function, _ := frames.Next()
	caller, _ := frames.Next()
	d := deprecation{place{function.File, function.Line}, place{caller.File, caller.Line}}
	if _, known := reported.LoadOrStore(d, struct{}{}); known {
		return
	}
	taken := false
	defer func() {
		if !taken {
			reported.Delete(d)
		}
	}()
	log := logbook.NewLogger(deprecationChannel, &logbook.LoggerOptions{
		Processor: func(*logbook.Record) { taken = true },
	})
	log.WithCallerSkip(3).Warn(text(function.Function[strings.LastIndexByte(function.Function, '/')+1:]))
}

// SuppressDeprecations returns an item that silences [Deprecated] and [LogDeprecation]
// where it is bound:
//
//	defer logbook.PushGoroutine(handlers.SuppressDeprecations())()
func SuppressDeprecations() logbook.Bindable { return noDeprecations{} }

// noDeprecations is a black hole for reported.
type noDeprecations struct{}

func (noDeprecations) Binding() logbook.Binding {
	return logbook.Binding{
		Level:     logbook.LevelWarn,
		Accept:    func(r *logbook.Record) bool { return r.Channel() == deprecationChannel },
		Blackhole: true, NoCaller: true,
	}
}

func (noDeprecations) Handle(*logbook.Record) error { return nil }
