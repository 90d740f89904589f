//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// serveWeb starts the page, and returns its address.
func serveWeb(t *testing.T, args ...string) (r *running, page string) {
	t.Helper()
	stderr, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r = startCommand(t, command(t, append([]string{"web", "--addr", "127.0.0.1:0"}, args...)...), w)
	w.Close()
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if m := regexp.MustCompile(`serving (\S+/)`).FindStringSubmatch(lines.Text()); m != nil {
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			return r, m[1]
		}
		t.Log(lines.Text())
	}
	t.Fatal("it does not serve")
	return nil, ""
}

func fetch(t *testing.T, url string, change ...func(*http.Request)) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(r)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.StatusCode, string(text)
}

// What is collected is on the page of the same program.
func TestWebCollects(t *testing.T) {
	db := "sqlite:" + filepath.Join(t.TempDir(), "tickets.db")
	source := freePort(t)
	r, page := serveWeb(t, "--db", db, "--collect", "tcp://"+source+"?accept=json")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", page+"live", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	sendLine(t, source, `{"level":"error","channel":"app","msg":"boom"}`+"\n"+`{"level":"info","channel":"app","msg":"fine"}`)
	lines := bufio.NewScanner(stream.Body)
	for lines.Scan() {
		if lines.Text() == "event: change" {
			if _, body := fetch(t, page); strings.Contains(body, ">boom</a>") {
				if strings.Contains(body, ">fine</a>") {
					t.Error("a ticket of a record at level info")
				}
				break
			}
		}
	}
	if status, _ := fetch(t, page+"tickets/1"); status != 200 {
		t.Error(status)
	}
	if err := r.signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	stream.Body.Close() // it does not hold up the end, and is closed for the test of leaks
	if code := exitOf(t, r.wait()); code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// Once there are users, they log in, and tokens work.
func TestWebAccounts(t *testing.T) {
	db := "sqlite:" + filepath.Join(t.TempDir(), "tickets.db")
	run := func(want int, args ...string) string {
		t.Helper()
		out, stderr, code := runHere(append([]string{"web"}, append(args, "--db", db)...)...)
		if code != want {
			t.Fatalf("%q: %d, %q", args, code, stderr)
		}
		return strings.TrimSpace(out)
	}
	r, page := serveWeb(t, "--db", db)
	if status, _ := fetch(t, page); status != 200 {
		t.Error("a login without users:", status)
	}
	r.signal(os.Interrupt)
	if code := exitOf(t, r.wait()); code != exitOK {
		t.Errorf("exit code %d", code)
	}

	password := run(exitOK, "user", "set", "anna", "--role", "editor")
	if len(password) < 20 {
		t.Errorf("password %q", password)
	}
	token := run(exitOK, "token", "add", "ci")
	if got := run(exitOK, "user", "list"); got != "anna  editor" {
		t.Error(got)
	}
	run(exitUsage, "token", "add", "ci")
	run(exitUsage, "user", "set", "a b")
	run(exitUsage, "user", "delete", "bea")
	run(exitUsage, "user", "set", "bea", "--role", "root")
	run(exitUsage, "user", "explode")
	run(exitUsage, "--addr", "nonsense")
	run(exitUsage, "--addr", "0.0.0.0:0")
	run(exitUsage, "--addr", "127.0.0.1:0", "--tls-cert", "missing.pem")
	run(exitUsage, "--addr", "127.0.0.1:0", "--path", "{x}")
	run(exitUsage, "--addr", "127.0.0.1:0", "--collect", "odd:")
	run(exitUsage, "--addr", "127.0.0.1:0", "--alert", "odd:")
	run(exitUsage, "--addr", "127.0.0.1:0", "--tracker-solve")
	run(exitUsage, "--addr", "127.0.0.1:0", "--tracker", "github")
	run(exitUsage, "--addr", "127.0.0.1:0", "--tracker", "odd=https://tracker.example")
	run(exitUsage, "--addr", "127.0.0.1:0", "--tracker", "github=https://github.com/a/b", "--tracker-token-file", "missing")

	r, page = serveWeb(t, "--db", db)
	if status, _ := fetch(t, page); status != http.StatusSeeOther {
		t.Error("no login:", status)
	}
	status, body := fetch(t, page+"api/tickets", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
	if status != 200 || body != `{"tickets":[]}`+"\n" {
		t.Error(status, body)
	}
	run(exitOK, "token", "delete", "ci")
	if status, _ := fetch(t, page+"api/tickets", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }); status != 401 {
		t.Error(status)
	}
	r.signal(os.Interrupt)
	if code := exitOf(t, r.wait()); code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

func TestWithLevel(t *testing.T) {
	for uri, want := range map[string]string{
		"sqlite:a.db": "sqlite:a.db?level=warning", "sqlite:a.db?level=error": "sqlite:a.db?level=error", "sqlite:a.db?x=1&level=info": "sqlite:a.db?x=1&level=info", "sqlite:a.db?keep=3": "sqlite:a.db?keep=3&level=warning",
	} {
		if got := withLevel(uri); got != want {
			t.Errorf("%s: %s", uri, got)
		}
	}
}

// A new ticket makes an alert with its address, and the button of its page makes an issue.
func TestWebFollows(t *testing.T) {
	dir := t.TempDir()
	db := "sqlite:" + filepath.Join(dir, "tickets.db")
	tracker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			t.Errorf("%v", r.Header)
		}
		_, _ = io.WriteString(w, `{"link": "https://tracker.example/7"}`)
	}))
	defer tracker.Close()
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	source := freePort(t)
	r, page := serveWeb(t, "--db", db, "--collect", "tcp://"+source+"?accept=json", "--public", "https://tickets.example/", "--alert", "json:",
		"--tracker", "webhook="+tracker.URL, "--tracker-token-file", token, "--tracker-local", "--tracker-solve")
	alerted := make(chan bool)
	go func() { // what is recorded before the first look at the store makes no alert
		for i := 0; ; i++ {
			sendLine(t, source, fmt.Sprintf(`{"level":"error","channel":"app%d","msg":"boom"}`, i))
			select {
			case <-alerted:
				close(alerted)
				return
			case <-time.After(time.Second):
			}
		}
	}()
	if got := r.next(t); !strings.Contains(got, "boom") || !strings.Contains(got, "https://tickets.example/tickets/") {
		t.Error(got)
	}
	alerted <- true
	<-alerted
	request, err := http.NewRequestWithContext(t.Context(), "POST", page+"actions", strings.NewReader("action=issue&id=1"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if _, body := fetch(t, page+"tickets/1"); !strings.Contains(body, "https://tracker.example/7") {
		t.Error("no link to the issue:", answer.Status, body)
	}
	r.signal(os.Interrupt)
	if code := exitOf(t, r.wait()); code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// sendLine sends lines to a source.
func sendLine(t *testing.T, address, lines string) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, lines+"\n"); err != nil {
		t.Error(err)
	}
}
