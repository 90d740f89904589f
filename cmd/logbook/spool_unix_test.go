//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	otlphttp "github.com/logbook-go/logbook/queues/otlp"
)

// At a reload, sinks go on where those before have stopped.
func TestCollectSpoolReload(t *testing.T) {
	const in = "[source in]\nscheme = unix\npath = s\naccept = json\n"
	const last = "[sink last]\nscheme = console\npath = -\nformat = {record.message}\n"
	out := func(path string) string {
		return "[sink out]\nscheme = file\nformat = {record.message}\npath = " + path + "\n"
	}
	c := collect(t, map[string]string{"c.ini": in + out("/dev/full") + last}, "--config", "c.ini", "--spool", "spool", "--http", "127.0.0.1:0")
	lines := strings.SplitAfter(jsonLines, "\n")
	for i, config := range []string{in + out("a.log") + last, in + last, ""} {
		sendLines(t, filepath.Join(c.dir, "s"), lines[i])
		if got := c.next(t); !strings.Contains(lines[i], `"`+got+`"`) {
			t.Errorf("got %q of %s", got, lines[i])
		}
		if config == "" {
			break
		}
		c.file(t, "c.ini", config)
		if err := c.signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		c.waitFor(t, "RELOADING=1")
		c.waitFor(t, "READY=1")
	}
	metrics := c.get(t, "/metrics")
	for _, want := range []string{`logbook_spool_lag_records{cursor="last"} `, `logbook_spool_lag_records{cursor="out"} `, `logbook_collected_records_total 3`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("want %s in\n%s", want, metrics)
		}
	}
	code, line := c.stop(t)
	stderr := c.read(t, "stderr")
	if code != 0 || line != "logbook: 3 records collected, none lost" || !strings.Contains(stderr, `no sink has the cursor "out" of the spool`) {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if got := c.read(t, "a.log"); !strings.HasPrefix(got, "one\n") {
		t.Errorf("%q", got)
	}
}

// Without a spool, the start says what an acknowledgement is worth, if a source has any.
func TestCollectWorth(t *testing.T) {
	for source, want := range map[string]bool{"otlp://" + freePort(t): true, "unix:s?accept=json": false} {
		c := collect(t, nil, "--from", source)
		if _, _ = c.stop(t); strings.Contains(c.read(t, "stderr"), "without --spool, records are acknowledged when they are in the queues in memory") != want {
			t.Errorf("%s: %s", source, c.read(t, "stderr"))
		}
	}
	t.Chdir(t.TempDir())
	for args, want := range map[string]string{
		"--spool s --queue 5":        "--queue has no effect with --spool",
		"--spool s --overflow block": "--overflow has no effect with --spool",
		"--spool-size 1GiB":          "--spool-size has no effect without --spool",
		"--spool s --spool-size 1k":  `invalid size "1k": want at least 256KiB`,
		"--spool s --spool-sync x":   `invalid sync policy "x": want always, interval or never`,
		"--spool s --to nil:":        `unknown scheme "nil"`,
		"--spool= --to file:x":       "--spool: missing directory",
	} {
		_, stderr, code := execute(t, "", append([]string{"collect", "--from", "-"}, strings.Fields(args)...)...)
		if code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %s", args, code, stderr)
		}
	}
	if left, _ := os.ReadDir("."); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// With a spool, a sink that fails gets its records after the next start, and holds up no
