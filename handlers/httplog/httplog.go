package httplog

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// Options configure [New]. nil is the default.
type Options struct {
	Logger *logbook.Logger // logs requests and panics; nil: channel "http"

	// Level returns the level of the access record; nil: ERROR from 500 up, NOTICE
	// from 400 up, else INFO. The status is 0 if the request was aborted before
	// anything was sent. A request that panicked has ERROR at least.
	Level func(status int) logbook.Level

	// Attrs returns attributes that all of the request's records have besides
	// those of the package; nil: none.
	Attrs func(*http.Request) []slog.Attr

	// FingersCrossed gets the records of a request if one of them is an ERROR; nil:
	// none does. It is not closed.
	FingersCrossed logbook.Handler

	// FingersCrossedOptions configure the buffer of each request, such as its
	// ActionLevel; nil: the default, but that all records go on to other handlers.
	FingersCrossedOptions *handlers.FingersCrossedOptions
}

// New returns a handler that logs requests and has next serve them. It is safe for
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

// request is what is known of one request.
type request struct {
	start    time.Time
	writer   http.ResponseWriter
	response *response
	panicked bool
	aborted  bool // by http.ErrAbortHandler, or since only a part was sent
}

// ServeHTTP implements [http.Handler].
func (m *middleware) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r := &request{start: time.Now()}
	r.writer, r.response = newWriter(w)
	id := requestID(req)
	w.Header().Set(requestIDHeader, id)

	items := []logbook.Bindable{
		logbook.Attrs("request_id", id, "method", req.Method, "path", req.URL.Path, "remote", req.RemoteAddr),
	}
	if m.Attrs != nil {
		var args []any
		for _, a := range m.Attrs(req) {
			args = append(args, a)
		}
		items = append(items, logbook.Attrs(args...))
	}
	if m.FingersCrossed != nil {
		items = append(items, handlers.NewFingersCrossed(m.FingersCrossed, m.FingersCrossedOptions))
	}
	ctx := context.WithValue(req.Context(), requestIDKey{}, id)
	logbook.InContext(ctx, func(ctx context.Context) {
		m.serve(ctx, r, req.WithContext(ctx))
		if r.panicked {
			r.answerPanic()
		}
		m.logAccess(ctx, r, req)
	}, items...)
	if r.aborted {
		panic(http.ErrAbortHandler)
	}
}

// serve has the request served. It logs a panic with its stack; one that nobody would be
// told of goes on to the server, or it would vanish.
func (m *middleware) serve(ctx context.Context, r *request, req *http.Request) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			r.aborted = true
		default:
			if !m.Logger.Enabled(ctx, logbook.LevelError) {
				panic(p)
			}
			r.panicked = true
			m.Logger.LogPanic(ctx, p, &logbook.PanicOptions{Message: "request panicked"})
		}
	}()
	m.next.ServeHTTP(r.writer, req)
}

// answerPanic sends what can still be sent.
func (r *request) answerPanic() {
	switch {
	case r.response.hijacked:
	case r.response.status == 0:
		http.Error(r.writer, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	default:
		r.aborted = true
	}
}

// logAccess logs how the request ended.
func (m *middleware) logAccess(ctx context.Context, r *request, req *http.Request) {
	took := time.Since(r.start)
	status := r.response.status
	switch {
	case status == 0 && r.response.hijacked:
		status = http.StatusSwitchingProtocols
	case status == 0 && !r.aborted:
		status = http.StatusOK // which the server sends if the handler did nothing
	}
	level := m.Level(status)
	if r.panicked {
		level = max(level, logbook.LevelError)
	}
	if !m.Logger.Enabled(ctx, level) {
		return
	}
	size := r.response.size
	if req.Method == http.MethodHead {
		size = 0 // the server throws away what was written
	}
	var pcs [1]uintptr
	runtime.Callers(1, pcs[:])
	// slog's record, since the path is no template.
	record := slog.NewRecord(time.Now(), level.Level(),
		fmt.Sprintf("%s %s: %d, %d bytes in %s", req.Method, req.URL.Path, status, size, rounded(took)), pcs[0])
	record.AddAttrs(slog.Int("status", status), slog.Int64("size", size), slog.Duration("duration", took))
	if r.aborted {
		record.AddAttrs(slog.Bool("aborted", true))
	}
	m.Logger.LogSlog(ctx, record)
}

// rounded cuts what nobody reads.
func rounded(d time.Duration) time.Duration {
	if d > 10*time.Millisecond {
		return d.Round(100 * time.Microsecond)
	}
	return d.Round(time.Microsecond)
}
