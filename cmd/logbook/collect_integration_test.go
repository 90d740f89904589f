//go:build integration && zmq && unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/queues/zeromq"
)

func init() { buildTags = "zmq" }

// python runs a program with Debian's Python, whose Logbook the tests need.
func python(t *testing.T, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", append([]string{"-c", program}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("python3: %v\n%s", err, out)
	}
}

const pythonLogbook = `
import sys, logbook
from logbook.queues import ZeroMQHandler
handler = ZeroMQHandler(sys.argv[1], multi=True)
log = logbook.Logger("measuring")
with handler.applicationbound():
    log.info("measured {v} volts \u2603", v=1.5)
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("failed")
handler.close()
`

const pythonLogging = `
import sys, logging, logging.handlers
log = logging.getLogger("service.db")
handler = logging.handlers.SocketHandler(sys.argv[1], None)
handler.closeOnError = False
log.addHandler(handler)
log.setLevel(logging.DEBUG)
log.debug("connected to %s \u2603", "db1", extra={"user": "me"})
try:
    {}["x"]
except KeyError:
    log.exception("query failed")
handler.close()
`

// Programs in Python send to the collector: Logbook over ZeroMQ, and logging's SocketHandler.
func TestCollectFromPython(t *testing.T) {
	c := collect(t, nil, "--from", "zmq-pull:z", "--from", "unix:s?accept=pickle", "--to", "json:all.json", "--to", "console:-?format={record.message}")
	dir, err := filepath.EvalSymlinks(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	python(t, pythonLogbook, "ipc://"+filepath.Join(dir, "z"))
	python(t, pythonLogging, filepath.Join(dir, "s"))
	for range 4 {
		c.next(t)
	}
	if code, last := c.stop(t); code != 0 || last != "logbook: 4 records collected, none lost" {
		t.Errorf("exit code %d, %s", code, c.read(t, "stderr"))
	}
	got := make(map[string]map[string]any)
	for line := range strings.Lines(c.read(t, "all.json")) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		got[r["msg"].(string)] = r
	}
	for msg, want := range map[string]map[string]string{
		"measured 1.5 volts ☃": {"level": `"INFO"`, "channel": `"measuring"`, "v": "1.5"},
		"failed":               {"level": `"ERROR"`, "channel": `"measuring"`},
		"connected to db1 ☃":   {"level": `"DEBUG"`, "channel": `"service.db"`, "user": `"me"`},
		"query failed":         {"level": `"ERROR"`, "channel": `"service.db"`},
	} {
		r := got[msg]
		for key, w := range want {
			if v, _ := json.Marshal(r[key]); string(v) != w {
				t.Errorf("%s: %s is %s, want %s", msg, key, v, w)
			}
		}
		if e, _ := json.Marshal(r["exception"]); want["level"] == `"ERROR"` && !strings.Contains(string(e), "Traceback") {
			t.Errorf("%s: exception %s", msg, e)
		}
	}
}

// send and tail are two ends of a pair of ZeroMQ sockets.
func TestSendToCollect(t *testing.T) {
	c := collect(t, nil, "--from", "zmq-pull:z", "--to", "console:-?format={record.channel}: {record.message}")
	cmd := command(t, "send", "disk {disk} is full", "disk=sda1", "--to", "zmq-push:"+filepath.Join(c.dir, "z"))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	if got := c.next(t); got != "send: disk sda1 is full" {
		t.Errorf("%q", got)
	}
	if code, last := c.stop(t); code != 0 || last != "logbook: 1 record collected, none lost" {
		t.Errorf("exit code %d, %s", code, c.read(t, "stderr"))
	}
}

// A record that nobody subscribes to is not sent.
func TestSendToNobody(t *testing.T) {
	for _, options := range []string{"", "?connect=1"} {
		uri := "zmq-pub:" + filepath.Join(t.TempDir(), "z") + options
		_, stderr, code := execute(t, "", "send", "m", "--to", uri)
		if want := fmt.Sprintf("logbook: sink %q: nobody subscribes to it yet\n", uri); code != 1 || stderr != want {
			t.Errorf("exit code %d, %s", code, stderr)
		}
	}
}

// A client with a wrong key is counted as refused.
func TestCollectRefusesKey(t *testing.T) {
	public, secret, err1 := zeromq.NewKeys()
	other, wrong, err2 := zeromq.NewKeys()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	c := collect(t, map[string]string{"server": secret, "clients": public}, "--from", "zmq-pull:z?curve=server&curve_clients=clients", "--to", "console:-?format={record.message}")
	h, err := zeromq.NewHandler("ipc://"+filepath.Join(c.dir, "z"), &zeromq.HandlerOptions{Push: true, SocketOptions: zeromq.SocketOptions{Curve: &zeromq.Curve{SecretKey: wrong, ServerKey: public}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.next(t); !strings.Contains(got, "the key is not among the allowed ones: "+other) {
		t.Errorf("%q", got)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_ = h.Close(gone)
	if _, last := c.stop(t); !strings.Contains(last, "none lost, ") || !strings.HasSuffix(last, " refused") {
		t.Errorf("%s", last)
	}
}

// The example of the documentation runs: an agent is killed, and nothing is lost.
func TestDistributed(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "../../examples/distributed/run.sh", t.TempDir())
	cmd.Env = append(os.Environ(), "NPM_CONFIG_OFFLINE=true") // the program in JavaScript needs a registry
	out, err := cmd.CombinedOutput()
	want := regexp.MustCompile(`(?s) sent +received +twice\n +orders +1001 +1001 +0\n.* records collected, none lost\n$`)
	if err != nil || !want.Match(out) {
		t.Errorf("%v\n%s", err, out)
	}
}
