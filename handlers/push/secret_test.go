package push_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/logbook"
)

// marker is part of every secret. The special characters make its encodings differ.
const marker = `MARKER+s3cret/"&é=`

// hidden returns the forms in which the marker must not appear.
func hidden() []string {
	quoted, _ := json.Marshal(marker) // a string is valid JSON
	return []string{
		"MARKER", "s3cret", url.QueryEscape(marker), url.PathEscape(marker), string(quoted),
		base64.StdEncoding.EncodeToString([]byte("user:MARKERpassword")),
	}
}

// secretHandlers are handlers whose secrets all have the marker.
func secretHandlers(t *testing.T, base string, timeout time.Duration) map[string]*push.Handler {
	t.Helper()
	escaped := url.PathEscape(marker)
	host := strings.TrimPrefix(base, "http://")
	o := push.WebhookOptions{
		Secret:    marker + "hmac",
		Timeout:   timeout,
		Header:    http.Header{"Authorization": {"Bearer MARKERtoken"}, "X-Key": {"MARKERkey"}},
		Formatter: logbook.MustFormat("{record.message}"),
	}
	slack := must(t)(push.NewSlack(base+"/services/T0/"+escaped, &push.SlackOptions{Timeout: timeout}))
	return map[string]*push.Handler{
		"Slack": slack,
		"Pushover": must(t)(push.NewPushover("MARKERtoken", "MARKERuser", &push.PushoverOptions{
			URL: base + "/1/messages.json", Timeout: timeout,
		})),
		"ntfy":      must(t)(push.NewNtfy(base+"/"+escaped, &push.NtfyOptions{Token: "tk_MARKERtoken", Timeout: timeout})),
		"ntfy user": must(t)(push.NewNtfy("http://user:MARKERpassword@"+host+"/topic", &push.NtfyOptions{Timeout: timeout})),
		"webhook":   must(t)(push.NewWebhook(base+"/"+escaped+"?key="+url.QueryEscape(marker)+"#MARKERfragment", &o)),
	}
}

// echo returns everything that the service received, in several forms.
func echo(q *http.Request) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %q %v ", q.URL, q.URL.Path, q.URL.Path, q.URL.Query())
	for name, values := range q.Header {
		if name != push.SignatureHeader {
			fmt.Fprintf(&b, "%s: %s ", name, values)
		}
	}
	_ = q.ParseForm() // other bodies have no form
	j, _ := json.Marshal(map[string]any{"path": q.URL.Path, "form": q.Form, "uri": q.RequestURI})
	b.Write(j)
	return b.String()
}

// No error contains a secret, whatever the failure or the answer.
func TestNoSecretInErrors(t *testing.T) {
	raw := func(answer func(q *http.Request) string) func(net.Conn) {
		return func(c net.Conn) {
			q, err := http.ReadRequest(bufio.NewReader(c))
			if err == nil {
				fmt.Fprint(c, answer(q))
			}
		}
	}
	for name, behave := range map[string]func(net.Conn){
		"closes": func(net.Conn) {},
		"hangs": func(c net.Conn) {
			_, _ = io.Copy(io.Discard, c) // until the client closes it
		},
		"no HTTP":  raw(func(q *http.Request) string { return echo(q) + "\r\n\r\n" }),
		"bad code": raw(func(q *http.Request) string { return "HTTP/1.1 " + q.RequestURI + "\r\n\r\n" }),
		"bad header": raw(func(q *http.Request) string {
			return "HTTP/1.1 200 OK\r\nX " + strings.ReplaceAll(echo(q), ":", "") + "\r\n\r\n"
		}),
		"bad length": raw(func(q *http.Request) string { return "HTTP/1.1 200 OK\r\nContent-Length: " + q.RequestURI + "\r\n\r\n" }),
		"bad location": raw(func(q *http.Request) string {
			return "HTTP/1.1 307 R\r\nContent-Length: 0\r\nLocation: http://%zz" + q.RequestURI + "\r\n\r\n"
		}),
		"other host": raw(func(q *http.Request) string {
			return "HTTP/1.1 307 R\r\nContent-Length: 0\r\nLocation: http://example.invalid" + q.RequestURI + "\r\n\r\n"
		}),
		"refuses": raw(func(q *http.Request) string { return "HTTP/1.1 403 F\r\nConnection: close\r\n\r\n" + echo(q) }),
		"limits":  raw(func(q *http.Request) string { return "HTTP/1.1 429 F\r\nConnection: close\r\n\r\n" + echo(q) }),
		"much": raw(func(q *http.Request) string {
			return "HTTP/1.1 403 F\r\nConnection: close\r\n\r\n" + strings.Repeat(" ", 1<<16-len(q.RequestURI)/2) + q.RequestURI
		}),
	} {
		t.Run(name, func(t *testing.T) {
			base := listen(t, behave)
			timeout := time.Minute
			if name == "hangs" {
				timeout = 50 * time.Millisecond
			}
			for service, h := range secretHandlers(t, base, timeout) {
				err := h.Handle(record(logbook.LevelError, "m"))
				check(t, service, err)
				check(t, service+", paused", h.Handle(record(logbook.LevelError, "m")))
				check(t, service+", closing", h.Close(t.Context()))
			}
		})
	}
}

