package web_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/web"
	"github.com/logbook-go/logbook/ticketing/web/internal/sample"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var now = time.Date(2026, 11, 30, 12, 34, 56, 0, time.UTC)

func newStore(t testing.TB) *ticketing.Memory {
	store, err := ticketing.NewMemory(nil)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func newHandler(t testing.TB, store ticketing.Store, o *web.Options) *web.Handler {
	if o == nil {
		o = &web.Options{LocalUser: "anna"}
	}
	h, err := web.NewHandler(store, o)
	if err != nil {
		t.Fatal(err)
	}
	h.SetClock(now)
	return h
}

// record stores a record, some time ago.
func record(t testing.TB, store ticketing.Store, ago time.Duration, d logbook.RecordData) {
	base, err := ticketing.NewBase(&ticketing.HandlerOptions{AppID: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	d.Time = now.Add(-ago)
	e, err := base.Entry(logbook.NewRecord(d))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Record(t.Context(), []*ticketing.Entry{e}); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, h http.Handler, path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "http://localhost"+path, nil)
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func want(t *testing.T, w *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	body := w.Body.String()
	for _, s := range texts {
		if !strings.Contains(body, s) {
			t.Errorf("no %q in\n%s", s, body)
		}
	}
}

var titles = regexp.MustCompile(`<td class="what"><a href="[^"]*">([^<]*)</a>`)

// listed returns the titles of the tickets in a list.
func listed(w *httptest.ResponseRecorder) string {
	var list []string
	for _, m := range titles.FindAllStringSubmatch(w.Body.String(), -1) {
		list = append(list, m[1])
	}
	return strings.Join(list, ",")
}

func link(t *testing.T, w *httptest.ResponseRecorder, rel string) string {
	m := regexp.MustCompile(`<a href="([^"]*)" rel="` + rel + `">`).FindStringSubmatch(w.Body.String())
	if m == nil {
		return ""
	}
	return strings.ReplaceAll(m[1], "&amp;", "&")
}

// The tabs have the tickets of a state, and their numbers.
func TestTabs(t *testing.T) {
	store := newStore(t)
	for i, kind := range []ticketing.EventKind{"", ticketing.EventMuted, ticketing.EventSolved, ""} {
		record(t, store, time.Duration(i)*time.Minute, logbook.RecordData{Message: string("abcd"[i]), Level: logbook.LevelError, Channel: string("abcd"[i])})
		if kind != "" {
			if err := store.Act(t.Context(), int64(i+1), &ticketing.Action{Kind: kind}); err != nil {
				t.Fatal(err)
			}
		}
	}
	h := newHandler(t, store, nil)
	if body := get(t, h, "/?q=a").Body.String(); !strings.Contains(body, "Open <b>1</b>") || strings.Contains(body, "All <b>") {
		t.Error("a search counts the tickets of the current tab alone")
	}
	for path, titles := range map[string]string{"/": "a,d", "/?state=muted": "b", "/?state=solved": "c", "/?state=all": "a,b,c,d"} {
		w := get(t, h, path)
		want(t, w, 200, "Open <b>2</b>", "Muted <b>1</b>", "Solved <b>1</b>", "All <b>4</b>")
		if got := listed(w); got != titles {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestSearch(t *testing.T) {
	store := newStore(t)
	at := func(ago time.Duration, level logbook.Level, channel, message, host string) {
		record(t, store, ago, logbook.RecordData{Level: level, Channel: channel, Message: message, Attrs: []slog.Attr{slog.String("host", host), slog.String("release", "r "+host)}})
	}
	at(time.Minute, logbook.LevelError, "db", "down", "h1")
	at(2*time.Hour, logbook.LevelWarn, "db", "slow down", "h2")
	at(50*time.Hour, logbook.LevelInfo, "web", "up", "h1")
	at(50*time.Hour, logbook.LevelInfo, "web", "up", "h1")
	h := newHandler(t, store, nil)
	for query, titles := range map[string]string{
		"q=down": "down,slow down", "q=slow+down": "slow down", "q=DOWN": "down,slow down", "q=host:h1": "down,up", `q=release:"r+h2"`: "slow down",
		"q=channel:db+slow": "slow down", "q=app:other": "", "q=app:shop": "down,slow down,up", "level=warning": "down,slow down", "level=error": "down",
		"seen=1h": "down", "seen=24h": "down,slow down", "order=oldest": "up,slow down,down", "order=count": "up,slow down,down", "order=rare": "down,slow down,up",
		"q=nothing:such": "", "q=%00down": "down,slow down",
	} {
		w := get(t, h, "/?"+query)
		if got := listed(w); got != titles || w.Code != 200 {
			t.Errorf("%s: %d %s", query, w.Code, got)
		}
	}
}

// Every ticket is on one page, on the way there and back, in any order.
func TestPaging(t *testing.T) {
	store := newStore(t)
	for i := range 120 {
		for range i%3 + 1 {
			record(t, store, time.Duration(i/2)*time.Minute, logbook.RecordData{Message: fmt.Sprint("m", string(rune('a'+i/26)), string(rune('a'+i%26))), Level: logbook.LevelError})
		}
	}
	h := newHandler(t, store, nil)
	for _, order := range []string{"", "oldest", "count", "rare"} {
		var pages []string
		path := "/?order=" + order
		for path != "" {
			w := get(t, h, path)
			pages = append(pages, listed(w))
			path = link(t, w, "next")
			if len(pages) == 3 {
				for back := 1; back >= 0; back-- {
					w = get(t, h, link(t, w, "prev"))
					if got := listed(w); got != pages[back] {
						t.Errorf("%s: page %d on the way back: %s, want %s", order, back, got, pages[back])
					}
				}
				if link(t, w, "prev") != "" {
					t.Error("a page before the first one")
				}
			}
		}
		seen := map[string]bool{}
		for _, title := range strings.Split(strings.Join(pages, ","), ",") {
			seen[title] = true
		}
		if len(pages) != 3 || len(seen) != 120 {
			t.Errorf("%s: %d pages, %d tickets", order, len(pages), len(seen))
		}
	}
}

// Whatever an address asks for, the answer is a page that leads back.
func TestHostileAddresses(t *testing.T) {
	store := newStore(t)
	record(t, store, 0, logbook.RecordData{Message: "m", Level: logbook.LevelError})
	h := newHandler(t, store, nil)
	hostile := []string{"'; DROP TABLE tickets--", `"><script>alert(1)</script>`, "\x00", "\xff\xfe", "-1", "9223372036854775808", "1.2", "1.2.3.4", strings.Repeat("a", 5000), "\u202e", "%", `\`, "javascript:alert(1)"}
	for _, s := range hostile {
		e := url.QueryEscape(s)
		for _, path := range []string{"/?q=" + e, "/?state=" + e, "/?level=" + e, "/?seen=" + e, "/?order=" + e, "/?after=" + e, "/?before=" + e, "/?done=" + e, "/?done=solved." + e, "/tickets/1?older=" + e, "/tickets/" + url.PathEscape(s), "/tickets/1/record?older=" + e, "/?" + e} {
			w := get(t, h, path)
			if w.Code >= 500 || w.Code == 307 || w.Code == 200 && !strings.HasPrefix(path, "/?") && !strings.Contains(path, "older=1") {
				t.Errorf("%.80s: status %d", path, w.Code)
			}
			if w.Code < 300 || w.Code >= 400 {
				elements(t, w.Body.String())
				want(t, w, w.Code, `href="/"`)
			}
		}
	}
}

// elements parses a page, and returns how often it has each element and attribute. Scripts and
// styles within the page are errors, as are addresses of other hosts.
func elements(t *testing.T, page string) map[string]int {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	found := map[string]int{}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, page)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		name := start.Name.Local
		found["<"+name+">"]++
		for _, a := range start.Attr {
			found[name+" "+a.Name.Local]++
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" || (a.Name.Local == "href" || a.Name.Local == "src" || a.Name.Local == "action") && !strings.HasPrefix(a.Value, "/") && !strings.HasPrefix(a.Value, "#") {
				t.Errorf("<%s %s=%q>", name, a.Name.Local, a.Value)
			}
		}
	}
}

// Text of a record stays text, in every field.
func TestHostileRecords(t *testing.T) {
	hostile := []string{
		`<script>alert(1)</script>`, `"onmouseover="alert(1)`, `'onfocus='alert(1)' autofocus='`, `</title><img src=x onerror=alert(1)>`, `javascript:alert(1)`,
		`<svg onload=alert(1)>`, `--><script>`, `]]><script>`, `&lt;script&gt;`, `</pre></code></table></div>`, `{{.}}`, "\u202egnp.exe", "\x1b[31m\x00\x07", "`${alert(1)}`", "http://evil.example/",
	}
	pages := func(s string) (list, ticket string) {
		store := newStore(t)
		base, err := ticketing.NewBase(&ticketing.HandlerOptions{AppID: s, Host: s, Release: s})
		if err != nil {
			t.Fatal(err)
		}
		trace := "Traceback (most recent call last):\n  File \"" + s + "\", line 3, in " + s + "\n    " + s + "\n" + s + "(...)\n\t" + s + ":12 +0x1\n" + s + ": " + s + "\n  wraps x: " + s
		e, err := base.Entry(logbook.NewRecord(logbook.RecordData{
			Time: now, Level: logbook.LevelError, Channel: s, Message: s, Template: s + "t", Attrs: []slog.Attr{slog.String(s, s), slog.Group(s, slog.Any("x", []string{s}))}, Extra: []slog.Attr{slog.String("release", s), slog.String("host", s), slog.String("trace_id", s)},
			Error: &logbook.ErrorInfo{Type: s, Message: s, Trace: trace}, Source: &slog.Source{Function: s, File: s, Line: 7},
		}))
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Record(t.Context(), []*ticketing.Entry{e}); err != nil {
			t.Fatal(err)
		}
		for _, a := range []ticketing.Action{{Kind: ticketing.EventAssigned, Actor: s, Assignee: s, Comment: s}, {Kind: ticketing.EventCommented, Actor: s, Comment: s}} {
			if err := store.Act(t.Context(), 1, &a); err != nil {
				t.Fatal(err)
			}
		}
		h := newHandler(t, store, nil)
		return get(t, h, "/?q="+url.QueryEscape("x:"+s)+"&state=open").Body.String() + get(t, h, "/").Body.String(), get(t, h, "/tickets/1").Body.String()
	}
	list, ticket := pages("harmless")
	wantList, wantTicket := elements(t, list), elements(t, ticket)
	for _, s := range hostile {
		list, ticket := pages(s)
		for name, n := range elements(t, list) {
			if wantList[name] == 0 || n > 2*wantList[name] {
				t.Errorf("%q: %d times %s in the list", s, n, name)
			}
		}
		for name, n := range elements(t, ticket) {
			if wantTicket[name] == 0 || name == "<script>" && n != 1 {
				t.Errorf("%q: %d times %s on the page of the ticket", s, n, name)
			}
		}
		if strings.Contains(list+ticket, "\u202e") || strings.ContainsAny(list+ticket, "\x00\x1b\x07") {
			t.Errorf("%q: characters that change how the page reads", s)
		}
	}
}

func TestTicket(t *testing.T) {
	store := newStore(t)
	for i := range 3 {
		record(t, store, time.Duration(3-i)*time.Minute, logbook.RecordData{
			Level: logbook.LevelError, Channel: "orders", Template: "order {id} failed", Attrs: []slog.Attr{slog.Int("id", i), slog.Group("http", slog.Int("status", 500))},
			Extra: []slog.Attr{slog.String("host", "web-1"), slog.String("trace_id", "4bf92f")}, PID: 4711, Goroutine: 17,
			Source: &slog.Source{Function: "shop/orders.Place", File: "/src/shop/orders/place.go", Line: 12},
			Error:  &logbook.ErrorInfo{Type: "*fs.PathError", Message: "open x: denied"},
		})
	}
	h := newHandler(t, store, nil)
	w := get(t, h, "/tickets/1")
	want(t, w, 200, "order 2 failed", "order {id} failed", "http.status", "4711", "17", "4bf92f", "web-1", "*fs.PathError", "open x: denied", "orders/place.go:12",
		"1 of 3 kept", `<a id="older" href="/tickets/1?older=1">`, "30 Nov 2026, 12:33:56 UTC", "First seen")
	want(t, get(t, h, "/tickets/1?older=2"), 200, "order 0 failed", `<a id="newer" href="/tickets/1?older=1">`, "3 of 3 kept")
	want(t, get(t, h, "/tickets/1?older=3"), 404, "not kept any more")
	want(t, get(t, h, "/tickets/2"), 404, "no such ticket")
	want(t, get(t, h, "/nothing"), 404, "no such page")
	if w := get(t, h, "/tickets/1/record?older=1"); w.Header().Get("Content-Type") != "application/json" || !strings.Contains(w.Body.String(), `"order 1 failed"`) {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
	berlin := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "logbook_zone", Value: "Europe%2FBerlin"}) }
	want(t, get(t, h, "/tickets/1", berlin), 200, "30 Nov 2026, 13:33:56 CET", `datetime="2026-11-30T12:33:56Z"`)
}

// Records that came over OTLP name their host and release in a group.
func TestResource(t *testing.T) {
	store := newStore(t)
	record(t, store, time.Minute, logbook.RecordData{
		Message: "failed", Extra: []slog.Attr{slog.Group("resource", "host.name", "web-7", "service.version", "1.4.2")},
	})
	want(t, get(t, newHandler(t, store, nil), "/tickets/1"), 200, "<dt>Host</dt><dd>web-7</dd>", "<dt>Release</dt><dd>1.4.2</dd>")
}

// The page says who is affected, as far as records are kept.
func TestUsers(t *testing.T) {
	store := newStore(t)
	users := []slog.Attr{slog.String("user", "anna"), slog.Group("user", slog.String("id", "7")), slog.String("user_id", "7"), {}, slog.String("user", strings.Repeat("x", 100<<10)), slog.String("user.id", "bea")}
	for i, u := range users {
		record(t, store, time.Duration(10-i)*time.Minute, logbook.RecordData{Channel: "users", Message: "failed", Attrs: []slog.Attr{u}})
	}
	h := newHandler(t, store, nil)
	want(t, get(t, h, "/tickets/1"), 200, "<dt>User</dt><dd>bea</dd>", "<dt>Users</dt><dd>3 in the records kept</dd>", "at least 3 users")
	if body := get(t, h, "/tickets/1?older=2").Body.String(); strings.Contains(body, "in the records kept") {
		t.Error("users of a record without one")
	}
}

// What came before an occurrence stands by itself, not among the attributes.
func TestContext(t *testing.T) {
	store := newStore(t)
	record(t, store, time.Minute, logbook.RecordData{
		Message: "failed", Extra: []slog.Attr{slog.Any(ticketing.ContextKey, []string{"12:00:00.000 INFO app: <b>one</b>", "12:00:01.000 DEBUG app: two\nlines"})},
	})
	w := get(t, newHandler(t, store, nil), "/tickets/1")
	want(t, w, 200, "Before it", "12:00:00.000 INFO app: &lt;b&gt;one&lt;/b&gt;\n12:00:01.000 DEBUG app: two")
	if strings.Contains(w.Body.String(), ticketing.ContextKey) {
		t.Error("it is an attribute, too")
	}
}

// A message of 1 MiB makes no page of 1 MiB, nor does a record with many attributes.
func TestLargeRecords(t *testing.T) {
	store := newStore(t)
	base, err := ticketing.NewBase(&ticketing.HandlerOptions{MaxData: 32 << 20})
	if err != nil {
		t.Fatal(err)
	}
	var attrs []slog.Attr
	for i := range 5000 {
		attrs = append(attrs, slog.Int(fmt.Sprint("key", i), i))
	}
	e, err := base.Entry(logbook.NewRecord(logbook.RecordData{Time: now, Level: logbook.LevelError, Message: strings.Repeat("x", 1<<20), Attrs: attrs}))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Record(t.Context(), []*ticketing.Entry{e}); err != nil {
		t.Fatal(err)
	}
	h := newHandler(t, store, nil)
	w := get(t, h, "/tickets/1")
	want(t, w, 200, "Only the beginning is shown", "/tickets/1/record?older=0")
	if n := w.Body.Len(); n > 200<<10 {
		t.Errorf("page of %d bytes", n)
	}
	if n := get(t, h, "/tickets/1/record?older=0").Body.Len(); n < 1<<20 {
		t.Errorf("record of %d bytes", n)
	}
}

// A page of 50 tickets has less than 60 KB.
func TestPageSize(t *testing.T) {
	store := newStore(t)
	if err := sample.Fill(t.Context(), store, now); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		for hour := range 24 {
			record(t, store, time.Duration(hour)*time.Hour, logbook.RecordData{
				Level: logbook.LevelError, Channel: "payment.provider", Message: fmt.Sprintf("%c%c payment provider did not answer within the time that the customer waits", 'a'+i/26, 'a'+i%26),
				Source: &slog.Source{Function: "github.com/acme/shop/payment.Charge", File: "/src/github.com/acme/shop/payment/client.go", Line: 203}, Attrs: []slog.Attr{slog.String("release", "1.204.7")},
			})
		}
	}
	w := get(t, newHandler(t, store, nil), "/")
	if n := strings.Count(listed(w), ",") + 1; n != 50 {
		t.Fatalf("%d tickets", n)
	}
	if w.Body.Len() >= 60_000 {
		t.Errorf("%d bytes", w.Body.Len())
	}
	t.Logf("%d bytes", w.Body.Len())
}

// brokenStore fails.
type brokenStore struct {
	ticketing.Store
	err error
}

func (s *brokenStore) Count(context.Context, *ticketing.Query) (int, error)     { return 0, s.err }
func (s *brokenStore) Ticket(context.Context, int64) (*ticketing.Ticket, error) { return nil, s.err }

// A store that fails makes a page that says why, and leads back.
func TestStoreErrors(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		text   string
	}{
		{ticketing.ErrLocked, 503, "locked by another program"},
		{ticketing.ErrDamaged, 500, "damaged"},
		{ticketing.ErrNewer, 500, "newer version"},
		{ticketing.ErrMissing, 500, "does not have the tables"},
		{ticketing.ErrDenied, 500, "may not read or write"},
		{ticketing.ErrFull, 507, "disk"},
		{logbook.ErrClosed, 503, "stopped"},
		{context.DeadlineExceeded, 504, "too long"},
		{errors.New("<b>odd</b>"), 500, "&lt;b&gt;odd"},
	} {
		h := newHandler(t, &brokenStore{newStore(t), fmt.Errorf("tickets.db: %w", tt.err)}, &web.Options{LocalUser: "anna", Logger: silent()})
		for _, path := range []string{"/", "/tickets/1"} {
			want(t, get(t, h, path), tt.status, tt.text, `href="/"`)
		}
	}
}

func TestHeaders(t *testing.T) {
	h := newHandler(t, newStore(t), nil)
	for _, path := range []string{"/", "/nothing", "/keys"} {
		header := get(t, h, path).Header()
		policy := header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") ||
			header.Get("X-Content-Type-Options") != "nosniff" || header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: %v", path, header)
		}
	}
}

// Under a path, all addresses begin with it.
func TestPath(t *testing.T) {
	store := newStore(t)
	record(t, store, 0, logbook.RecordData{Message: "m", Level: logbook.LevelError})
	h := newHandler(t, store, &web.Options{Path: "/logs/", LocalUser: "anna"})
	for _, path := range []string{"/logs/", "/logs/tickets/1", "/logs/keys"} {
		w := get(t, h, path)
		want(t, w, 200)
		for _, m := range regexp.MustCompile(`(?:href|src|action)="([^"#]*)"`).FindAllStringSubmatch(w.Body.String(), -1) {
			if !strings.HasPrefix(m[1], "/logs/") {
				t.Errorf("%s: %s", path, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`(?:href|src)="(/logs/assets/[^"]*)"`).FindAllStringSubmatch(w.Body.String(), -1) {
			want(t, get(t, h, m[1]), 200)
		}
	}
	if w := get(t, h, "/logs"); w.Code != 301 || w.Header().Get("Location") != "/logs/" {
		t.Error(w.Code, w.Header())
	}
	want(t, get(t, h, "/tickets/1"), 404)
	for _, path := range []string{"logs", "/a{b}", "/a b"} {
		if _, err := web.NewHandler(store, &web.Options{Path: path}); err == nil {
			t.Errorf("%q", path)
		}
	}
}

func post(t testing.TB, h http.Handler, path string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "http://localhost"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Theme and zone are cookies, and the reader returns to a page of this handler.
func TestDisplay(t *testing.T) {
	h := newHandler(t, newStore(t), nil)
	w := post(t, h, "/display", url.Values{"theme": {"dark"}, "zone": {"Asia/Tokyo"}, "back": {"/?q=x&done=solved.1"}})
	if got := w.Header().Get("Location"); w.Code != 303 || got != "/?q=x" {
		t.Errorf("%d %s", w.Code, got)
	}
	page := get(t, h, "/", func(r *http.Request) {
		for _, c := range w.Result().Cookies() {
			r.AddCookie(c)
		}
	})
	want(t, page, 200, `data-theme="dark"`, "dark · Asia/Tokyo")
	want(t, post(t, h, "/display", url.Values{"zone": {"../../etc/passwd"}}), 400, "not known")
	for _, back := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", "", "\x00", "/%2fevil.example\r\n"} {
		w := post(t, h, "/display", url.Values{"theme": {"dark"}, "back": {back}})
		if got := w.Header().Get("Location"); got != "/" {
			t.Errorf("%q: %s", back, got)
		}
	}
}
