package daemon_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/logbook"
)

const help = `
DAEMON HELP
usage: test {quit,help,status,alarm} ...

Commands:
    quit              stop the daemon
    help              list the commands
    status            show the state of the daemon
    alarm             repeat the arguments
        [--message]        the text
        [--n]              how often
`

// The line grammar is that of lab_utils, except where that was faulty: extra spaces, nested
// braces, --option={a b}, and open braces.
func TestGrammar(t *testing.T) {
	s := start(t, daemon.Options{Commands: []daemon.Command{alarmLike()}})
	for name, tt := range map[string]struct{ message, want string }{
		"braces group":                     {"alarm --message {hello big world}", "hello big world|"},
		"an option with a number":          {"alarm --message {hello big world} --n 2", "hello big world|++"},
		"an unknown command, in case":      {"QUIT", `Error! unknown command "QUIT": want quit, help, status or alarm`},
		"the beginning of a command":       {"qui", `Error! unknown command "qui": want quit, help, status or alarm`},
		"an empty message":                 {"", "Error! empty message"},
		"two spaces":                       {"  ", "Error! empty message"},
		"nested braces":                    {"alarm --message {a {b} c}", "a {b} c|"},
		"two spaces between words":         {"alarm  --n 1", "|+"},
		"a value after an equals sign":     {"alarm --message={a b}", "a b|"},
		"the beginning of an option":       {"alarm --mess {x y}", "x y|"},
		"an option twice: the last one":    {"alarm --n 1 --n 2", "|++"},
		"quotes mean nothing":              {`alarm --message "a b"`, `Error! alarm: unexpected word "b\""`},
		"an open brace":                    {"alarm --message {a", "Error! unmatched brace"},
		"a closing brace alone":            {"alarm --message a}", "Error! unmatched brace"},
		"the empty word":                   {"alarm --message {}", "|"},
		"a bad integer":                    {"alarm --n two", `Error! alarm: --n: invalid value "two": want an integer`},
		"a missing value at the end":       {"alarm --n", "Error! alarm: --n: missing value"},
		"a missing value before an option": {"alarm --message --n 2", "Error! alarm: --message: missing value"},
		"a group that looks like one":      {"alarm --message {--n} --n 2", "--n|++"},
		"an extra word":                    {"alarm x", `Error! alarm: unexpected word "x"`},
		"an unknown option":                {"alarm --x 1", `Error! alarm: unknown option "--x": want --message or --n`},
		"a newline in braces":              {"alarm --message {a\nb}", "a\nb|"},
		"spaces and newlines at the end":   {"alarm --n 1 \t\r\n", "|+"},
		"escapes of braces":                {`alarm --message {\x7b\x0a}`, "{\n|"},
		"bad UTF-8":                        {"alarm \xff", "Error! want text in UTF-8, without control characters"},
		"a zero byte":                      {"alarm \x00", "Error! want text in UTF-8, without control characters"},
		"a request of HTTP":                {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", `Error! unknown command "GET": want quit, help, status or alarm`},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.say(t, tt.message+"\n")
			if first, rest, _ := strings.Cut(got, "\n"); strings.HasPrefix(tt.want, "Error!") && rest == help {
				got = first
			}
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// A client that speaks TLS gets no handshake; the log shows its bytes without control characters.
func TestClientOfTLS(t *testing.T) {
	s := start(t, daemon.Options{})
	c := tls.Client(s.dial(t), &tls.Config{InsecureSkipVerify: true})
	if err := c.HandshakeContext(t.Context()); err == nil {
		t.Error("the handshake has succeeded")
	}
	if got := s.say(t, "quit\n"); got != "Goodbye!" {
		t.Errorf("got %q", got)
	}
	if err := s.wait(t); err != nil {
		t.Error(err)
	}
	refused := 0
	for _, r := range s.rec.Records() {
		if strings.HasPrefix(r.Message(), "refused ") {
			refused++
		}
		if strings.ContainsFunc(r.Message(), func(c rune) bool { return unicode.IsControl(c) || c == unicode.ReplacementChar }) {
			t.Errorf("logged %q", r.Message())
		}
	}
	if refused != 1 {
		t.Errorf("%d records about it", refused)
	}
}

// Arguments are checked by their kinds, before the command runs.
func TestArguments(t *testing.T) {
	set := daemon.Command{Name: "set", Args: []daemon.Arg{
		{Name: "stage", Choices: []string{"40K", "4K"}},
		{Name: "kelvin", Kind: daemon.Float},
		{Name: "--ramp", Kind: daemon.Duration, Default: "10m"},
		{Name: "--reason", Required: true},
		{Name: "--rate", Kind: daemon.Int},
		{Name: "--now", Kind: daemon.Flag},
	}, Run: func(_ context.Context, c *daemon.Call) (any, error) {
		return fmt.Sprint(c.Text("stage"), " ", c.Float("kelvin"), " ", c.Duration("ramp"), " ", c.Text("reason"), " ", c.Int("rate"), " ", c.Flag("now")), nil
	}}
	s := start(t, daemon.Options{Commands: []daemon.Command{set}})
	for message, want := range map[string]string{
		"set 4K 4.2 --reason test":                        "4K 4.2 10m0s test 0 false",
		"set --now 4K --ramp=90s -1e-3 --reason {a b}":    "4K -0.001 1m30s a b 0 true",
		"set --reason x --rate -7 --n 40K 1":              "40K 1 10m0s x -7 true",
		"set --reason x -- 4K 1":                          "4K 1 10m0s x 0 false",
		"set 4k 1 --reason x":                             `Error! set: stage: invalid value "4k": want 40K or 4K`,
		"set 4K NaN --reason x":                           `Error! set: kelvin: invalid value "NaN": want a finite number`,
		"set 4K 1e400 --reason x":                         `Error! set: kelvin: invalid value "1e400": want a finite number`,
		"set 4K 1 --ramp soon --reason x":                 `Error! set: --ramp: invalid value "soon": want a duration such as 1m30s`,
		"set 4K 1":                                        "Error! set: missing option --reason",
		"set 4K --reason x":                               "Error! set: missing argument kelvin",
		"set 4K 1 2 --reason x":                           `Error! set: unexpected word "2"`,
		"set 4K 1 --r 2 --reason x":                       `Error! set: ambiguous option "--r": --ramp or --reason`,
		"set 4K 1 --now=1 --reason x":                     "Error! set: --now: a value is not allowed",
		"set " + strings.Repeat("x", 1000) + " 1":         `Error! set: stage: invalid value "` + strings.Repeat("x", 64) + `...": want 40K or 4K`,
		"set 4K 1 --reason x --rate 99999999999999999999": `Error! set: --rate: invalid value "99999999999999999999": want an integer`,
	} {
		got, _, _ := strings.Cut(s.say(t, message+"\n"), "\n")
		if got != want {
			t.Errorf("%.60s\ngot  %s\nwant %s", message, got, want)
		}
	}
}

// A message ends with a newline, with the end of the sending side, or with silence: the
// clients of lab_utils do not mark its end.
func TestMessageEnds(t *testing.T) {
	for name, end := range map[string]func(c net.Conn) error{
		"newline":           func(c net.Conn) error { _, err := io.WriteString(c, "\n"); return err },
		"half-closed":       func(c net.Conn) error { return c.(*net.TCPConn).CloseWrite() },
		"silence":           func(net.Conn) error { return nil },
		"after an open one": func(c net.Conn) error { _, err := io.WriteString(c, "\n\n\n"); return err },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, daemon.Options{Commands: []daemon.Command{alarmLike()}, Silence: time.Millisecond})
			c := s.dial(t)
			if _, err := io.WriteString(c, "alarm --message {hello big world}"); err != nil {
				t.Fatal(err)
			}
			if err := end(c); err != nil {
				t.Fatal(err)
			}
			if b, err := io.ReadAll(c); string(b) != "hello big world|" || err != nil {
				t.Errorf("%q, %v", b, err)
			}
		})
	}
	t.Run("no message", func(t *testing.T) {
		s := start(t, daemon.Options{})
		c := s.dial(t)
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(c); len(b) > 0 || err != nil {
			t.Errorf("%q, %v", b, err)
		}
	})
}

