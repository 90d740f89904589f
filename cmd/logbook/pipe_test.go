package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

const (
	slogLine = `{"time":"2026-11-20T10:40:31.355Z","level":"WARN","msg":"slow {query}","took":3}`
	textLine = `[2024-02-29 13:37:42.500000+0000] ERROR: db: lost`
)

func TestPipe(t *testing.T) {
	const both = slogLine + "\n" + textLine + "\n"
	const slogJSON = `{"time":"2026-11-20T10:40:31.355000Z","level":"WARNING","channel":"pipe","msg":"slow {query}","took":3}` + "\n"
	const textJSON = `{"time":"2024-02-29T13:37:42.500000Z","level":"ERROR","channel":"db","msg":"lost"}` + "\n"
	tests := []struct {
		name, stdin  string
		args         []string
		want, stderr string
	}{
		{name: "for people", stdin: both, want: "2026-11-20 10:40:31.355 WARNING  pipe: slow {query} took=3\n2024-02-29 13:37:42.500 ERROR    db: lost\n"},
		{name: "nothing", stdin: "", want: ""},
		{name: "empty lines", stdin: "\n\r\n" + textLine + "\n\n", want: "2024-02-29 13:37:42.500 ERROR    db: lost\n"},
		{name: "no newline at the end", stdin: textLine, want: "2024-02-29 13:37:42.500 ERROR    db: lost\n"},
		{name: "CRLF", stdin: textLine + "\r\n", want: "2024-02-29 13:37:42.500 ERROR    db: lost\n"},
		{name: "channel", stdin: both, args: []string{"--channel", "web"}, want: "2026-11-20 10:40:31.355 WARNING  web: slow {query} took=3\n2024-02-29 13:37:42.500 ERROR    db: lost\n"},
		{name: "level", stdin: both, args: []string{"--level=error"}, want: "2024-02-29 13:37:42.500 ERROR    db: lost\n"},
		{name: "JSON", stdin: both, args: []string{"--to", "json:"}, want: slogJSON + textJSON},
		{name: "sinks", stdin: both, args: []string{"--to", "json:", "--to", "stderr:?level=error", "--to", "json:-?level=error&bubble=false"},
			want: slogJSON + textJSON + textJSON, stderr: "[2024-02-29 13:37:42.500000+0000] ERROR: db: lost\n"},
		{name: "nowhere and somewhere", stdin: both, args: []string{"--to", "null:", "--to", "json:?level=error"}, want: textJSON},
		{name: "fingers crossed", stdin: slogLine + "\n" + both + slogLine + "\n", args: []string{"--to", "json:?fingers_crossed=error&fingers_crossed_reset=true"}, want: slogJSON + slogJSON + textJSON},
		{name: "source", args: []string{"--to", "json:?source=true"}, stdin: `{"time":"2026-03-05T10:00:00Z","level":"INFO","source":{"function":"main.f","file":"/a/b.go","line":7},"msg":"m"}` + "\n",
			want: `{"time":"2026-03-05T10:00:00.000000Z","level":"INFO","channel":"pipe","msg":"m","source":{"function":"main.f","file":"/a/b.go","line":7}}` + "\n"},
		{name: "sampled", stdin: strings.Repeat(slogLine+"\n", 3), args: []string{"--to", "json:?sample=3&format={record.message}"}, want: "slow {query} (2 suppressed)\n"},
		{name: "hostile", stdin: textLine + "\x00\xff\x1b[2J\u202e\rx\r\n", want: `2024-02-29 13:37:42.500 ERROR    db: lost\x00\ufffd\x1b[2J\u202e\rx` + "\n"},
		{name: "too long", stdin: textLine + strings.Repeat("€", 100) + "\n" + textLine + "\n", args: []string{"--max-line", "64B"},
			want: "2024-02-29 13:37:42.500 ERROR    db: lost€€€€€\n2024-02-29 13:37:42.500 ERROR    db: " + strings.Repeat("€", 21) + " piece=2\n2024-02-29 13:37:42.500 ERROR    db: " + strings.Repeat("€", 21) + " piece=3\n" +
				"2024-02-29 13:37:42.500 ERROR    db: " + strings.Repeat("€", 21) + " piece=4\n2024-02-29 13:37:42.500 ERROR    db: " + strings.Repeat("€", 21) + " piece=5\n" +
				"2024-02-29 13:37:42.500 ERROR    db: " + strings.Repeat("€", 11) + " piece=6\n2024-02-29 13:37:42.500 ERROR    db: lost\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, stderr, code := execute(t, tt.stdin, append([]string{"pipe"}, tt.args...)...)
			if got != tt.want || stderr != tt.stderr || code != exitOK {
				t.Errorf("exit code %d, stderr %q\ngot  %q\nwant %q", code, stderr, got, tt.want)
			}
		})
	}
}

