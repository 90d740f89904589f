package logbook

import (
	"os"
	"sync"
)

// defaultHandler is the default handler until SetDefaultHandler is called. It prints
// lines to stderr from Info up, so that debug records of libraries are not shown.
type defaultHandler struct {
	Options
	mu sync.Mutex
}

func newDefaultHandler() *defaultHandler {
	return &defaultHandler{Options: Options{Level: LevelInfo}}
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
