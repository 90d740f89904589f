package otlp

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	codec "github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/internal/sentry"
	"github.com/logbook-go/logbook/logbook"
)

// sentryProject returns the project in the path of a request by an SDK of Sentry:
// /api/PROJECT/envelope/, or the older /api/PROJECT/store/.
func (s *Subscriber) sentryProject(path string) (project string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/api/")
	if !ok || !s.o.Sentry {
		return "", false
	}
	project, endpoint, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	return project, project != "" && (endpoint == "envelope" || endpoint == "store")
}

// allowOrigin lets pages of other origins send, as Sentry's SDK for browsers does. It reports
// whether the request was only the browser's question, which it has answered.
func allowOrigin(w http.ResponseWriter, r *http.Request) (answered bool) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "X-Sentry-Error, Retry-After")
	if r.Method != http.MethodOptions {
		return false
	}
	h.Set("Access-Control-Allow-Methods", http.MethodPost)
	h.Set("Access-Control-Allow-Headers", "X-Sentry-Auth, Content-Type, Content-Encoding, Authorization")
	h.Set("Access-Control-Max-Age", "3600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

func (s *Subscriber) serveSentry(control *http.ResponseController, r *http.Request, project string) *fault {
	switch {
	case r.Method != http.MethodPost:
		return s.unsupported(http.StatusMethodNotAllowed, "invalid method: want POST")
	case !s.allows(sentryKey(r)):
		return &fault{http.StatusUnauthorized, &s.counts.unauthorized, errUnauthorized}
	}
	decode := sentry.DecodeEnvelope
	if strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/store") {
		decode = sentry.DecodeEvent
	}
	return s.takeHTTP(control, r, &request{convert: func(body []byte) ([]byte, error) {
		record, err := decode(body, project)
		if record == nil || err != nil {
			return nil, err
		}
		return new(codec.Encoder).AppendRequest(nil, []*logbook.Record{record}, nil), nil
	}})
}

// sentryKey returns the public key of the DSN, which is in a header or in the query.
func sentryKey(r *http.Request) string {
	header := r.Header.Get("X-Sentry-Auth")
	if header == "" {
		header = r.Header.Get("Authorization")
	}
	if fields, ok := strings.CutPrefix(header, "Sentry "); ok {
		for field := range strings.SplitSeq(fields, ",") {
			if key, ok := strings.CutPrefix(strings.TrimSpace(field), "sentry_key="); ok {
				return key
			}
		}
	}
	return r.URL.Query().Get("sentry_key")
}

// answerSentry answers a request of an SDK; f is nil on success. The SDKs do not send an event
// again.
func answerSentry(w http.ResponseWriter, f *fault) {
	h := w.Header()
	h.Set("Content-Type", typeJSON)
	if f == nil {
		_, _ = w.Write([]byte("{}"))
		return
	}
	h.Set("X-Sentry-Error", f.Error())
	switch f.status {
	case http.StatusMethodNotAllowed:
		h.Set("Allow", http.MethodPost)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(retryAfter()))
	case http.StatusRequestTimeout:
		h.Set("Connection", "close")
	}
	body, _ := json.Marshal(struct { // it does not fail
		Detail string `json:"detail"`
	}{f.Error()})
	w.WriteHeader(f.status)
	_, _ = w.Write(body)
}
