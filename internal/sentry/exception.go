package sentry

import (
	"log/slog"

	"github.com/logbook-go/logbook/logbook"
)

type exception struct {
	Type   text  `json:"type"`
	Value  text  `json:"value"`
	Module text  `json:"module"`
	Stack  stack `json:"stacktrace"`
}

// stack has the frames, the oldest call first.
type stack struct {
	Frames []frame `json:"frames"`
}

type frame struct {
	Function text  `json:"function"`
	Module   text  `json:"module"`
	Filename text  `json:"filename"`
	AbsPath  text  `json:"abs_path"`
	Line     int   `json:"lineno"`
	InApp    *bool `json:"in_app"`
}

type thread struct {
	Crashed bool  `json:"crashed"`
	Current bool  `json:"current"`
	Stack   stack `json:"stacktrace"`
}

// maxStack bounds the stack and the chain of an error, as that of records.
const maxStack = 64

// errorOf returns the error of exceptions, of which each wraps the one before it.
func errorOf(all []exception) *logbook.ErrorInfo {
	if len(all) == 0 {
		return nil
	}
	last := all[len(all)-1]
	e := &logbook.ErrorInfo{Type: string(last.Type), Message: string(last.Value), Stack: last.Stack.sources()}
	for i := len(all) - 2; i >= 0 && len(e.Chain) < maxStack; i-- {
		cause := all[i]
		e.Chain = append(e.Chain, logbook.ErrorLink{Depth: len(e.Chain) + 1, Type: string(cause.Type), Message: string(cause.Value)})
		if e.Stack == nil { // Go errors that wrap others have none
			e.Stack = cause.Stack.sources()
		}
	}
	return e
}

// sources returns the frames, the newest call first.
func (s *stack) sources() (sources []slog.Source) {
	for i := len(s.Frames) - 1; i >= 0 && len(sources) < maxStack; i-- {
		sources = append(sources, s.Frames[i].source())
	}
	return sources
}

func (f *frame) source() slog.Source {
	s := slog.Source{Function: string(f.Function), File: string(f.AbsPath), Line: f.Line}
	if s.File == "" {
		s.File = string(f.Filename)
	}
	if f.Module != "" {
		s.Function = string(f.Module) + "." + s.Function
	}
	return s
}

// source returns the place of the event: the newest frame of the app, or else the newest one.
func (e *event) source() *slog.Source {
	frames := e.Stack.Frames
	for i := len(e.Exception) - 1; i >= 0 && len(frames) == 0; i-- {
		frames = e.Exception[i].Stack.Frames
	}
	for i := 0; i < len(e.Threads) && len(frames) == 0; i++ {
		if t := e.Threads[i]; t.Crashed || t.Current || len(e.Threads) == 1 {
			frames = t.Stack.Frames
		}
	}
	if len(frames) == 0 {
		return nil
	}
	place := &frames[len(frames)-1]
	for i := len(frames) - 1; i >= 0; i-- {
		if f := &frames[i]; f.InApp != nil && *f.InApp {
			place = f
			break
		}
	}
	s := place.source()
	return &s
}
