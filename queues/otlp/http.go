package otlp

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	codec "github.com/logbook-go/logbook/internal/otlp"
)

// The paths of requests.
const (
	httpPath = "/v1/logs"
	grpcPath = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
)

// The types of bodies. An answer has the type of its request.
const (
	typeProtobuf = "application/x-protobuf"
	typeJSON     = "application/json"
	typeGRPC     = "application/grpc"
	typeText     = "text/plain; charset=utf-8"
)

// ServeHTTP implements [http.Handler]: it takes OTLP logs by POST at /v1/logs, and over gRPC,
// and with ListenOptions.Sentry the events of Sentry's SDKs.
func (s *Subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w) // not all of it is supported by every server
	_ = control.SetReadDeadline(time.Now().Add(s.o.BodyTimeout))
	isGRPC := r.ProtoMajor >= 2 && mediaType(r.Header.Get("Content-Type")) == typeGRPC
	project, isSentry := s.sentryProject(r.URL.Path)
	if isSentry && allowOrigin(w, r) {
		return
	}
	var f *fault
	if s.requests.Enter(1) {
		defer s.requests.Leave(1)
		switch {
		case isGRPC:
			f = s.serveGRPC(control, r)
		case isSentry:
			f = s.serveSentry(control, r, project)
		default:
			f = s.serveHTTP(control, r)
		}
	} else {
		f = s.busy(errClosing)
	}
	if f != nil {
		f.count.Add(1)
		s.report(peerOf(r), f)
	}
	_ = control.SetWriteDeadline(time.Now().Add(answerTime))
	switch {
	case isGRPC:
		answerGRPC(w, f)
	case isSentry:
		answerSentry(w, f)
	default:
		answerHTTP(w, mediaType(r.Header.Get("Content-Type")), f)
	}
}

// mediaType returns the type of a Content-Type without parameters, in lower case.
func mediaType(contentType string) string {
	t, _, _ := strings.Cut(contentType, ";")
	t = strings.ToLower(strings.TrimSpace(t))
	if t == typeGRPC+"+proto" {
		return typeGRPC
	}
	return t
}

func (s *Subscriber) serveHTTP(control *http.ResponseController, r *http.Request) *fault {
	q := new(request)
	t := mediaType(r.Header.Get("Content-Type"))
	switch {
	case r.URL.Path != httpPath:
		return s.unsupported(http.StatusNotFound, "there is nothing at this path: want %s", httpPath)
	case r.Method != http.MethodPost:
		return s.unsupported(http.StatusMethodNotAllowed, "invalid method: want POST")
	case !s.authorized(r):
		return &fault{http.StatusUnauthorized, &s.counts.unauthorized, errUnauthorized}
	case t == typeJSON:
		q.convert = func(body []byte) ([]byte, error) {
			proto, _, err := codec.JSONToProto(body)
			return proto, err
		}
	case t != typeProtobuf:
		return s.unsupported(http.StatusUnsupportedMediaType, "invalid Content-Type: want %s or %s", typeProtobuf, typeJSON)
	}
	return s.takeHTTP(control, r, q)
}

// takeHTTP takes a request with a body that may be compressed.
func (s *Subscriber) takeHTTP(control *http.ResponseController, r *http.Request, q *request) *fault {
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); {
	case encoding != "" && encoding != "identity" && encoding != "gzip":
		return s.unsupported(http.StatusUnsupportedMediaType, "invalid Content-Encoding: want gzip, or none")
	case r.ContentLength > int64(s.o.MaxBody):
		return s.tooLarge(errTooLong)
	default:
		q.gzip = encoding == "gzip"
	}
	return s.take(control, r, q, func(body *buffer) error {
		if r.ContentLength >= 0 {
			return body.readFull(r.Body, int(r.ContentLength))
		}
		return body.readAll(r.Body, s.o.MaxBody, nil)
	})
}

var errUnauthorized = errors.New("a token is missing or invalid")

// authorized reports whether a request has one of the tokens, if there are any.
func (s *Subscriber) authorized(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return s.allows(token) && (len(s.tokens) == 0 || strings.EqualFold(scheme, "Bearer"))
}

// allows reports whether a token is one of those that senders need, or none is needed. It takes
// as long for a wrong one as for a right one.
func (s *Subscriber) allows(token string) bool {
	given, found := sha256.Sum256([]byte(token)), 0
	for i := range s.tokens {
		found |= subtle.ConstantTimeCompare(given[:], s.tokens[i][:])
	}
	return found == 1 || len(s.tokens) == 0
}

// answerHTTP answers a request whose body has the type; f is nil on success.
func answerHTTP(w http.ResponseWriter, t string, f *fault) {
	h := w.Header()
	if t != typeProtobuf && t != typeJSON {
		t = typeText
	}
	h.Set("Content-Type", t)
	if f == nil {
		if t == typeJSON {
			_, _ = io.WriteString(w, "{}")
		} // of protobuf, an empty body is the message without fields
		return
	}
	switch f.status {
	case http.StatusMethodNotAllowed:
		h.Set("Allow", http.MethodPost)
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusUnsupportedMediaType:
		h.Set("Accept-Encoding", "gzip")
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(retryAfter()))
	case http.StatusRequestTimeout:
		h.Set("Connection", "close")
	}
	w.WriteHeader(f.status)
	_, _ = w.Write(appendStatus(nil, t, f))
}

// retryAfter returns the seconds after which a sender should try again. They differ, so that
// not all come back at once. Some senders drop what they should keep for longer.
func retryAfter() int { return 1 + rand.IntN(5) }
