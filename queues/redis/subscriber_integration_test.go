//go:build integration

package redis_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/redis"
)

func newSubscriber(t testing.TB, address string, o *redis.SubscriberOptions) *redis.Subscriber {
	t.Helper()
	s, err := redis.NewSubscriber(address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(expired()) })
	return s
}

func receive(t testing.TB, s *redis.Subscriber) queues.Delivery {
	t.Helper()
	d, err := s.Receive(within(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// take receives and acknowledges n records.
func take(t *testing.T, s *redis.Subscriber, n int) (all []*logbook.Record) {
	t.Helper()
	for len(all) < n {
		d := receive(t, s)
		all = append(all, d.Records...)
		d.Done(nil)
	}
	if len(all) > n {
		t.Fatalf("%d records, want %d", len(all), n)
	}
	return all
}

func messages(rs []*logbook.Record) (all []string) {
	for _, r := range rs {
		all = append(all, r.Message())
	}
	return all
}

func closeSubscriber(t testing.TB, s *redis.Subscriber) {
	t.Helper()
	if err := s.Close(within(t)); err != nil {
		t.Error(err)
	}
	for {
		d, err := s.Receive(within(t))
		if errors.Is(err, logbook.ErrClosed) {
			return
		}
		if err != nil || d.Records[0].Channel() != "logbook" {
			t.Fatalf("receive after close: %v, %v", d, err)
		}
	}
}

// push pushes elements to the right end of a list.
func push(t *testing.T, socket, key string, elements ...string) {
	t.Helper()
	cli(t, socket, append([]string{"RPUSH", key}, elements...)...)
}

// length returns the number of elements of lists.
func length(t *testing.T, socket string, keys ...string) (n int) {
	t.Helper()
	for _, key := range keys {
		n += len(list(t, socket, key, 0))
	}
	return n
}

// Records of a handler arrive in their order, from either end, with and without
// acknowledgements, and the lists are empty then.
func TestReceive(t *testing.T) {
	socket := socketPath(t)
	start(t, socket, "--requirepass", "hunter2")
	address := "unix://:hunter2@" + socket
	for _, noAck := range []bool{false, true} {
		for _, left := range []bool{false, true} {
			const n = 1000
			h := newHandler(t, address, &redis.HandlerOptions{Key: "a", Left: left})
			var want []string
			for i := range n {
				handle(t, h, record("%d", i))
				want = append(want, fmt.Sprint(i))
			}
			closeNow(t, h)
			s := newSubscriber(t, address, &redis.SubscriberOptions{Keys: []string{"a"}, Right: left, NoAck: noAck})
			if got := messages(take(t, s, n)); !slices.Equal(got, want) {
				t.Errorf("no acks %t, left %t: %q", noAck, left, got)
			}
			closeSubscriber(t, s)
			if stats := s.Stats(); stats.Handled != n || stats.Held != 0 || stats.Count("failures") != 0 || stats.Count("returned") != 0 {
				t.Error(stats)
			}
			if left := length(t, socket, "a", "a:processing"); left != 0 {
				t.Errorf("%d elements left", left)
			}
		}
	}
}

// A record comes back with all that a handler sends.
func TestRoundTrip(t *testing.T) {
	socket := socketPath(t)
	start(t, socket)
	h := newHandler(t, "unix://"+socket, nil)
	logbook.InGoroutine(func() {
		logbook.New("app").Exception(&os.PathError{Op: "open", Path: "x", Err: os.ErrNotExist}, "failed {n} times", "n", 3, "d", map[string]any{"k": "v"})
		literal := "worse {x}"
		logbook.New("app").Log(context.Background(), logbook.LevelError+2, literal)
	}, h)
	closeNow(t, h)
	s := newSubscriber(t, "unix://"+socket, nil)
	got := take(t, s, 2)
	e := got[0].ErrorInfo()
	hostname, _ := os.Hostname()
	if got[0].Message() != "failed 3 times" || got[0].Level() != logbook.LevelError || got[0].Channel() != "redis" || time.Since(got[0].Time()) > time.Hour ||
		got[0].Text("n") != "3" || got[0].Text("host") != hostname || e == nil || e.Type != "*fs.PathError" || !strings.HasPrefix(e.Message, "open x: ") || e.Trace == "" {
		t.Errorf("%+v", got[0].Data())
	}
	if got[1].Message() != "worse {x}" || got[1].Level() != logbook.LevelError+2 {
		t.Errorf("%+v", got[1].Data())
	}
	closeSubscriber(t, s)
}

// The lists that Python's RedisHandler leaves are read as they are.
func TestGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/redis_handler.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct{ RPush, LPush struct{ Items []string } }
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	socket := socketPath(t)
	start(t, socket)
	push(t, socket, "right", golden.RPush.Items...)
	push(t, socket, "left", golden.LPush.Items...)
	for _, key := range []string{"right", "left"} {
		s := newSubscriber(t, "unix://"+socket, &redis.SubscriberOptions{Keys: []string{key}, Right: key == "left"})
		got := take(t, s, 3)
		want := []string{"Hello, World!", "User {0} from {host} took {1:.3f}s ({0!r}) {d[k]}", "{a}"}
		if !slices.Equal(messages(got), want) {
			t.Errorf("%q", messages(got))
		}
		r := got[1]
		if at := time.Date(2024, 2, 29, 13, 37, 42, 5e6, time.UTC); !r.Time().Equal(at) || r.Level() != logbook.LevelWarn || r.Text("host") != "10.0.0.1" || r.Text("type") != "test" || got[2].Text("a") != "1" {
			t.Errorf("%+v", r.Data())
		}
		closeSubscriber(t, s)
	}
}

// What was not acknowledged comes again: after an error at once, otherwise when the
// subscriber has gone.
func TestAcknowledgement(t *testing.T) {
	socket := socketPath(t)
	start(t, socket)
	push(t, socket, "redis", `{"message":"a"}`, `{"message":"b"}`, `{"message":"c"}`)
	s := newSubscriber(t, "unix://"+socket, nil)
	d := receive(t, s)
	if got := messages(d.Records); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Fatal(got)
	}
	d.Done(errors.New("not now"))
	again := receive(t, s)
	if got := messages(again.Records); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Fatal(got)
	}
	if n := length(t, socket, "redis:processing"); n != 3 || s.Stats().Held != 3 || s.Stats().Count("returned") != 3 {
		t.Errorf("%d elements on the second list, %v", n, s.Stats())
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	if err := s.Close(ctx); err == nil || !strings.Contains(err.Error(), "3 records were not acknowledged") {
		t.Errorf("close: %v", err)
	}
	again.Done(nil) // too late
	s = newSubscriber(t, "unix://"+socket, nil)
	if got := messages(take(t, s, 3)); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Error(got)
	}
	closeSubscriber(t, s)
	if n := length(t, socket, "redis", "redis:processing"); n != 0 {
		t.Errorf("%d elements left", n)
	}
}

