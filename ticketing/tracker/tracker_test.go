package tracker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

const token = "t0p-s3cret-token"

var at = time.Date(2026, 2, 28, 13, 30, 0, 123456000, time.UTC)

var ticket = &ticketing.Ticket{
	ID: 7, Fingerprint: ticketing.Hash("x"), AppID: "lab", Level: logbook.LevelError, Channel: "app.web", Location: "/src/main.go:37",
	Title: "no host \"<b>\" @anna\x1b[31m", Count: 9, FirstSeen: at, LastSeen: at.Add(time.Hour), LastRelease: "1.2",
}

// server answers each request by a function, and returns the requests as texts.
func server(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) (address string, requests func() []string) {
	t.Helper()
	got := make(chan string, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var lines []string
		for name, values := range r.Header {
			if name != "Accept-Encoding" && name != "Content-Length" && name != "Connection" {
				lines = append(lines, name+": "+strings.Join(values, ", "))
			}
		}
		slices.Sort(lines)
		got <- r.Method + " " + r.RequestURI + "\n" + strings.Join(lines, "\n") + "\n\n" + string(body)
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, func() (all []string) {
		for len(got) > 0 {
			all = append(all, <-got)
		}
		return all
	}
}

func local(o Options) *Options {
	o.AllowLocal, o.AllowPlaintext = true, true
	return &o
}

func newTracker(t *testing.T, kind Kind, address string, o *Options) *Tracker {
	t.Helper()
	k, err := New(kind, address, o)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const common = `Title:      no host "<b>" @anna [31m
Level:      ERROR
App:        lab
Channel:    app.web
Location:   /src/main.go:37
Seen:       9 times
First seen: 2026-02-28 13:30:00 UTC
Last seen:  2026-02-28 14:30:00 UTC
Release:    1.2`

// jsonText returns the text of an issue as JSON without the quotes.
func jsonText(s string) string { return strings.NewReplacer(`"`, `\"`, "\n", `\n`).Replace(s) }

const title = `no host \"<b>\" @anna [31m`

// The requests for each kind of tracker, to the byte.
func TestKinds(t *testing.T) {
	const agent = "User-Agent: logbook-go\n\n"
	code := jsonText("    " + strings.ReplaceAll(common, "\n", "\n    ") + "\n\nhttps://tickets.example.com/t/7")
	page := "\\n\\nhttps://tickets.example.com/t/7"
	for _, c := range []struct {
		kind         Kind
		path         string
		options      Options
		create       string // the request
		created      string // the answer
		link         string
		state        string
		open, closed string
	}{
		{
			kind: Redmine, path: "/sub/projects/lab", options: Options{Token: token},
			create: "POST /sub/issues.json\nAccept: application/json\nContent-Type: application/json\n" + "User-Agent: logbook-go\nX-Redmine-Api-Key: " + token + "\n\n" +
				`{"issue":{"project_id":"lab","subject":"` + title + `","description":"<pre>\n` + jsonText(common) + `\n</pre>` + page + `"}}`,
			created: `{"issue":{"id":12,"subject":"x"}}`, link: "/sub/issues/12",
			state: "GET /sub/issues/12.json\nAccept: application/json\nUser-Agent: logbook-go\nX-Redmine-Api-Key: " + token + "\n\n",
			open:  `{"issue":{"id":12,"closed_on":"2026-01-01T00:00:00Z","status":{"id":1,"is_closed":false}}}`, closed: `{"issue":{"id":12,"closed_on":"2026-01-01T00:00:00Z","status":{"id":5}}}`,
		},
		{
			kind: Trac, path: "/lab", options: Options{User: "bot", Token: token},
			create: "POST /lab/login/rpc\nAccept: application/json\nAuthorization: Basic Ym90OnQwcC1zM2NyZXQtdG9rZW4=\nContent-Type: application/json\n" + agent +
				`{"method":"ticket.create","params":["` + title + `","{{{\n` + jsonText(common) + `\n}}}` + page + `",{},true]}`,
			created: `{"error": null, "result": 12, "id": null}`, link: "/lab/ticket/12",
			state: "POST /lab/login/rpc\nAccept: application/json\nAuthorization: Basic Ym90OnQwcC1zM2NyZXQtdG9rZW4=\nContent-Type: application/json\n" + agent + `{"method":"ticket.get","params":[12]}`,
			open:  `{"error": null, "result": [12, {"__jsonclass__": ["datetime", "x"]}, {}, {"status": "new"}], "id": null}`, closed: `{"error": null, "result": [12, {}, {}, {"status": "closed"}], "id": null}`,
		},
		{
			kind: GitHub, path: "/lab/app", options: Options{Token: token},
			create: "POST /api/v3/repos/lab/app/issues\nAccept: application/vnd.github+json\nAuthorization: Bearer " + token + "\nContent-Type: application/json\nUser-Agent: logbook-go\nX-Github-Api-Version: 2022-11-28\n\n" +
				`{"title":"` + title + `","body":"` + code + `"}`,
			created: `{"number":12,"html_url":"http://evil.example.com/12"}`, link: "/lab/app/issues/12",
			state: "GET /api/v3/repos/lab/app/issues/12\nAccept: application/vnd.github+json\nAuthorization: Bearer " + token + "\nUser-Agent: logbook-go\nX-Github-Api-Version: 2022-11-28\n\n",
			open:  `{"state":"open"}`, closed: `{"state":"closed"}`,
		},
		{
			kind: GitLab, path: "/lab/team/app", options: Options{Token: token},
			create: "POST /api/v4/projects/lab%2Fteam%2Fapp/issues\nAccept: application/json\nContent-Type: application/json\nPrivate-Token: " + token + "\n" + agent +
				`{"title":"` + title + `","description":"` + code + `"}`,
			created: `{"id":99,"iid":12}`, link: "/lab/team/app/-/issues/12",
			state: "GET /api/v4/projects/lab%2Fteam%2Fapp/issues/12\nAccept: application/json\nPrivate-Token: " + token + "\n" + agent,
			open:  `{"state":"opened"}`, closed: `{"state":"closed"}`,
		},
		{
			kind: Jira, path: "/sub/browse/LAB", options: Options{Token: token, IssueType: "Task"},
			create: "POST /sub/rest/api/2/issue\nAccept: application/json\nAuthorization: Bearer " + token + "\nContent-Type: application/json\n" + agent +
				`{"fields":{"project":{"key":"LAB"},"summary":"` + title + `","description":"{noformat}\n` + jsonText(common) + `\n{noformat}` + page + `","issuetype":{"name":"Task"}}}`,
			created: `{"id":"10000","key":"LAB-12","self":"http://evil.example.com"}`, link: "/sub/browse/LAB-12",
			state: "GET /sub/rest/api/2/issue/LAB-12?fields=status\nAccept: application/json\nAuthorization: Bearer " + token + "\n" + agent,
			open:  `{"fields":{"status":{"statusCategory":{"key":"indeterminate"}}}}`, closed: `{"fields":{"status":{"statusCategory":{"key":"done"}}}}`,
		},
		{
			kind: Webhook, path: "/hook?key=" + token, options: Options{Token: token},
			create: "POST /hook?key=" + token + "\nAccept: application/json\nAuthorization: Bearer " + token + "\nContent-Type: application/json\n" + agent +
				`{"title":"` + title + `","text":"` + jsonText(common) + page + `","ticket":{"id":7,"fingerprint":"` + string(ticketing.Hash("x")) +
				`","app":"lab","level":"ERROR","channel":"app.web","location":"/src/main.go:37","count":9,"first_seen":"2026-02-28T13:30:00.123456Z","last_seen":"2026-02-28T14:30:00.123456Z"}}`,
			created: `{"link":"https://issues.example.com/12"}`,
		},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			answer := c.created
			base, requests := server(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) })
			c.options.Page = "https://tickets.example.com/t/"
			k := newTracker(t, c.kind, base+c.path, local(c.options))
			link, err := k.Create(t.Context(), ticket)
			want := base + c.link
			if c.link == "" {
				want = "https://issues.example.com/12"
			}
			if err != nil || link != want {
				t.Fatalf("%s, %v; want %s", link, err, want)
			}
			if got := requests(); len(got) != 1 || got[0] != c.create {
				t.Errorf("got  %q\nwant %q", got, c.create)
			}
			if c.kind == Webhook {
				if _, err := k.State(t.Context(), link); !errors.Is(err, errors.ErrUnsupported) || len(requests()) != 0 {
					t.Error(err)
				}
				return
			}
			for text, want := range map[string]bool{c.open: false, c.closed: true} {
				answer = text
				closed, err := k.State(t.Context(), link)
				if err != nil || closed != want {
					t.Errorf("%s: %v, %v", text, closed, err)
				}
				if got := requests(); len(got) != 1 || got[0] != c.state {
					t.Errorf("got  %q\nwant %q", got, c.state)
				}
			}
			for _, other := range []string{"http://127.0.0.1:1/12", strings.TrimSuffix(link, "12") + "../../x", strings.TrimSuffix(link, "12"), link + "?x", ""} {
				if _, err := k.State(t.Context(), other); !errors.Is(err, errors.ErrUnsupported) {
					t.Errorf("%s: %v", other, err)
				}
			}
			if got := requests(); len(got) != 0 {
				t.Errorf("requests for issues of others: %q", got)
			}
			for _, answer = range []string{"<html>", "{}", "null", `{"result":null,"error":{"message":"no ` + token + `"}}`} {
				var e *Error
				if _, err := k.Create(t.Context(), ticket); !errors.As(err, &e) || strings.Contains(err.Error(), token) {
					t.Errorf("%s: %v", answer, err)
				}
			}
		})
	}
}

