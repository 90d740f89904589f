package logbook

import (
	"log/slog"
	"os"
	"sync"
)

// defaultLevel is the level of defaultHandler. At first, it is LevelInfo, so that debug
// records of libraries are not shown.
var defaultLevel LevelVar

// SetLevel sets the level of the default handler, which prints to stderr, for a program
// that binds no console. At first, it is [LevelInfo]. Handlers that are bound, or set by
// [SetDefaultHandler], have levels of their own: see [Options].
func SetLevel(l slog.Leveler) { defaultLevel.Set(l) }

// defaultHandler is the default handler until SetDefaultHandler is called. It prints
// lines to stderr.
type defaultHandler struct {
	Options
	mu sync.Mutex
}

func newDefaultHandler() *defaultHandler {
	return &defaultHandler{Options: Options{Level: &defaultLevel}}
}

// Binding implements [Bindable]. The default format does not show the caller.
func (h *defaultHandler) Binding() Binding {
	b := h.Options.Binding()
	b.NoCaller = true
	b.Quiet = h
	return b
}

func (h *defaultHandler) Handle(r *Record) error {
	b, err := h.AppendFormat(nil, r)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err = os.Stderr.Write(append(b, '\n'))
	return err
}