// Close waits for an acknowledgement.
func TestCloseWaits(t *testing.T) {
	socket := socketPath(t)
	start(t, socket)
	push(t, socket, "redis", `{"message":"a"}`)
	s := newSubscriber(t, "unix://"+socket, nil)
	d := receive(t, s)
	closed := make(chan error)
	go func() { closed <- s.Close(within(t)) }()
	for {
		if _, err := s.Receive(within(t)); err != nil {
			break
		}
	}
	d.Done(nil)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if n := length(t, socket, "redis", "redis:processing"); n != 0 {
		t.Errorf("%d elements left", n)
	}
}

// Records that nobody receives go back when the subscriber is closed.
func TestCloseReturns(t *testing.T) {
	for _, noAck := range []bool{false, true} {
		socket := socketPath(t)
		start(t, socket)
		s := newSubscriber(t, "unix://"+socket, &redis.SubscriberOptions{NoAck: noAck})
		push(t, socket, "redis", `{"message":"a"}`, `{"message":"b"}`)
		for length(t, socket, "redis") > 0 { // until they are taken
		}
		if err := s.Close(within(t)); err != nil {
			t.Error(err)
		}
		if got := list(t, socket, "redis", 0); !slices.Equal(got, []string{`{"message":"a"}`, `{"message":"b"}`}) || length(t, socket, "redis:processing") != 0 {
			t.Errorf("%q", got)
		}
		if stats := s.Stats(); stats.Handled != 0 || stats.Count("returned") != 2 {
			t.Error(stats)
		}
	}
}

