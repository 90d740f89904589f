// Recent has a handler that keeps the last lines in memory and serves them as a page.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// recent is a handler that keeps the last lines, and serves them over HTTP.
type recent struct {
	logbook.Options // Level, Filter, Bubble and Formatter; makes recent a Bindable

	mu    sync.Mutex
	lines [100][]byte
	next  int
}

// Handle keeps the record as a line.
func (h *recent) Handle(r *logbook.Record) error {
	line, err := h.AppendFormat(nil, r) // before the lock, since values of the record may log
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines[h.next%len(h.lines)] = line
	h.next++
	return nil
}

// ServeHTTP writes the lines, the oldest first.
func (h *recent) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := max(0, h.next-len(h.lines)); i < h.next; i++ {
		fmt.Fprintf(w, "%s\n", h.lines[i%len(h.lines)])
	}
}

func main() {
	h := &recent{Options: logbook.Options{Level: logbook.LevelInfo, Formatter: logbook.Logfmt(nil)}}
	defer logbook.PushApplication(h)()
	for n := range 102 {
		logbook.Info("job {n} done", "n", n)
	}

	page := httptest.NewRecorder() // in a server: http.Handle("/debug/log", h)
	h.ServeHTTP(page, nil)
	fmt.Fprintf(os.Stdout, "%.240s...\n", page.Body)
}