// pipe reads its own JSON and wire output as the same records.
func TestPipeReadsItsOutput(t *testing.T) {
	const lines = slogLine + "\n" + textLine + "\n" +
		`{"level":50,"time":1795171237265,"pid":5823,"hostname":"vm","err":{"type":"E","message":"m","stack":"E: m\n    at f"},"msg":"it"}` + "\n"
	want, _, _ := execute(t, lines, "pipe", "--to", "json:")
	for _, sink := range []string{"json:", "json:?format=wire"} {
		once, _, _ := execute(t, lines, "pipe", "--to", sink)
		twice, stderr, code := execute(t, once, "pipe", "--to", "json:")
		if code != exitOK || stderr != "" || !sameLines(t, twice, want) {
			t.Errorf("%s: exit code %d, %q\ngot\n%s\nwant\n%s", sink, code, stderr, twice, want)
		}
	}
}

// pipe reads the records of a program that logs to its standard output by a queues.Pipe.
func TestPipeOfQueues(t *testing.T) {
	var lines bytes.Buffer
	logbook.InGoroutine(func() { logbook.New("app").Warn("cannot save {file}", "file", "a.txt") }, queues.NewPipe(&lines, nil))
	got, stderr, code := execute(t, lines.String(), "pipe", "--to", "file:-?format={record.level_name} {record.channel} {record.process} {record.func_name}: {record.message}")
	if want := fmt.Sprintf("WARNING app %d TestPipeOfQueues.func1: cannot save a.txt\n", os.Getpid()); got != want || stderr != "" || code != exitOK {
		t.Errorf("exit code %d, stderr %q\ngot  %q\nwant %q", code, stderr, got, want)
	}
}

// sameLines compares JSON lines, ignoring the order of keys and the zone of times.
func sameLines(t *testing.T, a, b string) bool {
	t.Helper()
	read := func(text string) (out []string) {
		for line := range strings.Lines(text) {
			var m map[string]any
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				t.Fatalf("%v in %q", err, line)
			}
			at, err := time.Parse(time.RFC3339Nano, m["time"].(string))
			if err != nil {
				t.Fatal(err)
			}
			m["time"] = at.UTC()
			sorted, _ := json.Marshal(m)
			out = append(out, string(sorted))
		}
		return out
	}
	return strings.Join(read(a), "\n") == strings.Join(read(b), "\n")
}

func TestPipeForcedColors(t *testing.T) {
	cmd := command(t, "pipe")
	cmd.Env = append(cmd.Env, "FORCE_COLOR=1", "NO_COLOR=")
	cmd.Stdin = strings.NewReader(textLine)
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), "\x1b[31;1mERROR\x1b[0m") {
		t.Errorf("%q, %v", out, err)
	}
}

// running is a running program whose input and output the test controls.
type running struct {
	stdin  io.WriteCloser
	stdout io.ReadCloser
	lines  *bufio.Scanner
	stderr bytes.Buffer
	signal func(os.Signal) error
	wait   func() error
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	return startCommand(t, command(t, args...), nil)
}