func TestGitHubItself(t *testing.T) {
	s, err := newService(GitHub, &url.URL{Scheme: "https", Host: "github.com", Path: "/lab/app"}, new(Options))
	if err != nil || s.create(ticket, "", "").url != "https://api.github.com/repos/lab/app/issues" {
		t.Errorf("%+v, %v", s, err)
	}
}

// Nothing in a text ends the block that it stands in.
func TestQuote(t *testing.T) {
	hostile := "a\n</pre>\n}}}\n{noformat}\n```\n@anna"
	for s, want := range map[service]string{
		&redmine{}: "<pre>\na\n< /pre>\n}}}\n{noformat}\n```\n@anna\n</pre>",
		&trac{}:    "{{{\na\n</pre>\n} } }\n{noformat}\n```\n@anna\n}}}",
		&jira{}:    "{noformat}\na\n</pre>\n}}}\n{ noformat}\n```\n@anna\n{noformat}",
		&github{}:  "    a\n    </pre>\n    }}}\n    {noformat}\n    ```\n    @anna",
		&gitlab{}:  "    a\n    </pre>\n    }}}\n    {noformat}\n    ```\n    @anna",
	} {
		if got := s.quote(hostile); got != want {
			t.Errorf("%T: %q", s, got)
		}
	}
}

