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

// deprecations are the places that were told. They are as many as a program has calls
// of what is deprecated, so they need no bound.
var deprecations sync.Map // deprecation to struct{}

type deprecation struct{ notice, use place }

type place struct {
	file string
	line int
}

// Deprecated says, at the beginning of a function, that it is deprecated. Once for
// each place from where the function is called it logs "old.Send is deprecated. " and
// the message, as a warning of that place on channel "deprecation":
//
//	func Send(text string) {
//		handlers.Deprecated("Use Post.")
//
// Where no handler's level lets the record through, and under [SuppressDeprecations],
// the next call from that place logs again. It must be called by the function itself, and costs
// about a microsecond.
func Deprecated(message string) {
	warnOnce(func(function string) string {
		return strings.TrimSpace(fmt.Sprintf("%s is deprecated. %s", function, message))
	})
}

// LogDeprecation is [Deprecated] for what is no function, such as an option or a
// value of an argument: it logs "Deprecation message: " and the message, as a warning
// of the place from where the function is called in which it stands.
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
	if _, told := deprecations.LoadOrStore(d, struct{}{}); told {
		return
	}
	taken := false
	defer func() {
		if !taken {
			deprecations.Delete(d)
		}
	}()
	log := logbook.NewLogger(deprecationChannel, &logbook.LoggerOptions{
		Processor: func(*logbook.Record) { taken = true },
	})
	log.WithCallerSkip(3).Warn(text(function.Function[strings.LastIndexByte(function.Function, '/')+1:]))
}

// SuppressDeprecations returns what silences [Deprecated] and [LogDeprecation] where
// it is bound:
//
//	defer logbook.PushGoroutine(handlers.SuppressDeprecations())()
func SuppressDeprecations() logbook.Bindable { return noDeprecations{} }

// noDeprecations is a black hole for deprecations.
type noDeprecations struct{}

func (noDeprecations) Binding() logbook.Binding {
	return logbook.Binding{
		Level:     logbook.LevelWarn,
		Accept:    func(r *logbook.Record) bool { return r.Channel() == deprecationChannel },
		Blackhole: true, NoCaller: true,
	}
}

func (noDeprecations) Handle(*logbook.Record) error { return nil }