// Elements that are no record are counted, reported, and removed.
func TestRefusedElements(t *testing.T) {
	socket := socketPath(t)
	start(t, socket)
	for name, tt := range map[string]struct {
		o        redis.SubscriberOptions
		elements []string
		report   string
	}{
		"json": {redis.SubscriberOptions{Keys: []string{"q"}}, []string{"x", `{}`, `[1]`, `{"message":`, `{"a":` + strings.Repeat("[", 1000)}, "not a JSON object"},
		"kombu": {redis.SubscriberOptions{Keys: []string{"q"}, Kombu: true}, []string{
			`{"headers": {}, "content-type": "application/json"}`,
			`{"body": "e30=", "content-type": "application/x-python-serialize", "properties": {"body_encoding": "base64"}}`,
			`{"body": "e30=", "content-type": "application/json", "headers": {"compression": "application/x-gzip"}, "properties": {"body_encoding": "base64"}}`,
			`{"body": "?", "content-type": "application/json", "properties": {"body_encoding": "base64"}}`,
			`{"body": "e30=", "content-type": "application/json", "properties": {"body_encoding": "base64"}}`,
			`{"body": "{}", "content-type": "application/json", "properties": {"body_encoding": "base85"}}`,
		}, "refused"},
	} {
		s := newSubscriber(t, "unix://"+socket, &tt.o)
		push(t, socket, "q", tt.elements...)
		d := receive(t, s)
		if r := d.Records[0]; r.Channel() != "logbook" || r.Level() != logbook.LevelWarn || !strings.Contains(r.Message(), tt.report) {
			t.Errorf("%s: %s", name, r.Message())
		}
		d.Done(nil)
		for length(t, socket, "q", "q:processing") > 0 {
		}
		closeSubscriber(t, s)
		if n := s.Stats().Count("refused"); n != uint64(len(tt.elements)) || s.Stats().Handled != 0 {
			t.Errorf("%s: %v", name, s.Stats())
		}
	}
}

// Several lists are taken at once, and those of kombu's priorities.
func TestSeveralLists(t *testing.T) {
	socket := socketPath(t)
	start(t, socket)
	s := newSubscriber(t, "unix://"+socket, &redis.SubscriberOptions{Keys: []string{"a", "b"}})
	push(t, socket, "a", `{"message":"1"}`)
	push(t, socket, "b", `{"message":"2"}`)
	got := messages(take(t, s, 2))
	slices.Sort(got)
	if !slices.Equal(got, []string{"1", "2"}) {
		t.Error(got)
	}
	closeSubscriber(t, s)
	envelope := `{"body": "{\"channel\": \"app\", \"level\": 11, \"time\": \"2024-02-29T13:37:42Z\", \"extra\": {}, \"msg\": \"x\", \"message\": \"%s\"}", "content-type": "application/json", "headers": {}}`
	s = newSubscriber(t, "unix://"+socket, &redis.SubscriberOptions{Kombu: true})
	for _, priority := range []string{"", "\x06\x163", "\x06\x166", "\x06\x169"} {
		push(t, socket, "logging"+priority, fmt.Sprintf(envelope, "p"+strings.TrimLeft(priority, "\x06\x16")))
	}
	got = messages(take(t, s, 4))
	slices.Sort(got)
	if !slices.Equal(got, []string{"p", "p3", "p6", "p9"}) {
		t.Error(got)
	}
	closeSubscriber(t, s)
}

// Connections are cut again and again: nothing is lost, and nothing stays on the second list.
func TestCutConnections(t *testing.T) {
	socket := socketPath(t)
	start(t, socket)
	const n = 5000
	h := newHandler(t, "unix://"+socket, &redis.HandlerOptions{Overflow: queues.Block})
	s := newSubscriber(t, "unix://"+socket, nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range n {
			handle(t, h, record("%d", i))
			if i%500 == 0 {
				cli(t, socket, "CLIENT", "KILL", "TYPE", "normal")
			}
		}
	}()
	defer func() { <-done }()
	seen := make(map[string]bool)
	for len(seen) < n {
		d := receive(t, s)
		for _, r := range d.Records {
			if r.Channel() == "redis" {
				seen[r.Message()] = true
			}
		}
		d.Done(nil)
	}
	closeSubscriber(t, s)
	if s.Stats().Count("failures") == 0 {
		t.Error("no failures")
	}
	if left := length(t, socket, "redis:processing"); left != 0 {
		t.Errorf("%d elements left", left)
	}
}

// The commands that the package comment names are enough.
func TestPermissions(t *testing.T) {
	socket := socketPath(t)
	start(t, socket)
	for _, tt := range []struct {
		o        redis.SubscriberOptions
		commands string
	}{
		{redis.SubscriberOptions{}, "+llen +lpush +blmove +lmove +lrem +lrange"},
		{redis.SubscriberOptions{NoAck: true}, "+llen +lpush +blpop +lpop"},
		{redis.SubscriberOptions{Right: true}, "+llen +rpush +blmove +lmove +lrem +lrange"},
		{redis.SubscriberOptions{Right: true, NoAck: true}, "+llen +rpush +brpop +rpop"},
	} {
		push := "+rpush"
		if tt.o.Right {
			push = "+lpush"
		}
		cli(t, socket, "ACL", "SETUSER", "writer", "reset", "on", ">hunter2", "~redis", push)
		cli(t, socket, append([]string{"ACL", "SETUSER", "reader", "reset", "on", ">hunter2", "~redis", "~redis:processing"}, strings.Fields(tt.commands)...)...)
		h := newHandler(t, "unix://writer:hunter2@"+socket, &redis.HandlerOptions{Left: tt.o.Right})
		handle(t, h, record("a"))
		handle(t, h, record("b"))
		closeNow(t, h)
		s := newSubscriber(t, "unix://reader:hunter2@"+socket, &tt.o)
		if !tt.o.NoAck {
			receive(t, s).Done(errors.New("not now"))
		}
		take(t, s, 2)
		closeSubscriber(t, s)
		if s.Stats().Count("failures") != 0 {
			t.Errorf("%+v: %v", tt.o, s.Stats())
		}
	}
}

