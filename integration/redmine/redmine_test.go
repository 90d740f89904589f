package redmine

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/follow"
	"github.com/logbook-go/logbook/ticketing/tracker"
)

const home = "/usr/share/redmine"

// serve makes a Redmine with the project "lab" in a temporary folder, and starts it.
func serve(t *testing.T) (address, key string) {
	t.Helper()
	if _, err := os.Stat(home); err != nil {
		t.Fatalf("%v; run scripts/deps.sh redmine redmine-sqlite ruby-webrick", err)
	}
	dir := t.TempDir()
	for _, folder := range []string{"config", "log", "tmp", "files", "public/plugin_assets"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"database.yml":   "production:\n  adapter: sqlite3\n  database: " + dir + "/redmine.db\n",
		"secret_key.txt": rand.Text() + rand.Text(),
	} {
		if err := os.WriteFile(filepath.Join(dir, "config", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	testdata, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), "ruby", args...)
		c.Dir = home
		// An instance is a folder, relative to that of all instances.
		c.Env = append(os.Environ(), "RAILS_ENV=production", "SCHEMA="+dir+"/schema.rb", "REDMINE_INSTANCE="+strings.Repeat("../", 8)+dir)
		return c
	}
	if out, err := command("bin/rake", "db:migrate").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := command("bin/rails", "runner", testdata+"/setup.rb").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	key = after(t, string(out), "KEY ")
	server := command(testdata + "/serve.rb")
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill() // it may have ended
		_ = server.Wait()         // it was killed
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return "http://127.0.0.1:" + after(t, line, "PORT "), key
}

func after(t *testing.T, text, mark string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, mark)
	if !found {
		t.Fatalf("no %q in %q", mark, text)
	}
	rest, _, _ = strings.Cut(rest, "\n")
	return rest
}

// call sends a request to Redmine, and reads the answer.
func call(t *testing.T, method, url, key, body string, to any) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("X-Redmine-API-Key", key)
	q.Header.Set("Content-Type", "application/json")
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode >= 300 {
		t.Fatalf("%s: %s %v", answer, a.Status, err)
	}
	if to != nil {
		if err := json.Unmarshal(answer, to); err != nil {
			t.Fatalf("%s: %v", answer, err)
		}
	}
}

// A follower creates an issue for a ticket, and its state is read back.
func TestRedmine(t *testing.T) {
	address, key := serve(t)
	open := func(path, key string) *tracker.Tracker {
		t.Helper()
		k, err := tracker.New(tracker.Redmine, address+path, &tracker.Options{
			Token: key, Page: "https://tickets.example.com", AllowLocal: true, AllowPlaintext: true, Timeout: time.Minute,
		})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	issues := open("/projects/lab", key)
	store, err := ticketing.NewMemory(nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := follow.New(store, &follow.Options{
		Tracker: issues, Create: []ticketing.EventKind{ticketing.EventCreated}, Report: func(err error) { t.Error(err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := store.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	link := ""
	for n := 0; link == ""; n++ {
		err := store.Record(t.Context(), []*ticketing.Entry{{ // until the follower has begun
			Fingerprint: ticketing.Hash("test", fmt.Sprint(n)), AppID: "lab", Level: logbook.LevelError, Title: `no host "<b>Größe</b>" {{include(x)}}`,
			Location: "/src/main.go:37", Time: time.Now(), Data: []byte("{}"),
		}})
		if err != nil {
			t.Fatal(err)
		}
		wait := time.After(10 * time.Second)
	waiting:
		for link == "" {
			select {
			case <-changed:
			case <-wait:
				break waiting
			}
			list, err := store.Tickets(t.Context(), &ticketing.Query{Linked: true})
			if err != nil {
				t.Fatal(err)
			}
			if len(list) > 0 {
				link = list[0].Link
			}
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	var answer struct {
		Issue struct {
			Subject, Description string
			Project              struct{ Name string }
		}
	}
	call(t, "GET", link+".json", key, "", &answer)
	description := strings.ReplaceAll(answer.Issue.Description, "\r\n", "\n")
	if answer.Issue.Subject != `no host "<b>Größe</b>" {{include(x)}}` || answer.Issue.Project.Name != "Lab" ||
		!strings.HasPrefix(description, "<pre>\nTitle:      no host \"<b>Größe< /b>\" {{include(x)}}\nLevel:      ERROR\n") ||
		!strings.Contains(description, "\n</pre>\n\nhttps://tickets.example.com/") {
		t.Errorf("%+v", answer)
	}
	for status, want := range map[int]bool{5: true, 1: false} { // Closed, New
		call(t, "PUT", link+".json", key, fmt.Sprintf(`{"issue":{"status_id":%d}}`, status), nil)
		if closed, err := issues.State(t.Context(), link); closed != want || err != nil {
			t.Errorf("status %d: closed %v, %v", status, closed, err)
		}
	}

	const wrong = "0123456789012345678901234567890123456789"
	for name, c := range map[string]struct {
		tracker *tracker.Tracker
		status  int
	}{
		"wrong key": {open("/projects/lab", wrong), http.StatusUnauthorized}, "unknown project": {open("/projects/none", key), http.StatusNotFound},
	} {
		_, err := c.tracker.Create(t.Context(), &ticketing.Ticket{ID: 1, Title: "x"})
		var e *tracker.Error
		if !errors.As(err, &e) || e.Status != c.status && e.Status != http.StatusUnprocessableEntity || strings.Contains(err.Error(), key) || strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
