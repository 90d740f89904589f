package loggers

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	chilog "github.com/go-chi/httplog/v3"
	"github.com/rs/zerolog/hlog"

	"github.com/logbook-go/logbook/handlers/httplog"
)

// requestFields are the fields of each access record, for the middleware of every logger.
var requestFields = []string{"request_id", "method", "path", "remote", "status", "size", "duration"}

// nowhere is a ResponseWriter that discards its input.
type nowhere struct{ header http.Header }

func (w *nowhere) Header() http.Header         { return w.header }
func (w *nowhere) WriteHeader(int)             {}
func (w *nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (w *nowhere) Flush()                      {}

var body = make([]byte, size)

// page serves the body.
var page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) })

// serving returns a function that serves n requests and may be called concurrently.
func serving(h http.Handler) func(n int) {
	return func(n int) {
		w, req := &nowhere{make(http.Header)}, httptest.NewRequest(http.MethodGet, path, nil)
		for range n {
			h.ServeHTTP(w, req)
		}
	}
}

// alone is the name of our requests on one core as a peer of those on all cores.
const alone = "one core"

// requests returns the cases of a request, with how applied to each.
func requests(how func(log func(n int)) func(n int)) []Case {
	changed := func(start func(w io.Writer) func(n int)) func(w io.Writer) func(n int) {
		return func(w io.Writer) func(n int) { return how(start(w)) }
	}
	return []Case{onJSON(how(logRequests)), peer("zerolog", changed(zerologRequest)), peer("chi", changed(chiRequest))}
}

func requestsAlone() Case {
	c := onJSON(logRequests)
	c.Logger = alone
	return c
}

func logRequests(n int) { serving(httplog.New(page, &httplog.Options{Logger: ours}))(n) }

// zerologRequest is the chain of handlers from the documentation of hlog.
func zerologRequest(w io.Writer) func(n int) {
	var h http.Handler = page
	h = hlog.AccessHandler(func(r *http.Request, status, size int, took time.Duration) {
		hlog.FromRequest(r).Info().Int("status", status).Int("size", size).Dur("duration", took).Msg(message)
	})(h)
	h = hlog.RemoteAddrHandler("remote")(h)
	h = hlog.URLHandler("path")(h)
	h = hlog.MethodHandler("method")(h)
	h = hlog.RequestIDHandler("request_id", "X-Request-Id")(h)
	return serving(hlog.NewHandler(newZerolog(w))(h))
}

// chiRequest sets up chi's httplog to log the same fields, and no others.
func chiRequest(w io.Writer) func(n int) {
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		chilog.SetAttrs(r.Context(), slog.String("request_id", middleware.GetReqID(r.Context())))
		page(w, r)
	})
	h = chilog.RequestLogger(slog.New(slog.NewJSONHandler(w, nil)), &chilog.Options{Schema: &chilog.Schema{
		RequestMethod: "method", RequestPath: "path", RequestRemoteIP: "remote",
		ResponseStatus: "status", ResponseBytes: "size", ResponseDuration: "duration",
	}})(h)
	return serving(middleware.RequestID(h))
}
