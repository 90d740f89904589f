package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/web"
)

func callAPI(t testing.TB, h http.Handler, method, path, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

func TestAPI(t *testing.T) {
	store := newTickets(t, 5)
	accounts := web.NewAccounts(store)
	editor, err := accounts.CreateToken(t.Context(), "ci", web.Editor)
	if err != nil {
		t.Fatal(err)
	}
	viewer, err := accounts.CreateToken(t.Context(), "wall", web.Viewer)
	if err != nil {
		t.Fatal(err)
	}
	h := newHandler(t, store, &web.Options{Logger: silent()})
	ask := func(method, path, body string, status int, v any) {
		t.Helper()
		w := callAPI(t, h, method, path, body, bearer(editor))
		if w.Code != status {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		if v != nil {
			if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
				t.Fatalf("%s: %v in %s", path, err, w.Body)
			}
		}
	}

	var list struct {
		Tickets []*ticketing.Ticket
		After   string
	}
	ask("GET", "/api/tickets?limit=3", "", 200, &list)
	if len(list.Tickets) != 3 || list.Tickets[0].ID != 5 || list.After == "" {
		t.Errorf("%+v", list)
	}
	after := list.After
	list.After = ""
	ask("GET", "/api/tickets?limit=3&after="+after, "", 200, &list)
	if len(list.Tickets) != 2 || list.Tickets[0].ID != 2 || list.After != "" {
		t.Errorf("%+v", list)
	}

	var k ticketing.Ticket
	ask("POST", "/api/tickets/1/actions", `{"kind": "muted", "mute": {"count": 9, "period_seconds": 60}}`, 200, &k)
	if k.State != ticketing.Muted || k.Mute.Count != 9 || k.Mute.Period != time.Minute {
		t.Errorf("%+v", k)
	}
	ask("POST", "/api/tickets/1/actions", `{"kind": "linked", "link": "https://tracker.example/7"}`, 200, &k)
	if k.Link != "https://tracker.example/7" {
		t.Errorf("%+v", k)
	}
	want(t, get(t, h, "/tickets/1", bearer(viewer)), 200, `<a href="https://tracker.example/7" rel="noreferrer">`)
	ask("POST", "/api/tickets/1/merge", `{"ids": [2, 3]}`, 200, &k)
	var d ticketing.Details
	ask("GET", "/api/tickets/1?records=2", "", 200, &d)
	if d.Count != 3 || len(d.Fingerprints) != 3 || len(d.Occurrences) != 2 || d.History[1].Actor != "ci" {
		t.Errorf("%+v", d)
	}
	ask("POST", "/api/tickets/1/split", `{"fingerprint": "`+string(d.Fingerprints[0])+`"}`, 201, &k)
	if k.ID != 6 {
		t.Errorf("%+v", k)
	}
	ask("DELETE", "/api/tickets/4", "", 204, nil)
	ask("DELETE", "/api/tickets/4", "", 404, nil)
	ask("GET", "/api/tickets/4", "", 404, nil)

	for _, tt := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/api/tickets?limit=201", "", 400},
		{"GET", "/api/tickets?limit=x", "", 400},
		{"GET", "/api/tickets?state=x", "", 400},
		{"GET", "/api/tickets/1?records=51", "", 400},
		{"POST", "/api/tickets/1/actions", `{"kind": "created"}`, 400},
		{"POST", "/api/tickets/1/actions", `{"kind": "solved", "actor": "root"}`, 400},
		{"POST", "/api/tickets/1/actions", `{`, 400},
		{"POST", "/api/tickets/1/actions", `{"kind": "linked", "link": "javascript:alert(1)"}`, 400},
		{"POST", "/api/tickets/1/actions", `{"kind": "commented", "comment": "` + strings.Repeat("x", 2<<20) + `"}`, 413},
		{"POST", "/api/tickets/1/merge", `{"ids": []}`, 400},
		{"POST", "/api/tickets/1/split", `{"fingerprint": "x"}`, 409},
		{"POST", "/api/tickets/x/actions", `{"kind": "solved"}`, 404},
		{"GET", "/api/nothing", "", 404},
	} {
		w := callAPI(t, h, tt.method, tt.path, tt.body, bearer(editor))
		var answer struct{ Error string }
		if err := json.Unmarshal(w.Body.Bytes(), &answer); w.Code != tt.status || err != nil || answer.Error == "" {
			t.Errorf("%s %s %.60s: %d %s", tt.method, tt.path, tt.body, w.Code, w.Body)
		}
	}
	form := func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }
	want(t, callAPI(t, h, "POST", "/api/tickets/1/actions", `{"kind": "solved"}`, bearer(editor), form), 415)
	want(t, callAPI(t, h, "POST", "/api/tickets/1/actions", `{"kind": "solved"}`, bearer(viewer)), 403, `"error"`)
	for _, token := range []string{"", "x", viewer + "x", strings.ToUpper(viewer)} {
		if w := callAPI(t, h, "GET", "/api/tickets", "", bearer(token)); w.Code != 401 || w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%q: %d", token, w.Code)
		}
	}
	want(t, get(t, h, "/api", bearer(viewer)), 200, "curl -H")
	want(t, get(t, h, "/feed.atom", func(r *http.Request) { r.SetBasicAuth("feed", viewer) }), 200)
	if w := get(t, h, "/feed.atom", func(r *http.Request) { r.SetBasicAuth("feed", "x") }); w.Code != 401 || w.Header().Get("WWW-Authenticate") == "" {
		t.Error(w.Code)
	}
	if err := accounts.DeleteToken(t.Context(), "wall"); err != nil {
		t.Fatal(err)
	}
	want(t, callAPI(t, h, "GET", "/api/tickets", "", bearer(viewer)), 401)
}
