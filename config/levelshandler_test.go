package config_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

func TestLevelsHandler(t *testing.T) {
	const before = "app.db:DEBUG, *:INFO"
	const json = "application/json"
	form := "application/x-www-form-urlencoded" // as curl -d sends it
	tests := []struct {
		name, method, contentType, body string
		header                          http.Header
		status                          int
		answer, after                   string
	}{
		{name: "get", method: "GET", status: 200, answer: `{"*":"INFO","app.db":"DEBUG"}` + "\n"},
		{name: "text", method: "GET", header: http.Header{"Accept": {"text/plain"}}, status: 200, answer: "app.db:DEBUG\n*:INFO\n"},
		{name: "head", method: "HEAD", status: 200, answer: `{"*":"INFO","app.db":"DEBUG"}` + "\n"}, // the server drops the body
		{name: "post", method: "POST", contentType: form, body: "app=warn", status: 200,
			answer: `{"*":"INFO","app":"WARNING","app.db":"DEBUG"}` + "\n", after: "app:WARNING, app.db:DEBUG, *:INFO"},
		{name: "post JSON", method: "POST", contentType: json + "; charset=utf-8", body: `{"app.db":"info+3","*":"error"}`, status: 200,
			answer: `{"*":"ERROR","app.db":"NOTICE+1"}` + "\n", after: "app.db:NOTICE+1, *:ERROR"},
		{name: "put", method: "PUT", body: "x:info", status: 200, answer: `{"x":"INFO"}` + "\n", after: "x:INFO"},
		{name: "put JSON", method: "PUT", contentType: json, body: `{}`, status: 200, answer: "{}\n", after: "-"},
		{name: "wrong level", method: "POST", body: "app:info,x:loud", status: 400, answer: `unknown level "loud"`},
		{name: "wrong JSON level", method: "PUT", contentType: json, body: `{"app":"loud"}`, status: 400, answer: `unknown level "loud"`},
		{name: "wrong type", method: "PUT", contentType: json, body: `{"app":1}`, status: 400, answer: "json"},
		{name: "no JSON", method: "PUT", contentType: json, body: `app:info`, status: 400, answer: "levels: invalid JSON: want an object of channels and levels: invalid character"},
		{name: "nothing", method: "POST", status: 400, answer: "nothing to change"},
		{name: "too large", method: "POST", body: strings.Repeat("a:info\n", 10_000), status: 413, answer: "too large"},
		{name: "delete", method: "DELETE", status: 405, answer: "method not allowed"},
		{name: "two values of curl", method: "POST", contentType: form, body: "app=warn&app.db=debug", status: 200,
			answer: `{"*":"INFO","app":"WARNING","app.db":"DEBUG"}` + "\n", after: "app:WARNING, app.db:DEBUG, *:INFO"},
		{name: "another site", method: "POST", body: "app=warn", header: http.Header{"Sec-Fetch-Site": {"cross-site"}}, status: 403, answer: "cross-origin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			recorder := logbooktest.Record(t)
			l := logbook.Must(config.ParseLevels(before))
			h := config.LevelsHandler(func() *config.Levels { return l })
			req := httptest.NewRequest(tt.method, "/levels", strings.NewReader(tt.body))
			for name, values := range tt.header {
				req.Header[name] = values
			}
			if tt.contentType != "" {
				req.Header.Set("Content-Type", tt.contentType)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.answer) {
				t.Errorf("answered %d: %s", w.Code, w.Body)
			}
			if tt.status == 405 && w.Header().Get("Allow") != "GET, HEAD, POST, PUT" {
				t.Errorf("allows %s", w.Header().Get("Allow"))
			}
			after := strings.Trim(tt.after, "-")
			if tt.after == "" {
				after = before
			}
			if l.String() != after {
				t.Errorf("levels are %s", l)
			}
			if changed := tt.after != ""; changed != recorder.HasNotice("levels changed to "+after) {
				t.Errorf("logged %q", recorder.Formatted())
			}
		})
	}
	w := httptest.NewRecorder()
	config.LevelsHandler(func() *config.Levels { return nil }).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 404 {
		t.Errorf("without levels: %d", w.Code)
	}
}