func TestInvalid(t *testing.T) {
	for address, kind := range map[string]Kind{
		"":                                       GitHub,
		"github.com/lab/app":                     GitHub,
		"ftp://github.com/lab/app":               GitHub,
		"http://github.com/lab/app":              GitHub,
		"https://github.com/lab":                 GitHub,
		"https://github.com/x/lab/app":           GitHub,
		"https://github.com/lab/app?x=" + token:  GitHub,
		"https://u:" + token + "@github.com/lab": GitHub,
		"https://redmine.example.com/lab":        Redmine,
		"https://redmine.example.com/projects":   Redmine,
		"https://gitlab.example.com/app":         GitLab,
		"https://gitlab.example.com/../app":      GitLab,
		"https://jira.example.com/LAB":           Jira,
		"https://example.com/" + token:           "bugzilla",
		"https://%zz/" + token:                   Webhook,
	} {
		var option *logbook.OptionError
		if _, err := New(kind, address, nil); !errors.As(err, &option) || strings.Contains(err.Error(), token) {
			t.Errorf("%s: %v", address, err)
		}
	}
	for name, o := range map[string]*Options{
		"Token": {Token: "a\nb"}, "Page": {Page: "tickets"}, "Timeout": {Timeout: -1},
	} {
		var option *logbook.OptionError
		if _, err := New(GitHub, "https://github.com/lab/app", o); !errors.As(err, &option) || option.Option != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Without AllowLocal, no connection is made to this machine, by number or by name.
func TestLocal(t *testing.T) {
	base, requests := server(t, func(http.ResponseWriter, *http.Request) {})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		k := newTracker(t, GitHub, "http://"+net.JoinHostPort(strings.Trim(host, "[]"), port)+"/lab/app", &Options{AllowPlaintext: true})
		if _, err := k.Create(t.Context(), ticket); err == nil || !strings.Contains(err.Error(), "not an address of the public internet") {
			t.Errorf("%s: %v", host, err)
		}
	}
	if got := requests(); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestRedirect(t *testing.T) {
	private, requests := server(t, func(http.ResponseWriter, *http.Request) {})
	for status := 301; status <= 308; status++ {
		base, _ := server(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, private+"/latest/meta-data", status) })
		k := newTracker(t, GitHub, base+"/lab/app", local(Options{Token: token}))
		for range 2 { // no pause
			_, err := k.Create(t.Context(), ticket)
			var e *Error
			if !errors.As(err, &e) || e.Status != status || !e.Retry.IsZero() || !strings.Contains(err.Error(), "a redirect that is not followed") {
				t.Errorf("%d: %v", status, err)
			}
		}
		if _, err := k.State(t.Context(), base+"/lab/app/issues/1"); err == nil {
			t.Errorf("%d: no error", status)
		}
	}
	if got := requests(); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		status     int
		retryAfter string
		pause      bool
	}{{400, "", false}, {401, "", false}, {403, "", false}, {404, "", false}, {422, "", false}, {429, "120", true}, {500, "", true}, {503, "120", true}} {
		base, requests := server(t, func(w http.ResponseWriter, r *http.Request) {
			if tt.retryAfter != "" {
				w.Header().Set("Retry-After", tt.retryAfter)
			}
			w.WriteHeader(tt.status)
			fmt.Fprintf(w, "<p>bad\x1b credentials %s %s</p>", token, strings.Repeat("x", 2*maxAnswer))
		})
		k := newTracker(t, Redmine, base+"/projects/lab", local(Options{Token: token}))
		before := time.Now()
		_, err := k.Create(t.Context(), ticket)
		var e *Error
		if !errors.As(err, &e) || e.Status != tt.status || e.Kind != Redmine || e.Host != base {
			t.Fatalf("%d: %v", tt.status, err)
		}
		if text := err.Error(); strings.Contains(text, token) || strings.ContainsAny(text, "\x1b\n") || !strings.Contains(text, "bad credentials [redacted]") || len(text) > 700 {
			t.Errorf("%d: %v", tt.status, err)
		}
		if e.Retry.IsZero() == tt.pause || tt.retryAfter != "" && e.Retry.Before(before.Add(2*time.Minute)) {
			t.Errorf("%d: again at %v", tt.status, e.Retry)
		}
		_, again := k.Create(t.Context(), ticket)
		if want := map[bool]int{true: 1, false: 2}[tt.pause]; len(requests()) != want || again == nil {
			t.Errorf("%d: a second request: %v", tt.status, again)
		}
	}
}

func TestHangs(t *testing.T) {
	release := make(chan struct{})
	base, _ := server(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	k := newTracker(t, GitHub, base+"/lab/app", local(Options{Timeout: 50 * time.Millisecond}))
	var e *Error
	if _, err := k.Create(t.Context(), ticket); !errors.As(err, &e) || e.Status != 0 || e.Retry.IsZero() {
		t.Error(err)
	}
	k = newTracker(t, GitHub, base+"/lab/app", local(Options{}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := k.Create(ctx, ticket); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestGone(t *testing.T) {
	base, _ := server(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	k := newTracker(t, Webhook, base+"/hook/"+token, local(Options{}))
	if _, err := k.Create(t.Context(), ticket); err == nil || strings.Contains(err.Error(), token) {
		t.Error(err)
	}
}
