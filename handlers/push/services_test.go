package push_test

import (
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/logbook"
)

func TestSlack(t *testing.T) {
	for _, c := range []struct {
		name string
		o    *push.SlackOptions
		r    *logbook.Record
		want string
	}{
		{"default", nil, record(logbook.LevelInfo, "Hello, World!"),
			`{"text":"app.web: Info\nHello, World!","mrkdwn":false}`},
		{"escapes", nil, record(logbook.LevelInfo, `<!channel> a && b "c" <https://x|y>`),
			`{"text":"app.web: Info\n&lt;!channel&gt; a &amp;&amp; b \"c\" &lt;https://x|y&gt;","mrkdwn":false}`},
		{"emoji", &push.SlackOptions{Emoji: true}, record(logbook.LevelSuccess, "measured"),
			`{"text":"✅ app.web: Success\nmeasured","mrkdwn":false}`},
		{"title", &push.SlackOptions{Title: logbook.MustFormat("My <App>")}, record(logbook.LevelInfo, "m"),
			`{"text":"My &lt;App&gt;\nm","mrkdwn":false}`},
		{"no title", &push.SlackOptions{Title: logbook.MustFormat("")}, record(logbook.LevelInfo, "m"),
			`{"text":"m","mrkdwn":false}`},
		{"nothing to say", &push.SlackOptions{Title: logbook.MustFormat("")}, record(logbook.LevelInfo, ""),
			`{"text":"INFO","mrkdwn":false}`},
		{"color", &push.SlackOptions{Color: true, Channel: "#lab", Username: "daq"}, record(logbook.LevelError, "a<b"),
			`{"channel":"#lab","username":"daq","mrkdwn":false,"attachments":[{"fallback":"app.web: Error","color":"#c0392b","title":"app.web: Error","text":"a&lt;b","mrkdwn_in":[]}]}`},
		{"color without title", &push.SlackOptions{Color: true, Title: logbook.MustFormat("")}, record(logbook.LevelWarn, "m"),
			`{"mrkdwn":false,"attachments":[{"fallback":"m","color":"#e6a700","text":"m","mrkdwn_in":[]}]}`},
		{"cut", &push.SlackOptions{MaxText: 100, Title: logbook.MustFormat("")}, record(logbook.LevelInfo, strings.Repeat("<abc> ", 20)),
			`{"text":"` + strings.Repeat("&lt;abc&gt; ", 7) + `&lt;abc&gt;...","mrkdwn":false}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t)
			handle(t, must(t)(push.NewSlack(s.URL+"/services/T/B/x", c.o)), c.r)
			got := s.take()
			if len(got) != 1 || got[0].body != c.want {
				t.Fatalf("got  %+v\nwant %s", got, c.want)
			}
			if kind := got[0].header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
				t.Errorf("content type %s", kind)
			}
		})
	}
}

// The requests are those of Logbook 1.5.3, byte by byte, and so are the limits of texts.
func TestPushoverAsLogbook(t *testing.T) {
	data, err := os.ReadFile("testdata/pushover.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string]string
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	fixed := func(n int) func(*logbook.Record) int { return func(*logbook.Record) int { return n } }
	for name, c := range map[string]struct {
		o *push.PushoverOptions
		r *logbook.Record
	}{
		"pushover": {&push.PushoverOptions{Title: logbook.MustFormat("My App")}, record(logbook.LevelInfo, "Hello, World!")},
		"pushover_full": {&push.PushoverOptions{
			Title: logbook.MustFormat(strings.Repeat("T", 300)), Priority: fixed(1), Device: "phone", Sound: "siren",
		}, record(logbook.LevelInfo, strings.Repeat("é", 2000))},
		"pushover_bad_priority": {&push.PushoverOptions{Priority: fixed(7)}, record(logbook.LevelInfo, "Hello, World!")},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t)
			c.o.URL = s.URL + "/1/messages.json"
			handle(t, must(t)(push.NewPushover("KEY", "USER", c.o)), c.r)
			got := s.take()
			if len(got) != 1 || got[0].body != golden[name] || golden[name] == "" {
				t.Fatalf("got  %+v\nwant %s", got, golden[name])
			}
			if kind := got[0].header.Get("Content-Type"); kind != "application/x-www-form-urlencoded" {
				t.Errorf("content type %s", kind)
			}
			if got[0].path != "/1/messages.json" {
				t.Errorf("path %s", got[0].path)
			}
		})
	}
}

func TestPushover(t *testing.T) {
	for _, c := range []struct {
		name string
		o    push.PushoverOptions
		r    *logbook.Record
		want string
	}{
		{"priority of an error", push.PushoverOptions{}, record(logbook.LevelError, "m"), "message=m&priority=1"},
		{"no text", push.PushoverOptions{}, record(logbook.LevelError, ""), "message=ERROR&priority=1"},
		{"title of the record", push.PushoverOptions{Title: logbook.MustFormat("{record.channel}")}, record(logbook.LevelInfo, "m"),
			"message=m&priority=0&title=app.web"},
		{"expiry", push.PushoverOptions{Expiry: func(*logbook.Record) time.Duration { return time.Hour }}, record(logbook.LevelInfo, "m"),
			"message=m&priority=0&ttl=3600"},
		{"short expiry", push.PushoverOptions{Expiry: func(*logbook.Record) time.Duration { return 1 }}, record(logbook.LevelInfo, "m"),
			"message=m&priority=0&ttl=1"},
		{"no expiry", push.PushoverOptions{Expiry: func(*logbook.Record) time.Duration { return -1 }}, record(logbook.LevelInfo, "m"),
			"message=m&priority=0"},
		{"emergency", push.PushoverOptions{Priority: func(*logbook.Record) int { return 2 }, Sound: "s"}, record(logbook.LevelInfo, "m"),
			"message=m&priority=2&sound=s&retry=60&expire=1800"},
		{"longer text", push.PushoverOptions{MaxText: 1024}, record(logbook.LevelInfo, strings.Repeat("x", 1024)),
			"message=" + strings.Repeat("x", 1024) + "&priority=0"},
		{"cut at a word", push.PushoverOptions{MaxText: 100}, record(logbook.LevelInfo, strings.Repeat("word ", 30)),
			"message=" + strings.Repeat("word+", 18) + "word...&priority=0"},
		{"injection", push.PushoverOptions{}, record(logbook.LevelInfo, "a&user=b%26"), "message=a%26user%3Db%2526&priority=0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t)
			c.o.URL = s.URL
			handle(t, must(t)(push.NewPushover("KEY", "USER", &c.o)), c.r)
			want := "token=KEY&user=USER&" + c.want
			if got := s.bodies(); !slices.Equal(got, []string{want}) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestNtfy(t *testing.T) {
	for _, c := range []struct {
		name                  string
		o                     *push.NtfyOptions
		r                     *logbook.Record
		title, priority, tags string
		body                  string
	}{
		{"info", nil, record(logbook.LevelInfo, "Grüße & <b>\nzwei"), "app.web: Info", "3", "", "Grüße & <b>\nzwei"},
		{"debug", nil, record(logbook.LevelDebug, "m"), "app.web: Debug", "2", "", "m"},
		{"success", nil, record(logbook.LevelSuccess, "m"), "app.web: Success", "3", "white_check_mark", "m"},
		{"error", nil, record(logbook.LevelError, "m"), "app.web: Error", "4", "x", "m"},
		{"critical", nil, record(logbook.LevelCritical, "m"), "app.web: Critical", "5", "rotating_light", "m"},
		{"hooks", &push.NtfyOptions{
			Title:    logbook.FormatterFunc(func(*logbook.Record) string { return "Ä\r\nPriority: 5" }),
			Priority: func(*logbook.Record) int { return 1 },
			Tags:     func(*logbook.Record) []string { return []string{"lab", "a,b", "", "x\r\ny", "v1.2"} },
			Token:    "tk_123",
		}, record(logbook.LevelError, "m"), "=?utf-8?b?w4RcclxuUHJpb3JpdHk6IDU=?=", "1", "lab,v1.2", "m"},
		{"wrong priority", &push.NtfyOptions{Priority: func(*logbook.Record) int { return 9 }}, record(logbook.LevelError, "m"), "app.web: Error", "3", "x", "m"},
		{"cut", &push.NtfyOptions{MaxText: 100}, record(logbook.LevelInfo, strings.Repeat("ßß ", 40)), "app.web: Info", "3", "", strings.Repeat("ßß ", 18) + "ßß..."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t)
			handle(t, must(t)(push.NewNtfy(s.URL+"/topic", c.o)), c.r)
			got := s.take()
			if len(got) != 1 {
				t.Fatalf("got %+v", got)
			}
			q := got[0]
			if q.path != "/topic" || q.body != c.body || q.header.Get("Title") != c.title ||
				q.header.Get("Priority") != c.priority || q.header.Get("Tags") != c.tags {
				t.Errorf("got %+v", q)
			}
			if want := "Bearer tk_123"; c.o != nil && c.o.Token != "" && q.header.Get("Authorization") != want {
				t.Errorf("authorization %q", q.header.Get("Authorization"))
			}
		})
	}
}

// The address may have a user name and password.
func TestNtfyUser(t *testing.T) {
	s := startServer(t)
	u, err := url.Parse(s.URL + "/topic")
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("phil", "mypass")
	handle(t, must(t)(push.NewNtfy(u.String(), nil)), record(logbook.LevelInfo, "m"))
	if got := s.take()[0].header.Get("Authorization"); got != "Basic cGhpbDpteXBhc3M=" {
		t.Errorf("authorization %q", got)
	}
}

// An empty title is not sent, so that ntfy shows the topic.
func TestNtfyWithoutTitle(t *testing.T) {
	s := startServer(t)
	handle(t, must(t)(push.NewNtfy(s.URL+"/topic", &push.NtfyOptions{Title: logbook.MustFormat("")})), record(logbook.LevelInfo, "m"))
	if _, there := s.take()[0].header["Title"]; there {
		t.Error("there is a title")
	}
}
