package httplog

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/logbook"
)

// Options configure [New]. nil is the default.
type Options struct {
	Logger *logbook.Logger // logs requests and panics; nil: channel "http"

	// Level returns the level of the access record; nil: ERROR from 500 up, NOTICE from
	// 400 up, otherwise INFO. The status is 0 if the handler aborted the request before
	// anything was sent, and 499 if the client left before that. A request that panicked
	// has at least ERROR.
	Level func(status int) logbook.Level

	// Attrs returns additional attributes for all records of the request; nil: none.
	Attrs func(*http.Request) []slog.Attr

	// FingersCrossed gets the records of a request if one of them is an ERROR; nil: no
	// handler does. It is not closed.
	FingersCrossed logbook.Handler

	// FingersCrossedOptions configure the buffer of each request, such as its
	// ActionLevel; nil: the default, except that all records go on to other handlers.
	FingersCrossedOptions *handlers.FingersCrossedOptions
}

// New returns a handler that logs requests and passes them to next. It is safe for
// concurrent use.
func New(next http.Handler, o *Options) http.Handler {
	if o == nil {
		o = new(Options)
	}
	m := &middleware{next: next, Options: *o}
	if m.Logger == nil {
		m.Logger = logbook.New("http")
	}
	if m.Level == nil {
		m.Level = levelOf
	}
	if m.FingersCrossedOptions == nil {
		m.FingersCrossedOptions = &handlers.FingersCrossedOptions{Bubble: true}
	}
	return m
}

// Middleware returns [New] with the options, in the form that routers take.
func Middleware(o *Options) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler { return New(next, o) }
}

func levelOf(status int) logbook.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return logbook.LevelError
	case status >= http.StatusBadRequest:
		return logbook.LevelNotice
	}
	return logbook.LevelInfo
}

type middleware struct {
	next http.Handler
	Options
}

// request is the state of one request, and the context that has its id.
type request struct {
	context.Context
	id       string
	header   [1]string // the id, as the header of the answer
	start    time.Time
	asked    *http.Request // the handler gets a copy
	path     string        // as requested: the copy shares the URL, which handlers may change
	attrs    []slog.Attr   // from Options.Attrs
	response response
	panicked bool
	aborted  bool // by http.ErrAbortHandler, or after a part was sent
}

// Value returns the id for RequestID.
func (r *request) Value(key any) any {
	if key == (requestIDKey{}) {
		return r.id
	}
	return r.Context.Value(key)
}

// String names the parent context, so that printing the context does not show the
// request.
func (r *request) String() string { return fmt.Sprint(r.Context) + ".RequestID" }

// describe is a processor for the records of the request.
func (r *request) describe(record *logbook.Record) {
	record.SetAttrs(slog.String("request_id", r.id), slog.String("method", r.asked.Method),
		slog.String("path", r.path), slog.String("remote", r.asked.RemoteAddr))
	if len(r.attrs) > 0 {
		record.SetAttrs(r.attrs...)
	}
}

// ServeHTTP implements [http.Handler].
func (m *middleware) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r := &request{
		Context: req.Context(), id: requestID(req), start: time.Now(),
		asked: req, path: req.URL.Path,
	}
	r.header[0] = r.id
	w.Header()[requestIDHeader] = r.header[:]
	if m.Attrs != nil {
		r.attrs = m.Attrs(req)
	}
	r.response.ResponseWriter, r.response.ctx = w, r.Context
	serve := func(ctx context.Context) {
		served := req.WithContext(ctx)
		m.serve(ctx, r, served)
		if r.panicked {
			r.answerPanic()
		}
		r.response.end()
		m.logAccess(ctx, r, served.Pattern)
	}
	if m.FingersCrossed == nil {
		logbook.InContext(r, serve, logbook.Processor(r.describe))
	} else {
		logbook.InContext(r, serve, logbook.Processor(r.describe),
			handlers.NewFingersCrossed(m.FingersCrossed, m.FingersCrossedOptions))
	}
	if r.aborted {
		panic(http.ErrAbortHandler)
	}
}

// serve passes the request to the handler. It logs a panic with its stack; if no handler
// would log it, the panic goes on to the server.
func (m *middleware) serve(ctx context.Context, r *request, req *http.Request) {
	returned := false
	defer func() {
		if returned || !m.Logger.Enabled(ctx, logbook.LevelError) {
			return
		}
		switch p := recover(); p {
		case nil: // runtime.Goexit
		case http.ErrAbortHandler:
			r.aborted = true
		default:
			r.panicked = true
			m.Logger.LogPanic(ctx, p, &logbook.PanicOptions{Message: "request panicked"})
		}
	}()
	m.next.ServeHTTP(r.response.writer(), req)
	returned = true
}

// answerPanic sends status 500 if nothing was sent yet.
func (r *request) answerPanic() {
	switch {
	case r.response.hijacked:
	case r.response.status == 0:
		http.Error(&r.response, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	default:
		r.aborted = true
	}
}

// statusClientClosed is nginx's status of a request whose client left before it was
// answered. It is never sent.
const statusClientClosed = 499

// status returns the status that the client got, 0 for none.
func (r *request) status() int {
	w := &r.response
	switch {
	case w.timedOut:
		return http.StatusServiceUnavailable
	case w.left && w.status < http.StatusBadRequest:
		return statusClientClosed
	case w.status == 0 && w.hijacked:
		return http.StatusSwitchingProtocols
	case w.status == 0 && !r.aborted:
		return http.StatusOK // the server sends it if the handler did nothing
	}
	return w.status
}

// logAccess logs the access record.
func (m *middleware) logAccess(ctx context.Context, r *request, route string) {
	took := time.Since(r.start)
	status := r.status()
	level := m.Level(status)
	if r.panicked {
		level = max(level, logbook.LevelError)
	}
	size := r.response.size
	if r.asked.Method == http.MethodHead || r.response.timedOut {
		size = 0 // the written body was discarded
	}
	attrs := append(make([]slog.Attr, 0, 5),
		slog.Int("status", status), slog.Int64("size", size), slog.Duration("duration", took))
	if route != "" {
		attrs = append(attrs, slog.String("route", route))
	}
	if r.aborted || r.response.left || r.response.broken {
		attrs = append(attrs, slog.Bool("aborted", true))
	}
	m.Logger.LogAttrs(ctx, level, r.message(status, size, took), attrs...)
}

// message returns "GET /cart: 200, 5120 bytes in 1.7ms", with the braces of the path
// doubled, since it is not a template.
func (r *request) message(status int, size int64, took time.Duration) string {
	var space [128]byte
	b := append(append(space[:0], r.asked.Method...), ' ')
	b = append(append(b, doubleBraces(r.path)...), ": "...)
	b = append(strconv.AppendInt(b, int64(status), 10), ", "...)
	b = append(strconv.AppendInt(b, size, 10), " bytes in "...)
	return string(encode.AppendDuration(b, rounded(took)))
}

func doubleBraces(s string) string {
	if !strings.ContainsAny(s, "{}") {
		return s
	}
	return strings.NewReplacer("{", "{{", "}", "}}").Replace(s)
}

// rounded rounds a duration for people.
func rounded(d time.Duration) time.Duration {
	if d > 10*time.Millisecond {
		return d.Round(100 * time.Microsecond)
	}
	return d.Round(time.Microsecond)
}
