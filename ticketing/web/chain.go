package web

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// link is an error, or one that it wraps.
type link struct {
	Depth   int // 0 for the error of the record
	Type    string
	Message string
	Cut     bool
}

// maxDepth bounds how far links are indented.
const maxDepth = 6

// chainOf returns the error of a record and those that it wraps.
func chainOf(e *logbook.ErrorInfo) []link {
	chain := []link{{Type: e.Type, Message: e.Message}}
	for _, l := range e.Chain {
		chain = append(chain, link{Depth: l.Depth, Type: l.Type, Message: l.Message})
	}
	for i := range chain {
		l := &chain[i]
		l.Depth, l.Type = min(l.Depth, maxDepth), line(l.Type)
		l.Message, l.Cut = shown(l.Message)
	}
	return chain
}

// withoutChain returns the part of a traceback above the errors that chainOf returns.
func withoutChain(e *logbook.ErrorInfo) string {
	if before, _, found := strings.Cut(e.Traceback(), "\n"+e.String()+"\n  wraps "); found {
		return before
	}
	return strings.TrimSuffix(strings.TrimSuffix(e.Traceback(), e.String()), "\n")
}
