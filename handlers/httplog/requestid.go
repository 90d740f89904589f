package httplog

import (
	"context"
	"math/rand/v2"
	"net/http"
)

const (
	requestIDHeader = "X-Request-Id"
	maxRequestID    = 128
)

type requestIDKey struct{}

// RequestID returns the id of the request that the context belongs to, or "" if there is
// none.
func RequestID(ctx context.Context) string {
	if ctx == nil {
		return ""
	}
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// requestID returns the first valid id of those from other middleware and the client, or
// else a random one.
func (m *middleware) requestID(w http.ResponseWriter, req *http.Request) string {
	if m.RequestID != nil {
		id := ""
		if m.guard(req.Context(), "RequestID", func() { id = m.RequestID(req) }); isRequestID(id) {
			return id
		}
	}
	for _, header := range []http.Header{w.Header(), req.Header} {
		if ids := header[requestIDHeader]; len(ids) > 0 && isRequestID(ids[0]) {
			return ids[0]
		}
	}
	return newID()
}

func isRequestID(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '.', c == '_', c == ':', c == '/', c == '+', c == '=', c == '-':
		default:
			return false
		}
	}
	return id != "" && len(id) <= maxRequestID
}

// newID returns 128 random bits as text. They identify requests and are not secret, so
// the runtime's generator is good enough.
func newID() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var id [26]byte
	high, low := rand.Uint64(), rand.Uint64()
	for i := range id {
		bits := &high
		if i >= len(id)/2 {
			bits = &low
		}
		id[i] = alphabet[*bits&31]
		*bits >>= 5
	}
	return string(id[:])
}
