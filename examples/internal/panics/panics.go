// Package panics checks the responses of handlers that panic.
package panics

import (
	"errors"
	"io"
	stdlog "log"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Check serves handlers that panic, before or after the first byte of the response, through
// a middleware. The client must get status 500 or, after the first byte, an error.
func Check(t *testing.T, middleware func(http.Handler) http.Handler) {
	for _, tt := range []struct {
		name   string
		late   bool // whether it panics after the first byte
		value  any
		status int // 0 if there is no response
	}{
		{"before the first byte", false, "x", http.StatusInternalServerError},
		{"after it", true, "x", http.StatusOK},
		{"aborted before it", false, http.ErrAbortHandler, 0},
		{"aborted after it", true, http.ErrAbortHandler, http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tt.late {
					_, _ = io.WriteString(w, "half")
					_ = http.NewResponseController(w).Flush()
				}
				panic(tt.value)
			})))
			server.Config.ErrorLog = stdlog.New(io.Discard, "", 0)
			server.Start()
			defer server.Close()
			// A request with a body is not retried.
			req, err := http.NewRequest(http.MethodPost, server.URL, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := server.Client().Do(req)
			if err != nil {
				if tt.status != 0 {
					t.Errorf("the client got no response: %v", err)
				}
				return
			}
			defer resp.Body.Close()
			_, err = io.Copy(io.Discard, resp.Body)
			if resp.StatusCode != tt.status || errors.Is(err, io.ErrUnexpectedEOF) != tt.late {
				t.Errorf("the client got status %d, and reading the response returned %v", resp.StatusCode, err)
			}
		})
	}
}
