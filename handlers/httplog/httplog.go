package httplog

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// Options configure [New]. nil is the default. A panic of one of the functions is logged at ERROR,
// and the request goes on without what it would have returned.
type Options struct {
	Logger *logbook.Logger // logs requests and panics; nil: channel "http"

	// Level returns the level of the access record; nil: ERROR from 500 up, NOTICE from
	// 400 up, otherwise INFO. The status is 0 if the handler aborted the request before
	// anything was sent, and 499 if the client left before that. If the request has logged
	// a record at ERROR or above, the access record has at most NOTICE, and if it has
	// panicked, NOTICE.
	Level func(status int) logbook.Level

	// Attrs returns additional attributes for all records of the request; nil: none. The
	// route is not known yet.
	Attrs func(*http.Request) []slog.Attr

	// RequestID returns the id that another middleware has given the request, such as
	// middleware.GetReqID(req.Context()) of chi. If it is nil or returns no valid id, the id
	// is that of the header of the answer, or of the request, or a random one.
	RequestID func(*http.Request) string

	// Route returns the pattern that matched the request, or "". It is called after the
	// request is served. nil: Request.Pattern, which an [http.ServeMux] sets.
	Route func(*http.Request) string

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
	failed   atomic.Bool // a record at ERROR or above was logged
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

// describe is a processor for the records of the request. The access record has method
// and path already, since its message names them.
func (r *request) describe(record *logbook.Record) {
	if record.Level() >= logbook.LevelError {
		r.failed.Store(true)
	}
	if record.Template() == accessMessage {
		record.SetAttrs(slog.String("request_id", r.id), slog.String("remote", r.asked.RemoteAddr))
	} else {
		record.SetAttrs(slog.String("request_id", r.id), slog.String("method", r.asked.Method),
			slog.String("path", r.path), slog.String("remote", r.asked.RemoteAddr))
	}
	if len(r.attrs) > 0 {
		record.SetAttrs(r.attrs...)
	}
}

// ServeHTTP implements [http.Handler].
func (m *middleware) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r := &request{
		Context: req.Context(), id: m.requestID(w, req), start: time.Now(),
		asked: req, path: req.URL.Path,
	}
	r.header[0] = r.id
	w.Header()[requestIDHeader] = r.header[:]
	if m.Attrs != nil {
		m.guard(r.Context, "Attrs", func() { r.attrs = m.Attrs(req) })
	}
	r.response.ResponseWriter, r.response.ctx = w, r.Context
	serve := func(ctx context.Context) {
		served := req.WithContext(ctx)
		m.serve(ctx, r, served)
		if r.panicked {
			r.answerPanic()
		}
		r.response.end()
		m.logAccess(ctx, r, served)
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

// guard calls a function of the options, and logs its panic as serve does.
func (m *middleware) guard(ctx context.Context, option string, call func()) {
	returned := false
	defer func() {
		if returned || !m.Logger.Enabled(ctx, logbook.LevelError) {
			return
		}
		if p := recover(); p != nil {
			m.Logger.LogPanic(ctx, p, &logbook.PanicOptions{Message: "httplog.Options." + option + " panicked"})
		}
	}()
	call()
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

// accessMessage is the message of the access record.
const accessMessage = "{method} {path}: {status}, {size} bytes in {duration}"

// logAccess logs the access record.
func (m *middleware) logAccess(ctx context.Context, r *request, served *http.Request) {
	took := time.Since(r.start).Round(time.Microsecond)
	status := r.status()
	level, route := levelOf(status), served.Pattern
	if m.Level != nil {
		m.guard(ctx, "Level", func() { level = m.Level(status) })
	}
	if m.Route != nil {
		route = ""
		m.guard(ctx, "Route", func() { route = m.Route(served) })
	}
	if r.panicked {
		level = max(level, logbook.LevelNotice)
	}
	if r.failed.Load() {
		level = min(level, logbook.LevelNotice) // one error is enough for a request
	}
	size := r.response.size
	if r.asked.Method == http.MethodHead || r.response.timedOut {
		size = 0 // the written body was discarded
	}
	attrs := append(make([]slog.Attr, 0, 8),
		slog.String("method", r.asked.Method), slog.String("path", r.path),
		slog.Int("status", status), slog.Int64("size", size), slog.Duration("duration", took))
	if route != "" {
		attrs = append(attrs, slog.String("route", route))
		if level >= logbook.LevelError {
			attrs = append(attrs, slog.String("fingerprint", route)) // all access records share a call site
		}
	}
	if r.aborted || r.response.left || r.response.broken {
		attrs = append(attrs, slog.Bool("aborted", true))
	}
	m.Logger.LogAttrs(ctx, level, accessMessage, attrs...)
}