// other one.
func TestCollectSpool(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	collect := func(input string, args ...string) (stdout, stderr string) {
		t.Helper()
		out, stderr, code := execute(t, input, append(strings.Fields("collect --from - --spool spool --to console:-?format={record.message}"), args...)...)
		if code != 0 {
			t.Errorf("exit code %d, %s", code, stderr)
		}
		return out, stderr
	}
	lines := strings.SplitAfter(jsonLines, "\n")
	if err := os.WriteFile("sink", []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	out, stderr := collect(lines[0]+lines[1], "--to", "exec:./sink?args={record.message}&level=info")
	if out != "one\ntwo\n" || !strings.HasSuffix(stderr, "logbook: 2 records collected, none lost\n") || !strings.Contains(stderr, `sink "exec:./sink?args={record.message}&level=info": queues: 2 records stay in the spool: `) {
		t.Errorf("%q, %s", out, stderr)
	}
	if err := os.WriteFile("sink", []byte("#!/bin/sh\necho \"$1\" >> got\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	out, stderr = collect(lines[2], "--to", "exec:./sink?args={record.message}&level=info")
	if out != "three\n" || stderr != "logbook: 1 record collected, none lost\n" {
		t.Errorf("%q, %s", out, stderr)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "got")); string(got) != "one\ntwo\nthree\n" {
		t.Errorf("%q, %v", got, err)
	}
	// A sink that is left out is reported; a filter holds for what comes out.
	out, stderr = collect(jsonLines, "--channel", "app.db")
	if out != "one\n" || !strings.Contains(stderr, `logbook: no sink has the cursor "exec-.-sink-args-record.message-level-in`) {
		t.Errorf("%q, %s", out, stderr)
	}
}

// A program logs to a collector that is not there, by way of a spool. What it has when it ends,
// the next run of it sends, as it was encoded.
func TestCollectFromSpool(t *testing.T) {
	const n = 500
	dir, address := t.TempDir(), freePort(t)
	defer logbook.PushApplication(logbook.Flags{Errors: logbook.SilentErrors})()
	run := func(first int) error {
		h, err := otlphttp.NewHandler("otlp://"+address, &otlphttp.HandlerOptions{Service: "shop"})
		if err != nil {
			t.Fatal(err)
		}
		s, err := queues.NewSpool(h, dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			try(t, s.Handle(logbook.NewRecord(logbook.RecordData{Channel: "app", Message: strconv.Itoa(first + i), Time: time.Now()})))
		}
		return s.Close(t.Context())
	}
	if err := run(0); !errors.As(err, new(*queues.SpooledError)) {
		t.Errorf("%v", err)
	}
	c := collect(t, nil, "--from", "otlp://"+address, "--spool", "spool", "--to", "json:all.json", "--to", "console:-?format={record.message}")
	try(t, run(n))
	for i := range 2 * n {
		if got := c.next(t); got != strconv.Itoa(i) {
			t.Fatalf("got %s, want %d", got, i)
		}
	}
	if code, last := c.stop(t); code != 0 || last != fmt.Sprintf("logbook: %d records collected, none lost", 2*n) {
		t.Errorf("exit code %d, %s", code, c.read(t, "stderr"))
	}
	if got := c.read(t, "all.json"); strings.Count(got, `"service.name":"shop"`) != 2*n {
		t.Errorf("%s", got[:min(len(got), 1000)])
	}
}

// sinkScript is a sink that fails while there is a file "down".
const sinkScript = "#!/bin/sh\n[ -e down ] && exit 1\nprintf '%.8s\\n' \"$1\" >> got\n"

// A sink that is down holds up no other one, and gets its records in order when it is back. A
// full log makes senders wait, and nothing acknowledged is lost.
func TestCollectSpoolOutage(t *testing.T) {
	address := freePort(t)
	c := collect(t, map[string]string{"sink": sinkScript, "down": ""},
		"--from", "otlp://"+address, "--spool", "spool", "--spool-size", "256KiB", "--to", "exec:/bin/sh?args=sink%0A{record.message}", "--to", "console:-?format={record.message:.8}")
	client := new(http.Client)
	defer client.CloseIdleConnections()
	padding := strings.Repeat(" ", 8<<10)
	const refused = "refused " // the beginning of the receiver's report
	sent := ""
	post := func(n int) (status int) {
		t.Helper()
		text := fmt.Sprintf("n%07d", n)
		r := logbook.NewRecord(logbook.RecordData{Time: time.Now(), Channel: "app", Message: text + padding})
		body := new(otlp.Encoder).AppendRequest(nil, []*logbook.Record{r}, nil)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/v1/logs", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-protobuf")
		req.Header.Set("Idempotency-Key", fmt.Sprintf("i:%d-%d", n, n))
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			sent += text + "\n"
			got := c.next(t) // the other sink is not held up
			for strings.HasPrefix(got, refused) {
				got = c.next(t)
			}
			if got != text {
				t.Errorf("got %q, want %q", got, text)
			}
		} else if after, err := strconv.Atoi(resp.Header.Get("Retry-After")); err != nil || after > 5 {
			t.Errorf("Retry-After: %s", resp.Header.Get("Retry-After"))
		}
		return resp.StatusCode
	}
	n := 1
	for post(n) == http.StatusOK {
		if n++; n > 100 {
			t.Fatal("100 records of 8 KiB were accepted")
		}
	}
	try(t, os.Remove(filepath.Join(c.dir, "down")))
	for post(n) != http.StatusOK {
		<-time.After(50 * time.Millisecond) // as the sender was told
	}
	code, last := c.stop(t)
	if code != 0 || !strings.Contains(last, "records collected, none lost") {
		t.Errorf("exit code %d, %s", code, c.read(t, "stderr"))
	}
	if got := strings.ReplaceAll(c.read(t, "got"), refused+"\n", ""); got != sent {
		t.Errorf("got %q, want %q", got, sent)
	}
}