// startCommand starts a command whose standard error goes to a buffer of its own unless one
// is given.
func startCommand(t *testing.T, cmd *exec.Cmd, stderr io.Writer) *running {
	t.Helper()
	r := new(running)
	var err error
	if r.stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if r.stdout, err = cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if cmd.Stderr = stderr; stderr == nil {
		cmd.Stderr = &r.stderr
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.lines = bufio.NewScanner(r.stdout)
	r.signal, r.wait = cmd.Process.Signal, cmd.Wait
	return r
}

// write writes to the program's input.
func (r *running) write(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(r.stdin, text); err != nil {
		t.Error(err)
	}
}

// next reads a line of the program's output.
func (r *running) next(t *testing.T) string {
	t.Helper()
	if !r.lines.Scan() {
		t.Errorf("no line: %v", r.lines.Err())
	}
	return r.lines.Text()
}

// A line is written while the input is still open.
func TestPipeWritesEachLineAtOnce(t *testing.T) {
	r := start(t, "pipe")
	for range 3 {
		r.write(t, textLine[:20])
		r.write(t, textLine[20:]+"\n")
		if got := r.next(t); got != "2024-02-29 13:37:42.500 ERROR    db: lost" {
			t.Errorf("got %q", got)
		}
	}
	r.stdin.Close()
	if code := exitOf(t, r.wait()); code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// The program ends without a message when its reader closes the pipe.
func TestPipeClosedOutput(t *testing.T) {
	r := start(t, "pipe")
	r.write(t, textLine+"\n")
	r.next(t)
	r.stdout.Close()
	for {
		if _, err := io.WriteString(r.stdin, textLine+"\n"); err != nil {
			break // the program has ended
		}
	}
	if code := exitOf(t, r.wait()); code != exitClosed || r.stderr.Len() > 0 {
		t.Errorf("exit code %d, %q", code, r.stderr.String())
	}
}

// A closed output loses no records of other sinks.
func TestPipeClosedOutputOfSeveral(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.log")
	r := start(t, "pipe", "--to", "console:-", "--to", "file:"+filepath.ToSlash(path))
	r.write(t, textLine+"\n")
	r.next(t)
	r.stdout.Close()
	const n = 100
	r.write(t, strings.Repeat(textLine+"\n", n))
	r.stdin.Close()
	code := exitOf(t, r.wait())
	got, err := os.ReadFile(path)
	if code != exitClosed || r.stderr.Len() > 0 || err != nil || bytes.Count(got, []byte("\n")) != n+1 {
		t.Errorf("exit code %d, %q, %d lines, %v", code, r.stderr.String(), bytes.Count(got, []byte("\n")), err)
	}
}

// Records that a notifier failed to send, and reports again when closed, are counted
// once.
func TestPipeCountsLostRecordsOnce(t *testing.T) {
	_, stderr, code := execute(t, "one\ntwo\n", "pipe", "--to", "ntfy:https://127.0.0.1:1/topic")
	if !strings.HasSuffix(stderr, ": 2 of 2 records were not written\n") || code != exitFailed {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

func TestPipeUnreadableInput(t *testing.T) {
	dir, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	cmd := command(t, "pipe")
	cmd.Stdin = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if code := exitOf(t, cmd.Run()); code != exitFailed || !strings.HasPrefix(stderr.String(), "logbook: standard input: ") {
		t.Errorf("exit code %d, %q", code, stderr.String())
	}
}

// testPipe returns a pipe that writes to a file, and a function that reads the file.
func testPipe(t *testing.T) (p *pipe, stderr *bytes.Buffer, read func() string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out.log")
	stderr = new(bytes.Buffer)
	s, err := openSinks([]string{"file:" + filepath.ToSlash(path) + "?format={record.message}"}, stderr)
	if err != nil {
		t.Fatal(err)
	}
	p = &pipe{channel: "pipe", level: -128, grace: time.Minute, sinks: s, bound: s.bind(t.Context())}
	p.options.MaxLine = 1 << 10
	return p, stderr, func() string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		return string(b)
	}
}

// stdinOf returns a reader as standard input.
func stdinOf(r io.Reader) []*input {
	return []*input{{name: "standard input", channel: "pipe", reader: r, live: true}}
}

// After a signal the input is read to its end.
func TestPipeReadsOnAfterSignal(t *testing.T) {
	p, stderr, read := testPipe(t)
	synctest.Test(t, func(t *testing.T) {
		in, out := io.Pipe()
		stop := make(chan os.Signal, 1)
		codes := make(chan int)
		go func() { codes <- p.copy(stdinOf(in), stop, stderr, nil) }()
		_, _ = io.WriteString(out, "one\n")
		stop <- syscall.SIGINT
		synctest.Wait()
		<-time.After(p.grace - time.Second) // in the fake time of synctest
		_, _ = io.WriteString(out, "two\nthree")
		out.Close()
		if code := <-codes; code != 130 {
			t.Errorf("exit code %d", code)
		}
	})
	if got := read(); got != "one\ntwo\nthree\n" || stderr.Len() > 0 {
		t.Errorf("got %q, %q", got, stderr)
	}
}

// After a signal the input is read for the grace period at most.
func TestPipeEndsAfterGrace(t *testing.T) {
	p, stderr, read := testPipe(t)
	synctest.Test(t, func(t *testing.T) {
		in, out := io.Pipe()
		stop := make(chan os.Signal, 1)
		codes := make(chan int)
		go func() { codes <- p.copy(stdinOf(in), stop, stderr, nil) }()
		_, _ = io.WriteString(out, "one\ntwo")
		begin := time.Now()
		stop <- syscall.SIGTERM
		if code := <-codes; code != 143 {
			t.Errorf("exit code %d", code)
		}
		if took := time.Since(begin); took != p.grace {
			t.Errorf("took %v", took)
		}
		out.Close()
	})
	if got := read(); got != "one\ntwo\n" || stderr.Len() > 0 {
		t.Errorf("got %q, %q", got, stderr)
	}
}

// A signal that arrives together with the end of the input sets the exit code.
func TestPipeSignalAtTheEnd(t *testing.T) {
	for range 20 { // select picks one of the two at random
		p, stderr, _ := testPipe(t)
		stop := make(chan os.Signal, 1)
		stop <- syscall.SIGINT
		if code := p.copy(stdinOf(strings.NewReader("x\n")), stop, stderr, nil); code != 130 {
			t.Fatalf("exit code %d", code)
		}
	}
}

// failing fails each Read after the first.
type failing struct{ text string }

func (f *failing) Read(p []byte) (int, error) {
	if f.text == "" {
		return 0, errors.New("the tape is torn")
	}
	n := copy(p, f.text)
	f.text = f.text[n:]
	return n, nil
}

func TestPipeBrokenInput(t *testing.T) {
	p, stderr, read := testPipe(t)
	code := p.copy(stdinOf(&failing{"one\ntwo"}), nil, stderr, nil)
	if code != exitFailed || stderr.String() != "logbook: standard input: the tape is torn\n" || read() != "one\ntwo\n" {
		t.Errorf("exit code %d, %q, %q", code, stderr, read())
	}
}
