//go:build !race && !logbook_poison

package httplog_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/httplog"
	"github.com/logbook-go/logbook/logbook"
)

// A request takes few allocations, one of which is net/http's copy of it.
func TestAllocations(t *testing.T) {
	stream := handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)})
	defer logbook.PushApplication(stream)()
	for name, tt := range map[string]struct {
		options *httplog.Options
		budget  float64
	}{
		"plain": {nil, 5},
		"fingers crossed": {&httplog.Options{
			FingersCrossed: stream, FingersCrossedOptions: new(handlers.FingersCrossedOptions),
		}, 18},
	} {
		h := httplog.New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }), tt.options)
		req, w := httptest.NewRequest("GET", "/cart", nil), httptest.NewRecorder()
		serve := func() { h.ServeHTTP(w, req) }
		for range 100 { // fills pools and caches
			serve()
		}
		if n := testing.AllocsPerRun(1000, serve); n > tt.budget {
			t.Errorf("%s: a request allocates %v times, want %v at most", name, n, tt.budget)
		}
	}
}
