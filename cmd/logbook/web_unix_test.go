//go:build unix

package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
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
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	source := l.Addr().String()
	l.Close()
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
	conn, err := net.Dial("tcp", source)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, `{"level":"error","channel":"app","msg":"boom"}`+"\n"+`{"level":"info","channel":"app","msg":"fine"}`+"\n"); err != nil {
		t.Fatal(err)
	}
	conn.Close()
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
