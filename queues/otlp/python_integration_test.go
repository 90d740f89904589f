//go:build integration

package otlp_test

import (
	"os/exec"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
)

// pythonSender sends JSON with the standard library alone: plain, compressed, and again.
const pythonSender = `
import gzip, json, sys, urllib.request

def post(message, headers={}, pack=bytes):
    body = {"resourceLogs": [{"resource": {}, "scopeLogs": [{"scope": {"name": "job"}, "logRecords": [
        {"timeUnixNano": "1770091506000000000", "severityNumber": 17, "body": {"stringValue": message}, "attributes": [{"key": "n", "value": {"intValue": "7"}}]}]}]}]}
    request = urllib.request.Request(sys.argv[1], pack(json.dumps(body).encode()), {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request) as answer:
        assert (answer.status, answer.headers["Content-Type"], answer.read()) == (200, "application/json", b"{}")

post("plain \u2603")
post("compressed", {"Content-Encoding": "gzip"}, lambda b: gzip.compress(b, mtime=0))
post("compressed", {"Content-Encoding": "gzip"}, lambda b: gzip.compress(b, mtime=0))
`

// A program in Python sends without an SDK. It is run with the python3 of the path.
func TestPythonSender(t *testing.T) {
	s := listen(t, "tcp://127.0.0.1:0", (*otlp.ListenOptions)(nil))
	a := acknowledge(t, s, func(queues.Delivery) error { return nil })
	cmd := exec.CommandContext(t.Context(), "python3", "-c", pythonSender, "http://"+s.Addr().String()+"/v1/logs")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("python3: %v\n%s", err, out)
	}
	rs, notices := a.finish(t, s)
	if messages(rs) != "plain \u2603, compressed" || len(notices) > 0 || s.Stats().Count("repeats") != 1 {
		t.Fatalf("received %q, %q", messages(rs), notices)
	}
	if r := rs[0]; r.Level() != logbook.LevelError || r.Channel() != "job" || r.Text("n") != "7" {
		t.Errorf("%v %s, n=%s", r.Level(), r.Channel(), r.Text("n"))
	}
}
