package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/web"
)

// newTickets returns a store with n tickets, with the ids 1 to n.
func newTickets(t *testing.T, n int) *ticketing.Memory {
	store := newStore(t)
	for i := range n {
		record(t, store, time.Duration(n-i)*time.Hour, logbook.RecordData{Message: "m", Channel: fmt.Sprint("c", i+1), Level: logbook.LevelError})
	}
	return store
}

func ticket(t *testing.T, store ticketing.Store, id int64) *ticketing.Ticket {
	k, err := store.Ticket(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestActions(t *testing.T) {
	for _, tt := range []struct {
		action string
		form   url.Values
		done   string
		check  func(k *ticketing.Ticket) bool
	}{
		{"solve", nil, "solved", func(k *ticketing.Ticket) bool { return k.State == ticketing.Solved && !k.NextRelease }},
		{"solve-next", nil, "solved", func(k *ticketing.Ticket) bool { return k.State == ticketing.Solved && k.NextRelease }},
		{"reopen", nil, "reopened", func(k *ticketing.Ticket) bool { return k.State == ticketing.Open }},
		{"mute", url.Values{"mute": {"24h"}}, "muted", func(k *ticketing.Ticket) bool {
			return k.State == ticketing.Muted && k.Mute.Until.Equal(now.Add(24*time.Hour))
		}},
		{"mute", url.Values{"mute": {"100/1h"}}, "muted", func(k *ticketing.Ticket) bool {
			return k.State == ticketing.Muted && k.Mute.Count == 100 && k.Mute.Period == time.Hour
		}},
		{"mute", url.Values{"mute": {""}}, "muted", func(k *ticketing.Ticket) bool { return k.State == ticketing.Muted && k.Mute == ticketing.Mute{} }},
		{"assign", url.Values{"assignee": {" bea "}}, "assigned", func(k *ticketing.Ticket) bool { return k.Assignee == "bea" }},
		{"unassign", nil, "assigned", func(k *ticketing.Ticket) bool { return k.Assignee == "" }},
		{"comment", url.Values{"comment": {"why"}}, "commented", func(k *ticketing.Ticket) bool { return true }},
	} {
		store := newTickets(t, 3)
		h := newHandler(t, store, nil)
		form := url.Values{"action": {tt.action}, "id": {"1", "3", "999", "3"}, "back": {"/?q=c&done=deleted.7"}}
		for name, values := range tt.form {
			form[name] = values
		}
		w := post(t, h, "/actions", form)
		if got, want := w.Header().Get("Location"), "/?done="+tt.done+".2&q=c"; w.Code != 303 || got != want {
			t.Errorf("%s: %d %s, want %s", tt.action, w.Code, got, want)
		}
		for _, id := range []int64{1, 3} {
			history, err := store.History(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			last := history[len(history)-1]
			if k := ticket(t, store, id); !tt.check(k) || last.Actor != "anna" || string(last.Kind) != tt.done {
				t.Errorf("%s: %+v, %+v", tt.action, k, last)
			}
		}
		if history, _ := store.History(t.Context(), 2); len(history) != 1 {
			t.Errorf("%s: changed a ticket that was not selected", tt.action)
		}
		want(t, get(t, h, w.Header().Get("Location")), 200, "2 tickets ")
	}
}

func TestInvalidActions(t *testing.T) {
	store := newTickets(t, 2)
	h := newHandler(t, store, nil)
	for name, form := range map[string]url.Values{
		"no action":      {"id": {"1"}},
		"unknown action": {"id": {"1"}, "action": {"explode"}},
		"no id":          {"action": {"solve"}},
		"no number":      {"action": {"solve"}, "id": {"1", "x"}},
		"negative":       {"action": {"solve"}, "id": {"-1"}},
		"too many":       {"action": {"solve"}, "id": manyIDs(501)},
		"no name":        {"action": {"assign"}, "id": {"1"}},
		"long name":      {"action": {"assign"}, "id": {"1"}, "assignee": {strings.Repeat("x", 81)}},
		"no comment":     {"action": {"comment"}, "id": {"1"}, "comment": {" \r\n "}},
		"long comment":   {"action": {"solve"}, "id": {"1"}, "comment": {strings.Repeat("x", 10_001)}},
		"mute":           {"action": {"mute"}, "id": {"1"}, "mute": {"soon"}},
		"mute period":    {"action": {"mute"}, "id": {"1"}, "mute": {"10/x"}},
		"mute count":     {"action": {"mute"}, "id": {"1"}, "mute": {"-10/1h"}},
		"merge of one":   {"action": {"merge"}, "id": {"1"}},
		"merge nowhere":  {"action": {"merge"}, "id": {"1", "2"}, "confirm": {"yes"}},
	} {
		w := post(t, h, "/actions", form)
		if w.Code != 400 || !strings.Contains(w.Body.String(), `href="/"`) {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	want(t, post(t, h, "/actions", url.Values{"action": {"solve"}, "id": {"77"}}), 404, "no such ticket")
	want(t, post(t, h, "/actions", url.Values{"action": {"solve"}, "id": {"1"}, "comment": {strings.Repeat("x", 2<<20)}}), 413)
	want(t, post(t, h, "/actions", url.Values{"action": {"split"}, "id": {"1"}, "fingerprint": {"x"}}), 409)
	for _, id := range []int64{1, 2} {
		if k := ticket(t, store, id); k.State != ticketing.Open {
			t.Errorf("%+v", k)
		}
		if history, _ := store.History(t.Context(), id); len(history) != 1 {
			t.Errorf("%v", history)
		}
	}
}

func manyIDs(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprint(i+1))
	}
	return ids
}

// Merging and deleting ask first, and can be taken back only before.
func TestMergeSplitDelete(t *testing.T) {
	store := newTickets(t, 3)
	h := newHandler(t, store, nil)
	form := url.Values{"action": {"merge"}, "id": {"1", "2"}, "back": {"/"}}
	want(t, post(t, h, "/actions", form), 200, "Merge 2 tickets?", `name="into" value="1" checked`)
	if ticket(t, store, 2).Count != 1 {
		t.Error("merged without confirmation")
	}
	form.Set("confirm", "yes")
	form.Set("into", "2")
	want(t, post(t, h, "/actions", form), 303)
	if k := ticket(t, store, 1); k.ID != 2 || k.Count != 2 {
		t.Errorf("%+v", k)
	}
	if got := get(t, h, "/tickets/1").Header().Get("Location"); got != "/tickets/2" {
		t.Error(got)
	}
	prints, err := store.Fingerprints(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	want(t, get(t, h, "/tickets/2"), 200, `name="fingerprint" value="`+string(prints[0])+`"`)
	w := post(t, h, "/actions", url.Values{"action": {"split"}, "id": {"2"}, "fingerprint": {string(prints[0])}})
	if got := w.Header().Get("Location"); got != "/tickets/4?done=split.1" {
		t.Error(got)
	}
	want(t, get(t, h, "/tickets/4"), 200, "No occurrence is kept")

	form = url.Values{"action": {"delete"}, "id": {"2", "3"}, "back": {"/?state=all"}}
	want(t, post(t, h, "/actions", form), 200, "Delete 2 tickets?", `href="/?state=all"`)
	form.Set("confirm", "yes")
	if got := post(t, h, "/actions", form).Header().Get("Location"); got != "/?done=deleted.2&state=all" {
		t.Error(got)
	}
	want(t, get(t, h, "/tickets/3"), 404)
}

// Requests from pages of other sites change nothing.
func TestCrossSite(t *testing.T) {
	store := newTickets(t, 1)
	h := newHandler(t, store, nil)
	form := url.Values{"action": {"solve"}, "id": {"1"}}
	for _, change := range []func(*http.Request){
		func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", "https://evil.example")
		},
	} {
		for _, path := range []string{"/actions", "/display", "/login", "/logout"} {
			want(t, post(t, h, path, form, change), 403, "another site", `href="/"`)
		}
	}
	// A name that leads to this machine is not enough.
	rebound := func(r *http.Request) { r.Host = "evil.example" }
	want(t, post(t, h, "/actions", form, rebound), 421)
	want(t, get(t, h, "/", rebound), 421, "localhost")
	want(t, get(t, h, "/", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.1") }), 421, "proxy")
	if ticket(t, store, 1).State != ticketing.Open {
		t.Error("changed")
	}
	for _, host := range []string{"localhost:8080", "127.0.0.1", "[::1]:80", "localhost"} {
		want(t, get(t, h, "/", func(r *http.Request) { r.Host = host }), 200)
	}
}

// Every route that changes tickets has another method than GET and needs an editor, and every
// route that shows them needs a login.
func TestRoles(t *testing.T) {
	store := newTickets(t, 1)
	accounts := web.NewAccounts(store)
	for name, role := range map[string]web.Role{"vera": web.Viewer, "ed": web.Editor} {
		if err := accounts.SetUser(t.Context(), name, "password", role); err != nil {
			t.Fatal(err)
		}
	}
	h := newHandler(t, store, &web.Options{Logger: silent()})
	as := map[string]func(*http.Request){"": func(*http.Request) {}, "vera": login(t, h, "vera"), "ed": login(t, h, "ed")}
	public := []string{"GET /keys", "POST /display", "GET /login", "POST /login", "POST /logout", "GET /assets/{name}", "GET /{path...}"}
	if body := get(t, h, "/tickets/1", as["vera"]).Body.String(); !strings.Contains(body, "Log out") || strings.Contains(body, "/actions") {
		t.Error("a viewer sees buttons")
	}
	routes := web.Routes()
	slices.SortFunc(routes, func(a, b string) int { return -strings.Compare(a, b) }) // DELETE last
	for _, pattern := range routes {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{$}", "", "{id}", "1", "{name}", "x", "{path...}", "x").Replace(path)
		if slices.Contains(public, pattern) {
			continue
		}
		statuses := map[string]int{}
		for who, identify := range as {
			if method == "GET" {
				statuses[who] = get(t, h, path, identify, soon).Code
			} else if strings.HasPrefix(path, "/api/") {
				statuses[who] = callAPI(t, h, method, path, `{"kind": "commented", "comment": "x"}`, identify).Code
			} else {
				statuses[who] = post(t, h, path, url.Values{"action": {"comment"}, "comment": {"x"}, "id": {"1"}}, identify).Code
			}
		}
		if method == "GET" {
			if (statuses[""] != 303 && statuses[""] != 401) || statuses["vera"] != 200 || statuses["ed"] != 200 {
				t.Errorf("%s: %v", pattern, statuses)
			}
		} else if statuses[""] != 401 || statuses["vera"] != 403 || statuses["ed"] == 401 || statuses["ed"] == 403 {
			t.Errorf("%s: %v", pattern, statuses)
		}
	}
}

// fakeTracker creates issues, or fails.
type fakeTracker struct {
	link string
	err  error
}

func (f *fakeTracker) Create(context.Context, *ticketing.Ticket) (string, error) {
	return f.link, f.err
}

func TestIssue(t *testing.T) {
	store := newTickets(t, 1)
	form := url.Values{"action": {"issue"}, "id": {"1"}, "back": {"/tickets/1"}}
	want(t, post(t, newHandler(t, store, nil), "/actions", form), 400, "no tracker")
	f := &fakeTracker{err: errors.New("<b>down</b>")}
	h := newHandler(t, store, &web.Options{LocalUser: "anna", Tracker: f, Logger: silent()})
	want(t, get(t, h, "/tickets/1"), 200, "Create issue")
	want(t, post(t, h, "/actions", form), 502, "&lt;b&gt;down", `href="/"`)
	f.err, f.link = nil, "javascript:alert(1)"
	want(t, post(t, h, "/actions", form), 400)
	f.link = "https://tracker.example/7"
	if got := post(t, h, "/actions", form).Header().Get("Location"); got != "/tickets/1?done=linked.1" {
		t.Error(got)
	}
	w := get(t, h, "/tickets/1?done=linked.1")
	want(t, w, 200, `<a href="https://tracker.example/7" rel="noreferrer">`, "linked to a new issue")
	if strings.Contains(w.Body.String(), "Create issue") {
		t.Error("a button for a second issue")
	}
	want(t, post(t, h, "/actions", form), 400, "has an issue")
}
