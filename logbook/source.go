package logbook

import (
	"log/slog"
	"runtime"
	"sync"
)

var noSource = new(slog.Source)

// sources keeps what is known of each program counter. Call sites are as many as
// a program has logging calls, so it needs no bound.
var sources sync.Map // uintptr to *slog.Source

func sourceOf(pc uintptr) *slog.Source {
	if pc == 0 {
		return noSource
	}
	if s, ok := sources.Load(pc); ok {
		return s.(*slog.Source)
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	s := &slog.Source{Function: frame.Function, File: frame.File, Line: frame.Line}
	sources.Store(pc, s)
	return s
}
