// Package chi_test has tests of httplog in a router of chi.
package chi_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/logbook-go/logbook/handlers/httplog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

var log = logbook.New("shop")

// newRouter returns a router with httplog as its documentation sets it up.
func newRouter() chi.Router {
	r := chi.NewRouter()
	r.Use(middleware.RequestID)
	r.Use(httplog.Middleware(&httplog.Options{
		Logger:    log,
		RequestID: func(req *http.Request) string { return middleware.GetReqID(req.Context()) },
		Route:     func(req *http.Request) string { return chi.RouteContext(req.Context()).RoutePattern() },
	}))
	r.Use(middleware.Compress(5), middleware.StripSlashes)
	r.Get("/items/{id}", func(w http.ResponseWriter, req *http.Request) { fmt.Fprint(w, chi.URLParam(req, "id")) })
	r.Get("/errors/{id}", func(w http.ResponseWriter, req *http.Request) {
		log.ExceptionContext(req.Context(), errors.New("no answer"), "paying")
		w.WriteHeader(http.StatusBadGateway)
	})
	r.Get("/broken/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	r.Get("/panics/{id}", func(http.ResponseWriter, *http.Request) { panic("no cart") })
	r.Route("/admin", func(r chi.Router) {
		r.Use(middleware.NoCache)
		r.Get("/users/{name}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotImplemented) })
	})
	mounted := chi.NewRouter()
	mounted.Use(middleware.Timeout(time.Minute)) // passes on a copy of the request
	mounted.Get("/orders/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	r.Mount("/api", mounted)
	return r
}

// The access record has the whole pattern of the route. A request that fails has one record at
// ERROR, told apart by route.
func TestRequests(t *testing.T) {
	for _, tt := range []struct {
		method, path string
		status       int
		route        string
		failure      string // the message of the record at ERROR, or ""
	}{
		{"GET", "/items/7", 200, "/items/{id}", ""},
		{"GET", "/items/7/", 200, "/items/{id}", ""},
		{"POST", "/items/7", 405, "", ""},
		{"GET", "/nowhere", 404, "", ""},
		{"GET", "/errors/7", 502, "/errors/{id}", "paying"},
		{"GET", "/broken/7", 500, "/broken/{id}", "{method} {path}: {status}, {size} bytes in {duration}"},
		{"GET", "/panics/7", 500, "/panics/{id}", "request panicked"},
		{"GET", "/admin/users/anna", 501, "/admin/users/{name}", "{method} {path}: {status}, {size} bytes in {duration}"},
		{"GET", "/api/orders/7", 204, "/api/orders/{id}", ""},
	} {
		t.Run(tt.method+tt.path, func(t *testing.T) {
			h := logbooktest.Record(t)
			w := httptest.NewRecorder()
			newRouter().ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, nil))
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			records := h.Records()
			access := records[len(records)-1]
			if got := access.Text("route"); got != tt.route {
				t.Errorf("route %q, want %q", got, tt.route)
			}
			if got, want := access.Text("status"), fmt.Sprint(tt.status); got != want {
				t.Errorf("the access record has status %s, want %s", got, want)
			}
			var failures []string
			for _, r := range records {
				if r.Level() >= logbook.LevelError {
					failures = append(failures, r.Template())
				}
			}
			var want []string
			if tt.failure != "" {
				want = []string{tt.failure}
			}
			if !slices.Equal(failures, want) {
				t.Errorf("failures %q, want %q", failures, want)
			}
			if access.Level() >= logbook.LevelError && access.Text("fingerprint") != tt.route {
				t.Errorf("fingerprint %q, want %q", access.Text("fingerprint"), tt.route)
			}
		})
	}
}

// chi's id of the request is the records' and the answer's, whether the client sent it or not.
func TestRequestID(t *testing.T) {
	for _, sent := range []string{"client-1", ""} {
		t.Run(sent, func(t *testing.T) {
			h := logbooktest.Record(t)
			r := newRouter()
			var id string
			r.Get("/", func(_ http.ResponseWriter, req *http.Request) {
				id = middleware.GetReqID(req.Context())
				if got := httplog.RequestID(req.Context()); got != id {
					t.Errorf("httplog has %q, chi %q", got, id)
				}
				log.Info("no context")
			})
			req := httptest.NewRequest("GET", "/", nil)
			req.Header.Set("X-Request-Id", sent)
			w := httptest.NewRecorder()
			r.ServeHTTP(w, req)
			if id == "" || sent != "" && id != sent || w.Header().Get("X-Request-Id") != id {
				t.Errorf("the id is %q, that of the answer %q", id, w.Header().Get("X-Request-Id"))
			}
			records := h.Records()
			if len(records) != 2 {
				t.Fatalf("%d records", len(records))
			}
			for _, r := range records {
				if r.Text("request_id") != id {
					t.Errorf("%s has the id %q, want %q", r.Message(), r.Text("request_id"), id)
				}
			}
		})
	}
}