// A failure is reported once, without the password, and the subscriber goes on when the
// server lets it.
func TestOutage(t *testing.T) {
	socket := socketPath(t)
	s := newSubscriber(t, "unix://:hunter2@"+socket, nil)
	d := receive(t, s)
	if text := d.Records[0].Message(); !strings.Contains(text, "will try again") || strings.Contains(text, "hunter2") {
		t.Error(text)
	}
	start(t, socket, "--requirepass", "hunter2")
	push(t, socket, "redis", `{"message":"a"}`)
	if got := messages(take(t, s, 1)); got[0] != "a" {
		t.Error(got)
	}
	closeSubscriber(t, s)
	s = newSubscriber(t, "unix://:hunter1@"+socket, nil)
	if text := receive(t, s).Records[0].Message(); !strings.Contains(text, "WRONGPASS") || strings.Contains(text, "hunter1") {
		t.Error(text)
	}
	closeSubscriber(t, s)
}

// Close interrupts a server that does not answer, or answers with something else.
func TestSubscriberSilentServer(t *testing.T) {
	for _, answer := range []string{"", "hello\r\n", "*-7\r\n", "$99999999999999\r\n", ":1\r\n:1\r\n:1\r\n", strings.Repeat("*1\r\n", 100), strings.Repeat("x", 1<<16)} {
		l, err := net.Listen("unix", socketPath(t))
		if err != nil {
			t.Fatal(err)
		}
		s := newSubscriber(t, "unix://"+l.Addr().String(), &redis.SubscriberOptions{Timeout: time.Hour})
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte(answer)); err != nil {
			t.Fatal(err)
		}
		if answer != "" && answer != ":1\r\n:1\r\n:1\r\n" {
			if text := receive(t, s).Records[0].Message(); !strings.Contains(text, "invalid reply") && !strings.Contains(text, "buffer full") {
				t.Errorf("%.20q: %s", answer, text)
			}
		}
		if err := s.Close(within(t)); err != nil {
			t.Errorf("%.20q: %v", answer, err)
		}
		_ = c.Close()
		_ = l.Close()
	}
}

const fromPython = `
import sys, logbook, redis
from logbook.queues import RedisHandler, MessageQueueHandler
socket = sys.argv[1]
log = logbook.Logger("python")
real = redis.Redis
redis.Redis = lambda **kw: real(unix_socket_path=socket, decode_responses=True)  # RedisHandler knows TCP only
handler = RedisHandler(key="redis", extra_fields={"type": "test"}, flush_threshold=1)
redis.Redis = real
with handler.applicationbound():
    log.warn("{user} came \u2603", user="anna")
    log.info("plain")
handler.close()
handler = MessageQueueHandler("redis+socket://" + socket)
with handler.applicationbound():
    log.warn("{user} came \u2603", user="anna")
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("failed")
handler.close()
`

// Python's own handlers push what the subscriber reads.
func TestPython(t *testing.T) {
	socket := socketPath(t)
	start(t, socket)
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", fromPython, socket)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := newSubscriber(t, "unix://"+socket, nil)
	got := take(t, s, 2)
	if got[0].Message() != "{user} came \u2603" || got[0].Text("user") != "anna" || got[0].Text("type") != "test" || got[0].Level() != logbook.LevelWarn || time.Since(got[0].Time()).Abs() > time.Hour {
		t.Errorf("%+v", got[0].Data())
	}
	closeSubscriber(t, s)
	s = newSubscriber(t, "unix://"+socket, &redis.SubscriberOptions{Kombu: true})
	got = take(t, s, 2)
	if got[0].Message() != "anna came \u2603" || got[0].Channel() != "python" || got[1].ErrorInfo() == nil || got[1].ErrorInfo().Type != "builtins.ZeroDivisionError" {
		t.Errorf("%+v\n%+v", got[0].Data(), got[1].Data())
	}
	closeSubscriber(t, s)
}
