package httplog

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// response is a ResponseWriter that notes what is sent.
type response struct {
	http.ResponseWriter
	status   int   // 0: nothing was sent
	size     int64 // of the body
	hijacked bool
}

// newWriter returns a writer that flushes and can be hijacked if w can be.
func newWriter(w http.ResponseWriter) (http.ResponseWriter, *response) {
	r := &response{ResponseWriter: w}
	flushes := supports[http.Flusher](w) || supports[interface{ FlushError() error }](w)
	hijacks := supports[http.Hijacker](w)
	switch {
	case flushes && hijacks:
		return struct {
			*response
			flusher
			hijacker
		}{r, flusher{r}, hijacker{r}}, r
	case flushes:
		return struct {
			*response
			flusher
		}{r, flusher{r}}, r
	case hijacks:
		return struct {
			*response
			hijacker
		}{r, hijacker{r}}, r
	}
	return r, r
}

// supports reports whether a writer, or one that it wraps, is a T.
func supports[T any](w http.ResponseWriter) bool {
	for {
		if _, ok := w.(T); ok {
			return true
		}
		wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return false
		}
		w = wrapper.Unwrap()
	}
}

// Unwrap lets [http.ResponseController] reach the server's writer.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader notes the status, unless the server panics since there is none such.
// Those from 100 on come before the answer, but for 101, which is one.
func (r *response) WriteHeader(status int) {
	r.ResponseWriter.WriteHeader(status)
	if r.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		r.status = status
	}
}

// begin notes that the server sends status 200 if it was told of none.
func (r *response) begin() {
	if r.status == 0 {
		r.status = http.StatusOK
	}
}

// Write notes the size.
func (r *response) Write(b []byte) (int, error) {
	r.begin()
	n, err := r.ResponseWriter.Write(b)
	r.size += int64(n)
	return n, err
}

// WriteString notes the size.
func (r *response) WriteString(s string) (int, error) {
	r.begin()
	n, err := io.WriteString(r.ResponseWriter, s)
	r.size += int64(n)
	return n, err
}

// ReadFrom lets the server hand a file to the system, if it can. If src panics, nobody
// knows how much was sent, so it counts as begun.
func (r *response) ReadFrom(src io.Reader) (n int64, err error) {
	returned := false
	defer func() {
		if n > 0 || !returned {
			r.begin()
		}
	}()
	n, err = io.Copy(r.ResponseWriter, src)
	returned = true
	r.size += n
	return n, err
}

type flusher struct{ r *response }

// Flush implements [http.Flusher].
func (f flusher) Flush() { _ = f.FlushError() } // there is no way to tell

// FlushError is what [http.ResponseController] calls.
func (f flusher) FlushError() error {
	f.r.begin()
	return http.NewResponseController(f.r.ResponseWriter).Flush()
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
