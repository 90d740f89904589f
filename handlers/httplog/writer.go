package httplog

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"reflect"
)

// response is a ResponseWriter that records status and size.
type response struct {
	http.ResponseWriter
	ctx      context.Context // of the request; the server cancels it when the client leaves
	status   int             // 0: nothing was sent
	size     int64           // of the body
	hijacked bool
	left     bool // the client left before anything was sent
	broken   bool // the client left before everything was sent
	heldBack bool // the answer goes to an http.TimeoutHandler, which sends it when the handler has returned, or its own after the timeout
	timedOut bool // it answered instead

	// The handler gets one of these, or the response itself. They are fields to save
	// allocations.
	both struct {
		*response
		flusher
		hijacker
	}
	flushing struct {
		*response
		flusher
	}
	hijackable struct {
		*response
		hijacker
	}
}

// writer returns the writer for the handler: it can flush and be hijacked if the server's
// writer can.
func (r *response) writer() http.ResponseWriter {
	flushes, hijacks := r.inspect()
	switch {
	case flushes && hijacks:
		r.both.response, r.both.flusher.r, r.both.hijacker.r = r, r, r
		return &r.both
	case flushes:
		r.flushing.response, r.flushing.flusher.r = r, r
		return &r.flushing
	case hijacks:
		r.hijackable.response, r.hijackable.hijacker.r = r, r
		return &r.hijackable
	}
	return r
}

// inspect reports what the server's writer, or one that it wraps, can do, and sets heldBack.
func (r *response) inspect() (flushes, hijacks bool) {
	for w := r.ResponseWriter; w != nil; {
		switch w.(type) {
		case http.Flusher, interface{ FlushError() error }:
			flushes = true
		default:
			r.heldBack = r.heldBack || reflect.TypeOf(w).String() == "*http.timeoutWriter"
		}
		if _, ok := w.(http.Hijacker); ok {
			hijacks = true
		}
		wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			break
		}
		w = wrapper.Unwrap()
	}
	return flushes, hijacks
}

// Unwrap lets [http.ResponseController] reach the server's writer.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader records the status, unless the server panics because it is invalid. A
// status below 200 precedes the answer, except for 101.
func (r *response) WriteHeader(status int) {
	r.ResponseWriter.WriteHeader(status)
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		r.begin(status)
	}
}

// begin records the status that the server sends, unless it has sent one or the
// connection was hijacked.
func (r *response) begin(status int) {
	if r.status == 0 && !r.hijacked {
		r.status = status
		r.left = r.clientLeft()
	}
}

// end completes the record of the answer when the handler has returned.
func (r *response) end() {
	if (r.status == 0 || r.heldBack) && !r.hijacked {
		r.left = r.clientLeft()
	}
	if r.heldBack && r.ctx.Err() == context.DeadlineExceeded {
		r.timedOut = true
	}
}

func (r *response) clientLeft() bool { return r.ctx.Err() == context.Canceled }

// check records why the server did not take a part of the answer.
func (r *response) check(err error) {
	switch {
	case err == nil:
	case errors.Is(err, http.ErrHandlerTimeout):
		r.timedOut = true
	case !r.hijacked && r.clientLeft():
		r.broken = true
	}
}

// Write records the size.
func (r *response) Write(b []byte) (int, error) {
	r.begin(http.StatusOK)
	n, err := r.ResponseWriter.Write(b)
	r.size += int64(n)
	r.check(err)
	return n, err
}

// WriteString records the size.
func (r *response) WriteString(s string) (int, error) {
	r.begin(http.StatusOK)
	n, err := io.WriteString(r.ResponseWriter, s)
	r.size += int64(n)
	r.check(err)
	return n, err
}

// ReadFrom lets the server use sendfile, if it can. If src panics, it is not known how
// much was sent, so the answer counts as begun.
func (r *response) ReadFrom(src io.Reader) (n int64, err error) {
	returned := false
	defer func() {
		if n > 0 || !returned {
			r.begin(http.StatusOK)
		}
	}()
	n, err = io.Copy(r.ResponseWriter, src)
	returned = true
	r.size += n
	r.check(err)
	return n, err
}

type flusher struct{ r *response }

// Flush implements [http.Flusher].
func (f flusher) Flush() { _ = f.FlushError() } // Flush cannot return an error

// FlushError is called by [http.ResponseController].
func (f flusher) FlushError() error {
	f.r.begin(http.StatusOK)
	err := http.NewResponseController(f.r.ResponseWriter).Flush()
	f.r.check(err)
	return err
}

type hijacker struct{ r *response }

// Hijack implements [http.Hijacker].
func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.r.ResponseWriter).Hijack()
	if err == nil {
		h.r.hijacked = true
	}
	return conn, rw, err
}
