package httplog_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/httplog"
	"github.com/logbook-go/logbook/logbook"
)

// out writes records as lines that are the same each time.
func out() logbook.Handler {
	return handlers.NewStream(os.Stdout, &logbook.Options{
		Formatter: logbook.MustFormat("{record.level_name} {record.extra[request_id]} {record.extra[method]} {record.extra[path]} {record.extra[status]} {record.channel}"),
	})
}

func Example() {
	log := logbook.New("shop")
	mux := http.NewServeMux()
	mux.HandleFunc("/cart", func(w http.ResponseWriter, req *http.Request) {
		log.InfoContext(req.Context(), "{n} things in the cart", "n", 3)
		fmt.Fprintln(w, "3 things")
	})
	h := httplog.New(mux, nil)

	logbook.InGoroutine(func() {
		for _, path := range []string{"/cart?user=7", "/nowhere"} {
			req := httptest.NewRequest("GET", path, nil)
			req.Header.Set("X-Request-Id", "r1")
			h.ServeHTTP(httptest.NewRecorder(), req)
		}
	}, out())
	// Output:
	// INFO r1 GET /cart  shop
	// INFO r1 GET /cart 200 http
	// NOTICE r1 GET /nowhere 404 http
}

// Debug records of the requests that failed, and of no others.
func Example_fingersCrossed() {
	log := logbook.New("shop")
	h := httplog.New(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		log.Debug("looking up the cart")
		if req.URL.Path == "/broken" {
			http.Error(w, "no such cart", http.StatusInternalServerError)
		}
	}), &httplog.Options{FingersCrossed: out()})

	logbook.InGoroutine(func() {
		for _, path := range []string{"/cart", "/broken"} {
			req := httptest.NewRequest("GET", path, nil)
			req.Header.Set("X-Request-Id", "r2")
			h.ServeHTTP(httptest.NewRecorder(), req)
		}
	}, logbook.Null{})
	// Output:
	// DEBUG r2 GET /broken  shop
	// ERROR r2 GET /broken 500 http
}