// check checks all texts that an error contains.
func check(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
	}
	for ; err != nil; err = errors.Unwrap(err) {
		for _, text := range []string{err.Error(), fmt.Sprintf("%v %+v %#v", err, err, err)} {
			for _, s := range hidden() {
				if strings.Contains(text, s) {
					t.Errorf("%s: %T says %q: %s", what, err, s, text)
				}
			}
		}
	}
}

// listen starts a server that calls a function for each connection.
func listen(t *testing.T, behave func(net.Conn)) (base string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(2 * time.Minute)) // so that a failing test ends
			behave(c)
			_ = c.Close() // behave may have closed it
		}
	}()
	t.Cleanup(func() {
		_ = l.Close() // ends the loop
		<-done
	})
	return "http://" + l.Addr().String()
}

// Values too short for a secret leave errors unchanged.
func TestShortHeadersAreNoSecret(t *testing.T) {
	h := must(t)(push.NewWebhook(nowhere(t)+"/", &push.WebhookOptions{Header: http.Header{"X-Version": {"1", "v 1"}}}))
	if err := h.Handle(record(logbook.LevelInfo, "m")); !errors.Is(err, syscall.ECONNREFUSED) || strings.Contains(err.Error(), "redacted") {
		t.Errorf("%v", err)
	}
}

// Errors do not repeat invalid options.
func TestNoSecretInOptionErrors(t *testing.T) {
	only := func(_ *push.Handler, err error) error { return err }
	for what, err := range map[string]error{
		"no URL":      only(push.NewSlack("MARKER", nil)),
		"bad URL":     only(push.NewSlack("https://host:MARKER/x", nil)),
		"bad escape":  only(push.NewSlack("https://host/%zzMARKER", nil)),
		"plain text":  only(push.NewSlack("http://hooks.slack.com/MARKER", nil)),
		"scheme":      only(push.NewNtfy("ftp://host/MARKER", nil)),
		"token":       only(push.NewPushover("MARKER\n", "u", nil)),
		"user":        only(push.NewPushover("t", "MARKER\n", nil)),
		"ntfy token":  only(push.NewNtfy("https://ntfy.sh/t", &push.NtfyOptions{Token: "MARKER\n"})),
		"header":      only(push.NewWebhook("https://host/", &push.WebhookOptions{Header: http.Header{"X": {"MARKER\n"}}})),
		"NUL in path": only(push.NewWebhook("https://host/\x00MARKER", nil)),
	} {
		check(t, what, err)
	}
}

// The address of a proxy has a password. The environment is read once, so the test runs a
// process of its own.
func TestNoSecretOfAProxy(t *testing.T) {
	if os.Getenv("HTTP_PROXY") == badProxy {
		h := must(t)(push.NewWebhook("http://example.invalid/hook", &push.WebhookOptions{AllowPlaintext: true}))
		err := h.Handle(record(logbook.LevelError, "m"))
		check(t, "proxy", err)
		if err == nil || !strings.Contains(err.Error(), "proxy") {
			t.Errorf("error %v", err)
		}
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoSecretOfAProxy$")
	cmd.Env = append(os.Environ(), "HTTP_PROXY="+badProxy, "NO_PROXY=", "no_proxy=", "REQUEST_METHOD=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// badProxy is the address of a proxy that does not exist.
const badProxy = "http://user:MARKER@127.0.0.1:1"