// Messages and replies arrive whole up to the limit; a longer message gets an error.
func TestLongMessages(t *testing.T) {
	s := start(t, daemon.Options{Commands: []daemon.Command{alarmLike()}})
	c := s.client(t, nil)
	const limit = 1 << 20
	overhead := len("alarm --message {}")
	for _, size := range []int{1 << 10, 64 << 10, limit} {
		text := strings.Repeat("x", size-overhead)
		got, err := c.Send(t.Context(), "alarm --message {"+text+"}")
		if got != text+"|" || err != nil {
			t.Errorf("%d bytes: got %d, %v", size, len(got), err)
		}
	}
	for _, size := range []int{limit + 1, 4 << 20} {
		_, err := c.Send(t.Context(), "alarm --message {"+strings.Repeat("x", size-overhead)+"}")
		if r := (*daemon.ReplyError)(nil); !errors.As(err, &r) || r.Message != "the message is too long: more than 1048576 bytes" {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// An error or a panic of a command answers its client, without a stack, and is logged; the
// others are served.
func TestFailingCommands(t *testing.T) {
	failure := errors.New("the valve is stuck")
	command := func(name string, run func(context.Context, *daemon.Call) (any, error)) daemon.Command {
		return daemon.Command{Name: name, Run: run}
	}
	s := start(t, daemon.Options{Commands: []daemon.Command{
		command("fail", func(context.Context, *daemon.Call) (any, error) { return nil, failure }),
		command("panic", func(context.Context, *daemon.Call) (any, error) { panic(failure) }),
		command("refuse", func(context.Context, *daemon.Call) (any, error) {
			return nil, &daemon.ReplyError{Message: "too warm"}
		}),
		command("wrong", func(_ context.Context, c *daemon.Call) (any, error) { return c.Int("none"), nil }),
	}})
	for message, want := range map[string]string{
		"fail":   "Unknown exception! Check daemon log!\nthe valve is stuck",
		"panic":  "Unknown exception! Check daemon log!\npanic: the valve is stuck",
		"refuse": "Error! too warm\n",
		"wrong":  "Unknown exception! Check daemon log!\npanic: daemon: the command wrong has no argument none of type int",
	} {
		if got := s.say(t, message+"\n"); got != want {
			t.Errorf("%s: got %q", message, got)
		}
	}
	if !s.rec.HasError("the command fail failed", func(r *logbook.Record) bool { return errors.Is(r.Err(), failure) }) {
		t.Errorf("not logged:\n%v", s.rec)
	}
	stack := func(r *logbook.Record) bool {
		return errors.Is(r.Err(), failure) && len(r.ErrorInfo().Stack) > 0 && strings.Contains(r.ErrorInfo().Stack[0].Function, "TestFailingCommands")
	}
	if !s.rec.HasError("a command panicked", stack) {
		t.Errorf("not logged with its stack:\n%v", s.rec)
	}
	if s.rec.HasErrors(logMentions("too warm")) {
		t.Errorf("a refusal is logged:\n%v", s.rec)
	}
	if got := s.say(t, "help\n"); !strings.Contains(got, "DAEMON HELP") {
		t.Errorf("got %q", got)
	}
	if st := s.Stats(); st.Count("failed") != 3 || st.Handled != 2 || st.Count("connections") != 5 {
		t.Errorf("%v", st)
	}
}

func logMentions(text string) func(*logbook.Record) bool {
	return func(r *logbook.Record) bool { return strings.Contains(r.Message(), text) }
}

// A reply is text by default, and JSON on request.
func TestReplies(t *testing.T) {
	type point struct {
		Name  string  `json:"name"`
		Value float64 `json:"value"`
	}
	for name, tt := range map[string]struct {
		value      any
		text, json string
	}{
		"text":      {"on", "on", `"on"`},
		"none":      {nil, "", `null`},
		"a number":  {4.2, "4.2", `4.2`},
		"a bool":    {true, "true", `true`},
		"NaN":       {math.NaN(), "NaN", `"NaN"`},
		"a struct":  {point{"a", 1}, `{"name":"a","value":1}`, `{"name":"a","value":1}`},
		"a list":    {[]int{1, 2}, "[1,2]", "[1,2]"},
		"a time":    {time.Second, "1s", "1000000000"},
		"attribute": {[]slog.Attr{slog.Int("a", 1), slog.String("b", "x y")}, "a: 1\nb: x y\n", `{"a":1,"b":"x y"}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, daemon.Options{Commands: []daemon.Command{{Name: "get", Run: func(context.Context, *daemon.Call) (any, error) { return tt.value, nil }}}})
			if got := s.say(t, "get\n"); got != tt.text {
				t.Errorf("text: %q", got)
			}
			if got, want := s.say(t, "--json get\n"), `{"ok":true,"reply":`+tt.json+"}\n"; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
	s := start(t, daemon.Options{})
	if got, want := s.say(t, "--json none\n"), `{"ok":false,"code":"invalid","error":"unknown command \"none\": want quit, help or status"}`+"\n"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Clients without a token, or with a wrong one, are refused before their message is parsed,
// and the log names their address.
func TestTokens(t *testing.T) {
	const token = "0123456789abcdef"
	s := start(t, daemon.Options{Commands: []daemon.Command{alarmLike()}, Tokens: []string{"other", token}})
	const refusal = "Error! the token is missing or wrong\n"
	for message, want := range map[string]string{
		"alarm --message x":                               refusal,
		"nonsense {":                                      refusal,
		"--token wrong alarm --message x":                 refusal,
		"--token " + token[:8] + " alarm --message x":     refusal,
		"--token " + token + " alarm --message x":         "x|",
		"--token=" + token + " alarm --message x":         "x|",
		"--token {" + token + "} --json alarm --n 1":      `{"ok":true,"reply":"|+"}` + "\n",
		"--json --token " + token + "x alarm --message x": `{"ok":false,"code":"unauthorized","error":"the token is missing or wrong"}` + "\n",
	} {
		if got := s.say(t, message+"\n"); got != want {
			t.Errorf("%s: got %q", message, got)
		}
	}
	peer := func(r *logbook.Record) bool { return r.Text("peer") == "127.0.0.1" }
	if !s.rec.HasWarns(peer) {
		t.Errorf("no peer:\n%v", s.rec)
	}
	if got, err := s.client(t, &daemon.ClientOptions{Token: token}).Call(t.Context(), "alarm", "--message", "a b"); got != "a b|" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if text := s.rec.String(); strings.Contains(text, token) {
		t.Errorf("the log has the token:\n%s", text)
	}
}

// Exclusive commands run one at a time, the others together.
func TestExclusive(t *testing.T) {
	var mu sync.Mutex
	runs, most := 0, 0
	meeting := make(chan struct{})
	s := start(t, daemon.Options{Commands: []daemon.Command{
		{Name: "alone", Exclusive: true, Run: func(context.Context, *daemon.Call) (any, error) {
			mu.Lock()
			runs++
			most = max(most, runs)
			mu.Unlock()
			defer func() {
				mu.Lock()
				runs--
				mu.Unlock()
			}()
			return nil, nil
		}},
		{Name: "meet", Run: func(ctx context.Context, _ *daemon.Call) (any, error) {
			select {
			case meeting <- struct{}{}:
			case <-meeting:
			case <-ctx.Done():
			}
			return "met", nil
		}},
	}})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { s.say(t, "alone\n") })
	}
	for range 2 {
		wg.Go(func() {
			if got := s.say(t, "meet\n"); got != "met" {
				t.Errorf("got %q", got)
			}
		})
	}
	wg.Wait()
	if most != 1 {
		t.Errorf("%d at a time", most)
	}
}

// While 100 clients are silent, 100 have sent half a message, and one sends a long one, 100
// others are answered. A silent client is cut at the end of the time for a message.
func TestManyClients(t *testing.T) {
	s := start(t, daemon.Options{Commands: []daemon.Command{alarmLike()}, Silence: -1})
	for i := range 200 {
		c := s.dial(t)
		if i%2 == 0 {
			if _, err := io.WriteString(c, "alarm --message {half"); err != nil {
				t.Fatal(err)
			}
		}
	}
	replies := make(chan string, 100)
	for range 100 {
		go func() { replies <- s.say(t, "alarm --n 2\n") }()
	}
	long := s.dial(t)
	if _, err := long.Write([]byte("alarm --message {" + strings.Repeat("x", 1<<19))); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if got := <-replies; got != "|++" {
			t.Errorf("got %q", got)
		}
	}
	if _, err := io.WriteString(long, "}\n"); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(long); len(b) != 1<<19+1 || err != nil {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestSilentClientIsCut(t *testing.T) {
	s := start(t, daemon.Options{Timeout: time.Millisecond})
	c := s.dial(t)
	if b, err := io.ReadAll(c); len(b) > 0 || err != nil {
		t.Errorf("%q, %v", b, err)
	}
}

// Connections beyond the limit get a reply that says so.
func TestTooManyClients(t *testing.T) {
	busy, done := make(chan struct{}), make(chan struct{})
	s := start(t, daemon.Options{MaxConnections: 2, MaxPerAddress: 2, Commands: []daemon.Command{{Name: "wait", Run: func(ctx context.Context, _ *daemon.Call) (any, error) {
		busy <- struct{}{}
		<-done
		return "done", nil
	}}}})
	replies := make(chan string, 2)
	for range 2 {
		go func() { replies <- s.say(t, "wait\n") }()
		<-busy
	}
	_, err := s.client(t, nil).Call(t.Context(), "status")
	if r := (*daemon.ReplyError)(nil); !errors.As(err, &r) || r.Code != daemon.CodeBusy {
		t.Errorf("%v", err)
	}
	for range 2 {
		done <- struct{}{}
		if got := <-replies; got != "done" {
			t.Errorf("got %q", got)
		}
	}
}

// Other delimiters group in place of braces.
func TestDelimiters(t *testing.T) {
	s := start(t, daemon.Options{Commands: []daemon.Command{alarmLike()}, Delimiters: "[]"})
	if got := s.say(t, "alarm --message [a {b]\n"); got != "a {b|" {
		t.Errorf("got %q", got)
	}
	c := s.client(t, &daemon.ClientOptions{Delimiters: "[]"})
	if got, err := c.Call(t.Context(), "alarm", "--message", "[a] {b"); got != "[a] {b|" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Status shows the state, with the lines of the program.
func TestStatus(t *testing.T) {
	s := start(t, daemon.Options{Name: "cryostat", Status: func() []slog.Attr { return []slog.Attr{slog.Float64("kelvin", 4.2)} }})
	got := s.say(t, "status\n")
	var names []string
	for line := range strings.Lines(got) {
		name, _, _ := strings.Cut(line, ": ")
		names = append(names, name)
	}
	if want := []string{"name", "pid", "uptime", "commands", "failed", "refused", "connections", "kelvin"}; !slices.Equal(names, want) || !strings.HasPrefix(got, "name: cryostat\n") || !strings.HasSuffix(got, "kelvin: 4.2\n") {
		t.Errorf("got %s", got)
	}
	var status struct {
		Name   string
		Kelvin float64
	}
	if err := s.client(t, nil).CallJSON(t.Context(), &status, "status"); err != nil || status.Name != "cryostat" || status.Kelvin != 4.2 {
		t.Errorf("%+v, %v", status, err)
	}
}
