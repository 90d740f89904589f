package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/web"
)

func silent() *logbook.Logger {
	return logbook.NewLogger("web", &logbook.LoggerOptions{Disabled: true})
}

// soon ends the request after a short time, for answers without an end.
func soon(r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 100*time.Millisecond)
	context.AfterFunc(ctx, cancel)
	*r = *r.WithContext(ctx)
}

// login returns a function that adds the session of a user, whose password is "password".
func login(t *testing.T, h http.Handler, name string) func(*http.Request) {
	w := post(t, h, "/login", url.Values{"name": {name}, "password": {"password"}, "back": {"/tickets/1"}})
	if w.Code != 303 || w.Header().Get("Location") != "/tickets/1" {
		t.Fatalf("login of %s: %d %s", name, w.Code, w.Body)
	}
	cookies := w.Result().Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode {
		t.Fatalf("%v", cookies)
	}
	return func(r *http.Request) { r.AddCookie(cookies[0]) }
}

func TestLogin(t *testing.T) {
	ctx := t.Context()
	store := newTickets(t, 1)
	h := newHandler(t, store, &web.Options{Logger: silent()})
	if got := get(t, h, "/?q=a").Header().Get("Location"); got != "/login?back=%2F%3Fq%3Da" {
		t.Error(got)
	}
	want(t, get(t, h, "/login"), 200, "There are no users yet")
	accounts := web.NewAccounts(store)
	if err := accounts.SetUser(ctx, "anna", "password", web.Editor); err != nil {
		t.Fatal(err)
	}
	for _, form := range []url.Values{
		{"name": {"anna"}, "password": {"Password"}}, {"name": {"anna"}}, {"name": {"bea"}, "password": {"password"}}, {"name": {""}}, {"name": {"<b>"}, "password": {"x"}},
	} {
		w := post(t, h, "/login", form)
		want(t, w, 401, "Name or password is wrong")
		if len(w.Result().Cookies()) != 0 {
			t.Error("a session without a password")
		}
	}
	anna := login(t, h, "anna")
	want(t, get(t, h, "/", anna), 200, "Log out")
	w := post(t, h, "/login", url.Values{"name": {"anna"}, "password": {"password"}}, func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") })
	if cookies := w.Result().Cookies(); len(cookies) != 1 || !cookies[0].Secure {
		t.Errorf("%v", cookies)
	}

	// Sessions are signed, and end.
	for _, value := range []string{"", "anna", "anna/99999999999/", "anna/99999999999/AAAA", "bea/99999999999/AAAA", "//"} {
		want(t, get(t, h, "/", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "logbook_session", Value: value}) }), 303)
	}
	h.SetClock(now.Add(31 * 24 * time.Hour))
	want(t, get(t, h, "/", anna), 303)
	h.SetClock(now)

	// Logging out, a new password, and the end of the user end all sessions.
	want(t, post(t, h, "/logout", nil, anna), 303)
	want(t, get(t, h, "/", anna), 303)
	anna = login(t, h, "anna")
	if err := accounts.SetUser(ctx, "anna", "password", web.Viewer); err != nil {
		t.Fatal(err)
	}
	want(t, get(t, h, "/", anna), 303)
	anna = login(t, h, "anna")
	want(t, post(t, h, "/actions", url.Values{"action": {"solve"}, "id": {"1"}}, anna), 403)
	if err := accounts.DeleteUser(ctx, "anna"); err != nil {
		t.Fatal(err)
	}
	want(t, get(t, h, "/", anna), 303)
}

// After ten attempts for a name, an address has to wait, and others do not.
func TestLoginRate(t *testing.T) {
	store := newStore(t)
	if err := web.NewAccounts(store).SetUser(t.Context(), "anna", "password", web.Editor); err != nil {
		t.Fatal(err)
	}
	h := newHandler(t, store, &web.Options{Logger: silent()})
	try := func(address, name, password string) int {
		return post(t, h, "/login", url.Values{"name": {name}, "password": {password}}, func(r *http.Request) { r.RemoteAddr = address }).Code
	}
	for range 10 {
		if got := try("192.0.2.1:1", "anna", "wrong"); got != 401 {
			t.Fatal(got)
		}
	}
	if got := try("192.0.2.1:2", "anna", "password"); got != 429 {
		t.Error(got)
	}
	if got := try("192.0.2.2:1", "anna", "password"); got != 303 {
		t.Error(got)
	}
	h.SetClock(now.Add(15 * time.Minute))
	if got := try("192.0.2.1:3", "anna", "password"); got != 303 {
		t.Error(got)
	}
	for i := range 50 {
		try("192.0.2.3:1", fmt.Sprint("name", i), "wrong")
	}
	if got := try("192.0.2.3:1", "anna", "password"); got != 429 {
		t.Error("an address with many names:", got)
	}
	for range 10 {
		try("[2001:db8::1]:1", "bea", "wrong")
	}
	if got := try("[2001:db8::2]:1", "bea", "wrong"); got != 429 {
		t.Error("another address of the network:", got)
	}
}

func TestAccounts(t *testing.T) {
	ctx := t.Context()
	store := newStore(t)
	a := web.NewAccounts(store)
	for _, name := range []string{"", "a b", "a/b", "<b>", strings.Repeat("x", 81), "ä"} {
		if err := a.SetUser(ctx, name, "password", web.Viewer); !errors.Is(err, web.ErrName) {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := a.CreateToken(ctx, name, web.Viewer); !errors.Is(err, web.ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, password := range []string{"", "1234567", strings.Repeat("x", 257)} {
		if err := a.SetUser(ctx, "anna", password, web.Viewer); !errors.Is(err, web.ErrPassword) {
			t.Errorf("%q: %v", password, err)
		}
	}
	if err := a.SetUser(ctx, "anna", "password", "root"); err == nil {
		t.Error("invalid role")
	}
	if err := a.DeleteUser(ctx, "anna"); !errors.Is(err, web.ErrUnknown) {
		t.Error(err)
	}
	if err := a.SetUser(ctx, "anna", "password", web.Editor); err != nil {
		t.Fatal(err)
	}
	token, err := a.CreateToken(ctx, "ci", web.Viewer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.CreateToken(ctx, "ci", web.Viewer); !errors.Is(err, web.ErrExists) {
		t.Error(err)
	}
	users, err := a.Users(ctx)
	if err != nil || len(users) != 1 || users[0] != (web.User{Name: "anna", Role: web.Editor}) {
		t.Error(users, err)
	}
	tokens, err := a.Tokens(ctx)
	if err != nil || len(tokens) != 1 || tokens[0].Name != "ci" {
		t.Error(tokens, err)
	}
	data, _, err := store.Document(ctx, "web.accounts")
	if err != nil || strings.Contains(string(data), "password\":\"password") || strings.Contains(string(data), token) {
		t.Errorf("a secret is stored: %s %v", data, err)
	}
	if err := a.DeleteToken(ctx, "ci"); err != nil {
		t.Error(err)
	}
	if err := a.DeleteToken(ctx, "ci"); !errors.Is(err, web.ErrUnknown) {
		t.Error(err)
	}
	if err := store.SetDocument(ctx, "web.accounts", []byte("{"), mustVersion(t, store)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Users(ctx); !errors.Is(err, ticketing.ErrDamaged) {
		t.Error(err)
	}
}

func mustVersion(t *testing.T, store ticketing.Store) int64 {
	_, version, err := store.Document(t.Context(), "web.accounts")
	if err != nil {
		t.Fatal(err)
	}
	return version
}
