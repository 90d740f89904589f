package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// maxLevelsBody is the maximum size of a request body.
const maxLevelsBody = 64 << 10

// LevelsHandler returns an HTTP handler that shows and changes levels while the
// program runs. It calls levels, a method value such as [Config.Levels] or
// [Watcher.Levels], once per request.
//
//	GET   shows all levels: {"app.db":"DEBUG","*":"INFO"}
//	POST  changes the levels of the given channels and keeps the others
//	PUT   replaces all levels
//
// The body is a JSON object if the content type is application/json, and otherwise text
// in the format of [ParseLevels], so both of these change one channel:
//
//	curl -d app.db=debug localhost:8080/levels
//	curl -H 'Content-Type: application/json' -d '{"app.db":"debug"}' localhost:8080/levels
//
// All three respond with the levels now in force: as JSON, or with a line for each channel
// if the request accepts text/plain but not JSON. If any part of a request is invalid,
// nothing is changed and the status is 400. A change is logged at NOTICE on channel
// "config", and lasts until the configuration is reloaded.
//
// Anybody who can reach the handler can silence the log, or fill the disk with it. The
// handler has no authentication and refuses only cross-origin requests of browsers, so
// serve it on a port of its own or behind authentication.
func LevelsHandler(levels func() *Levels) http.Handler {
	h := &levelsHandler{levels}
	return http.NewCrossOriginProtection().Handler(h)
}

type levelsHandler struct{ levels func() *Levels }

func (h *levelsHandler) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	l := h.levels()
	if l == nil {
		http.Error(w, "no levels", http.StatusNotFound)
		return
	}
	switch req.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPost, http.MethodPut:
		if err := changeLevels(l, w, req); err != nil {
			status := http.StatusBadRequest
			if e := (*http.MaxBytesError)(nil); errors.As(err, &e) {
				status = http.StatusRequestEntityTooLarge
			}
			http.Error(w, err.Error(), status)
			return
		}
		log.NoticeContext(req.Context(), "levels changed to {levels}", "levels", l.String(), "remote", req.RemoteAddr)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST, PUT")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	entries := l.entries()
	if accept := req.Header.Get("Accept"); strings.Contains(accept, "text/plain") && !strings.Contains(accept, "json") {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if len(entries) > 0 {
			_, _ = io.WriteString(w, joinLevels(entries, "\n")+"\n") // the client may be gone
		}
		return
	}
	w.Header().Set("Content-Type", "application/json")
	body, err := json.Marshal(entries)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(append(body, '\n'))
}

func changeLevels(l *Levels, w http.ResponseWriter, req *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxLevelsBody))
	if err != nil {
		return err
	}
	var entries map[string]logbook.Level
	if kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type")); kind == "application/json" {
		entries, err = levelsOfJSON(body)
	} else {
		// curl joins several -d with an ampersand.
		entries, err = parseLevels(strings.ReplaceAll(string(body), "&", ","))
	}
	switch {
	case err != nil:
		return err
	case req.Method == http.MethodPut:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.replace(entries)
		return nil
	case len(entries) == 0:
		return errors.New("config: levels: nothing to change")
	}
	return l.merge(entries)
}

func levelsOfJSON(body []byte) (map[string]logbook.Level, error) {
	var texts map[string]string
	if err := json.Unmarshal(body, &texts); err != nil {
		return nil, fmt.Errorf("config: levels: invalid JSON: want an object of channels and levels: %w", err)
	}
	entries := make(map[string]logbook.Level)
	for _, channel := range slices.Sorted(maps.Keys(texts)) {
		if err := addLevel(entries, channel, texts[channel]); err != nil {
			return nil, &LevelsError{channel, err}
		}
	}
	return entries, nil
}
