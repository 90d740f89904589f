//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/queues/zeromq"
)

// collecting is a running "logbook collect".
type collecting struct {
	*running
	dir    string // working directory; its path is short enough for sockets
	notify *net.UnixConn
}

// collect starts the program in a new directory with files, and waits until it is ready.
func collect(t *testing.T, files map[string]string, args ...string) *collecting {
	t.Helper()
	heedSignals(t)
	dir, err := os.MkdirTemp("", "lb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	c := &collecting{dir: dir}
	for name, text := range files {
		c.file(t, name, text)
	}
	c.notify, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.notify.Close() })
	cmd := command(t, append([]string{"collect"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+filepath.Join(dir, "notify"))
	// A file has what the program wrote before it notified, unlike a pipe.
	stderr, err := os.Create(filepath.Join(dir, "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	c.running = startCommand(t, cmd, stderr)
	c.waitFor(t, "READY=1")
	return c
}

func (c *collecting) waitFor(t *testing.T, state string) {
	t.Helper()
	b := make([]byte, 100)
	n, err := c.notify.Read(b)
	if got, _, _ := strings.Cut(string(b[:n]), "\nMONOTONIC_USEC="); err != nil || got != state {
		t.Fatalf("notified %q, %v", b[:n], err)
	}
}

func (c *collecting) file(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (c *collecting) read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

// get gets a page that the program serves.
func (c *collecting) get(t *testing.T, path string) string {
	t.Helper()
	defer http.DefaultClient.CloseIdleConnections()
	resp, err := http.Get(regexp.MustCompile(`http://[0-9.:]+`).FindString(c.read(t, "stderr")) + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// stop stops the program, and returns its exit code and the last line on standard error.
func (c *collecting) stop(t *testing.T) (code int, last string) {
	t.Helper()
	if err := c.signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	c.waitFor(t, "STOPPING=1")
	code = exitOf(t, c.wait())
	lines := strings.Split(strings.TrimSpace(c.read(t, "stderr")), "\n")
	return code, lines[len(lines)-1]
}

// sendLines writes lines to a unix socket, and waits until the program has read them.
func sendLines(t *testing.T, path, lines string) {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, lines); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.UnixConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Fatal(err)
	}
}

const jsonLines = `{"time":"2026-03-03T07:31:12Z","level":"INFO","channel":"app.db","msg":"one"}
{"time":"2026-03-03T07:31:12Z","level":"ERROR","channel":"app","msg":"two"}
{"time":"2026-03-03T07:31:12Z","level":"INFO","channel":"application","msg":"three"}
`

// Records from a socket reach all sinks; a signal ends the program when they are written.
func TestCollect(t *testing.T) {
	c := collect(t, nil, "--from", "unix:s?accept=json", "--to", "file:all.log?format={record.message}", "--to", "file:errors.log?level=error&format={record.message}", "--http", "127.0.0.1:0")
	sendLines(t, filepath.Join(c.dir, "s"), jsonLines+"no json\n")
	for path, want := range map[string][]string{
		"/healthz": {"ok\n"},
		"/metrics": {
			"# TYPE logbook_collected_records_total counter\n",
			`logbook_records_total{kind="sink",name="file:errors.log?level=error&format={record.message}",part="queues.Background",result="dropped"} 0` + "\n",
			`logbook_events_total{kind="source",name="unix:s?accept=json",part="socket.Subscriber",event="refused"} 1` + "\n",
		},
	} {
		text := c.get(t, path)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: want %q in\n%s", path, w, text)
			}
		}
	}
	code, last := c.stop(t)
	if code != 0 || last != "logbook: 4 records collected, none lost, 1 input refused" {
		t.Errorf("exit code %d, %s", code, c.read(t, "stderr"))
	}
	if got := c.read(t, "all.log"); !strings.Contains(got, "one\ntwo\nthree\n") || !strings.Contains(got, "refused an input") {
		t.Errorf("%q", got)
	}
	if got := c.read(t, "errors.log"); got != "two\n" {
		t.Errorf("%q", got)
	}
	if _, err := os.Stat(filepath.Join(c.dir, "s")); err == nil {
		t.Error("the socket was left behind")
	}
}

// --level and --channel select records.
func TestCollectFilters(t *testing.T) {
	for args, want := range map[string]string{
		"--channel app":               "one two",
		"--channel app.db":            "one",
		"--level warning":             "two",
		"--channel application":       "three",
		"--channel x --channel app":   "one two",
		"--level info --channel app.": "",
	} {
		out, stderr, code := execute(t, jsonLines, append(strings.Fields("collect --from - --to console:-?format={record.message}"), strings.Fields(args)...)...)
		if got := strings.Join(strings.Fields(out), " "); code != 0 || got != want || stderr != "logbook: 3 records collected, none lost\n" {
			t.Errorf("%s: %q, exit code %d, %s", args, got, code, stderr)
		}
	}
}

// Lost records are counted, reported, and change the exit code.
func TestCollectLosses(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		out, stderr, code := execute(t, jsonLines, "collect", "--from", "-", "--to", "exec:false")
		if code != 1 || out != "" || !strings.Contains(stderr, "3 lost") {
			t.Errorf("%q, exit code %d, %s", out, code, stderr)
		}
		return
	}
	out, stderr, code := execute(t, jsonLines, "collect", "--from", "-", "--to", "file:/dev/full", "--to", "console:-?format={record.message}", "--grace", "100ms")
	if code != 1 || out != "one\ntwo\nthree\n" || !strings.HasSuffix(stderr, "logbook: sink \"file:/dev/full\": 3 records lost\nlogbook: 3 records collected, 3 lost\n") {
		t.Errorf("%q, exit code %d, %s", out, code, stderr)
	}
}

// What has arrived when the collector is stopped is written.
func TestCollectStop(t *testing.T) {
	const n = 20_000
	c := collect(t, nil, "--from", "unix:s?accept=json", "--to", "file:all.log?format={record.message}", "--overflow", "block", "--grace", "2m")
	conn, err := net.Dial("unix", filepath.Join(c.dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, strings.Repeat(`{"level":"INFO","msg":"one"}`+"\n", n)); err != nil {
		t.Fatal(err)
	}
	if code, last := c.stop(t); code != 0 || last != fmt.Sprintf("logbook: %d records collected, none lost", n) {
		t.Errorf("exit code %d, %s", code, c.read(t, "stderr"))
	}
	if got := strings.Count(c.read(t, "all.log"), "one\n"); got != n {
		t.Errorf("%d of %d records", got, n)
	}
}

// What is still on its way to a sink that does not take it is counted as lost, too.
func TestCollectStopWithFullSink(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		return // the sink has to fail
	}
	c := collect(t, nil, "--from", "unix:s?accept=json", "--to", "file:/dev/full", "--to", "console:-?format={record.message}", "--overflow", "block", "--queue", "1", "--grace", "200ms")
	conn, err := net.Dial("unix", filepath.Join(c.dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, strings.Repeat(`{"level":"INFO","msg":"one"}`+"\n", 2000)); err != nil {
		t.Fatal(err)
	}
	c.next(t) // the connection is accepted, and the first sink has a record
	code, last := c.stop(t)
	var collected, lost, ofSink int
	_, err1 := fmt.Sscanf(last, "logbook: %d records collected, %d lost", &collected, &lost)
	_, sink, _ := strings.Cut(c.read(t, "stderr"), `logbook: sink "file:/dev/full": `)
	_, err2 := fmt.Sscan(sink, &ofSink)
	if code != 1 || err1 != nil || err2 != nil || lost <= ofSink {
		t.Errorf("exit code %d, %v, %v: %s", code, err1, err2, c.read(t, "stderr"))
	}
}

// At SIGHUP the file is read again. What has not changed stays open; an invalid file changes
// nothing.
func TestCollectReload(t *testing.T) {
	const in = "[source in]\nscheme = unix\npath = s\naccept = json\n"
	const more = "[source more]\nscheme = unix\npath = s2\naccept = json\n"
	const console = "[sink last]\nscheme = console\npath = -\nformat = {record.message}\n"
	out := func(path string) string {
		return "[sink out]\nscheme = file\nformat = {record.message}\npath = " + path + "\n" + console
	}
	c := collect(t, map[string]string{"c.ini": in + out("a.log")}, "--config", "c.ini")
	lines := strings.SplitAfter(jsonLines, "\n")
	conn, err := net.Dial("unix", filepath.Join(c.dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	write := func(conn io.Writer, line string) {
		t.Helper()
		if _, err := io.WriteString(conn, line); err != nil {
			t.Fatal(err)
		}
		if got := c.next(t); !strings.Contains(line, got) { // then the first sink has it, too
			t.Errorf("got %q of %s", got, line)
		}
	}
	reload := func(text string) {
		t.Helper()
		c.file(t, "c.ini", text)
		if err := c.signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		c.waitFor(t, "RELOADING=1")
		c.waitFor(t, "READY=1")
	}
	write(conn, lines[0])
	reload(in + "[sink out]\nscheme = nil\n")
	if !strings.Contains(c.read(t, "stderr"), `unknown scheme "nil"`) {
		t.Errorf("%s", c.read(t, "stderr"))
	}
	reload("")
	if !strings.HasSuffix(c.read(t, "stderr"), "c.ini: no section [source NAME]\n") {
		t.Errorf("%s", c.read(t, "stderr"))
	}
	write(conn, lines[1])
	// A source that cannot be opened; before it, one that has to replace another, which is opened again.
	reload("[source in]\nscheme = unix\npath = s\naccept = json\nmax_frame = 2MiB\n" + out("b.log") + "[source bad]\nscheme = unix\npath = missing/s\naccept = json\n")
	if got := c.read(t, "stderr"); !strings.Contains(got, "reloading: ") || !strings.Contains(got, "missing/s") || strings.Contains(got, "closed") {
		t.Errorf("%s", got)
	}
	if conn, err = net.Dial("unix", filepath.Join(c.dir, "s")); err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	reload(in + out("b.log") + more)
	if got := c.read(t, "a.log"); got != "one\ntwo\n" {
		t.Errorf("%q", got)
	}
	write(conn, lines[2])
	second, err := net.Dial("unix", filepath.Join(c.dir, "s2"))
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	write(second, lines[0])
	reload(out("c.log") + more)
	if got := c.read(t, "b.log"); got != "three\none\n" {
		t.Errorf("%q", got)
	}
	if _, err := os.Stat(filepath.Join(c.dir, "s")); err == nil {
		t.Error("the removed source left its socket behind")
	}
	write(second, lines[1])
	if code, last := c.stop(t); code != 0 || last != "logbook: 5 records collected, none lost" {
		t.Errorf("exit code %d, %s", code, c.read(t, "stderr"))
	}
	if got := c.read(t, "c.log"); got != "two\n" {
		t.Errorf("%q", got)
	}
}

// Bad options are errors before anything is opened.
func TestCollectUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	for args, want := range map[string]string{
		"":                                     "no source: want --from or --config",
		"x":                                    `unexpected argument "x"`,
		"--from unix:s":                        `option "accept": missing`,
		"--from unix:s?accept=jsn":             `option "accept": socket: unknown format "jsn"`,
		"--from unix:s?accept=json --to nil:x": `unknown scheme "nil"`,
		"--from unix:s?accept=json --queue 0":  `invalid count "0"`,
		"--from unix:s?accept=json --queue -1": `invalid count "-1"`,
		"--from unix:s?accept=json --overflow no": `invalid policy "no"`,
		"--from nil:s": `unknown source scheme "nil"`,
		"--from tcp://0.0.0.0:1?accept=json --to file:x.log": "other machines can reach this address",
		"--from tls://127.0.0.1:1?accept=json":               `option "cert": missing`,
		"--from tcp://:x?accept=json":                        "invalid address",
		"--from otlp://0.0.0.0:1 --to file:x.log":            "other machines can reach this address",
		"--from otlp://x@127.0.0.1:1":                        "a user is not allowed; see the option token",
		"--from otlp://127.0.0.1:1/v1/logs":                  "a path is not allowed: requests are for /v1/logs",
		"--from otlp://127.0.0.1":                            "invalid address: want otlp://HOST:PORT",
		"--from otlp://127.0.0.1:1?token=hunter%202":         "invalid Tokens: a token is empty, or has other characters",
		"--from otlp://127.0.0.1:1?token_file=none":          `option "token_file": open `,
		"--from otlp://127.0.0.1:1?token=":                   `option "token": missing`,
		"--from otlp://127.0.0.1:1?token_file=/dev/null":     `option "token_file": /dev/null is empty`,
		"--from otlp://127.0.0.1:1?max_body=1GB":             `option "max_body": 1000000000 is more than 64 MiB`,
		"--from otlp://127.0.0.1:1?cert=x":                   `option "cert": unknown`,
		"--from otlps://127.0.0.1:1":                         `option "cert": missing`,
		"--config missing.ini":                               "missing.ini: no such file",
		"--config c.ini --from -":                            "--config cannot be used with --from",
		"--from - --level loud":                              `unknown level "loud"`,
		"--from - --to file:x.log --http x":                  "--http x: ",
		"--from - --from stdin:":                             "the same source is there twice",
		"--from tcp://127.0.0.1:1/x?accept=json":             "a path is not allowed after the host",
		"--from unix:s?accept=json&limit=1":                  `"limit": unknown (known to unix: accept, frame_timeout, idle_timeout, max_connections, max_frame, max_memory, max_per_address, mode, zone)`,
	} {
		_, stderr, code := execute(t, "", append([]string{"collect"}, strings.Fields(args)...)...)
		if code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %s", args, code, stderr)
		}
		if left, _ := os.ReadDir("."); len(left) > 0 {
			t.Fatalf("%s: left %v", args, left)
		}
	}
}

// Tail prints the records that its flags select.
func TestTail(t *testing.T) {
	out, stderr, code := execute(t, jsonLines, "tail", "-", "--level", "error", "--format", "json")
	if code != 0 || stderr != "" || !strings.Contains(out, `"msg":"two"`) || strings.Count(out, "\n") != 1 {
		t.Errorf("%q, %s, exit code %d", out, stderr, code)
	}
	for args, want := range map[string]string{"": "want one source", "- -": "want one source", "- --format xml": `invalid --format "xml"`} {
		if _, stderr, code := execute(t, "", append([]string{"tail"}, strings.Fields(args)...)...); code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %s", args, code, stderr)
		}
	}
}

// send writes one record, whose message may name attributes.
func TestSend(t *testing.T) {
	out, stderr, code := execute(t, "", "send", "disk {disk} is full", "disk=sda1", "left=0=0", "--level", "error", "--channel", "backup", "--to", "console:-?format={record.level_name} {record.channel}: {record.message} {record.extra[left]}")
	if code != 0 || stderr != "" || out != "ERROR backup: disk sda1 is full 0=0\n" {
		t.Errorf("%q, %s, exit code %d", out, stderr, code)
	}
	// Braces that name no attribute are no failure.
	out, stderr, code = execute(t, "", "send", "got {}", "a=1", "--to", "console:-?format={record.message}")
	if code != 0 || !strings.Contains(stderr, "could not format message") || out != "got {}\n" {
		t.Errorf("%q, %s, exit code %d", out, stderr, code)
	}
	for args, want := range map[string]string{
		"m":               `"to" not set`,
		"--to json:-":     "no message",
		"m =x --to json:": `invalid attribute "=x": want KEY=VALUE`,
		"m x --to json:":  `invalid attribute "x": want KEY=VALUE`,
		"m --to nil:x":    `unknown scheme "nil"`,
	} {
		if _, stderr, code := execute(t, "", append([]string{"send"}, strings.Fields(args)...)...); code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %s", args, code, stderr)
		}
	}
	if _, stderr, code := execute(t, "", "send", "m", "--to", "exec:false"); code != 1 || !strings.HasPrefix(stderr, "logbook: *handlers.Exec: ") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

func TestKeygen(t *testing.T) {
	t.Chdir(t.TempDir())
	token, _, code := execute(t, "", "keygen", "token")
	again, _, _ := execute(t, "", "keygen", "token")
	if code != 0 || len(token) != 65 || token == again {
		t.Errorf("%q, %q", token, again)
	}
	if out, stderr, code := execute(t, "", "keygen", "token", "--out", "t"); code != 0 || out+stderr != "" {
		t.Errorf("%q, %s", out, stderr)
	}
	if info, err := os.Stat("t"); err != nil || info.Mode() != 0o600 || info.Size() != 65 {
		t.Errorf("%v, %v", info, err)
	}
	if out, stderr, code := execute(t, "", "keygen", "curve", "--out", ""); code != 2 || out != "" || !strings.Contains(stderr, "--out: missing path") {
		t.Errorf("%q, %s, exit code %d", out, stderr, code)
	}
	out, stderr, code := execute(t, "", "keygen", "curve", "--out", "c")
	secret, err1 := os.ReadFile("c")
	public, err2 := os.ReadFile("c.pub")
	if code != 0 || stderr != "" || err1 != nil || err2 != nil || out != "public key: "+string(public) || len(public) != 41 || len(secret) != 41 {
		t.Errorf("%q, %s, %q, %q", out, stderr, public, secret)
	}
	if info, err := os.Stat("c"); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if got, err := zeromq.PublicKey(strings.TrimSpace(string(secret))); err != nil || got+"\n" != string(public) {
		t.Errorf("%q, %v", got, err)
	}
	for args, want := range map[string]string{"token --out t": "file exists", "curve --out c": "file", "": "want curve or token", "rsa": "want curve or token"} {
		if _, stderr, code := execute(t, "", append([]string{"keygen"}, strings.Fields(args)...)...); code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %s", args, code, stderr)
		}
	}
}
