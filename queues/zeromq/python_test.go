//go:build integration && cgo && zmq && !windows

package zeromq_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	. "github.com/logbook-go/logbook/queues/zeromq"
)

// python starts a program that uses Python Logbook and pyzmq, and returns its input and the
// lines of its output.
func python(t *testing.T, args ...string) (io.WriteCloser, *bufio.Reader, *exec.Cmd) {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v (are python3-logbook and python3-zmq installed? make deps)", err)
	}
	guard := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() { guard.Stop() })
	return in, bufio.NewReader(out), cmd
}

func finish(t *testing.T, in io.Closer, cmd *exec.Cmd) {
	t.Helper()
	if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
		t.Error(err)
	}
}

func line(t *testing.T, out *bufio.Reader) string {
	t.Helper()
	s, err := out.ReadString('\n')
	if err != nil {
		t.Fatalf("after %q: %v", s, err)
	}
	return strings.TrimSpace(s)
}

// fields returns the fields of a record on the wire. NaN and infinities become text.
func fields(t *testing.T, wire string) (m map[string]any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(strings.NewReplacer("NaN", `"NaN"`).Replace(wire)))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		t.Fatalf("%s: %v", wire, err)
	}
	return m
}

// Python Logbook's ZeroMQHandler sends, and every field arrives.
func TestFromPython(t *testing.T) {
	for _, mode := range []string{"pub", "push"} {
		t.Run(mode, func(t *testing.T) {
			address := "ipc://" + t.TempDir() + "/logs"
			s := newSubscriber(t, address, &SubscriberOptions{Pull: mode == "push"})
			in, out, cmd := python(t, "testdata/send.py", mode, address)
			receive(t, s, 1)
			if _, err := io.WriteString(in, "go on\n"); err != nil {
				t.Fatal(err)
			}
			n, pending := 0, &queue{s: s}
			for want := line(t, out); want != "end"; want = line(t, out) {
				r := pending.next(t)
				got, err := logbook.Wire().AppendFormat(nil, r)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := fields(t, string(got)), fields(t, want); !reflect.DeepEqual(got, want) || len(want) != 23 {
					t.Errorf("got  %v\nwant %v", got, want)
				}
				n++
			}
			if n < 5 {
				t.Errorf("%d records", n)
			}
			finish(t, in, cmd)
			closeNow(t, s)
		})
	}
}

// queue yields the records of a subscriber that are no probes, one by one.
type queue struct {
	s  *Subscriber
	rs []*logbook.Record
}

func (q *queue) next(t *testing.T) *logbook.Record {
	t.Helper()
	for {
		if len(q.rs) == 0 {
			q.rs = receive(t, q.s, 1)
		}
		r := q.rs[0]
		if q.rs = q.rs[1:]; r.Message() != "probe" {
			return r
		}
	}
}

// Python Logbook's ZeroMQSubscriber receives every field of a Go program's records.
func TestToPython(t *testing.T) {
	for _, mode := range []string{"pub", "push"} {
		t.Run(mode, func(t *testing.T) {
			address := "ipc://" + t.TempDir() + "/logs"
			h := newHandler(t, address, &HandlerOptions{Push: mode == "push"})
			in, out, cmd := python(t, "testdata/receive.py", mode, address)
			probe(t, h)
			records := []*logbook.Record{record("plain"), record("äöü \x00\x1b\u2028 🎉")}
			logbook.InGoroutine(func() {
				log := logbook.New("app.gö")
				log.Warn("user {name} is {age}", "name", "bob", "age", 42, "nan", math.NaN())
				log.Exception(errors.New("bäd"), "failed")
				log.Trace("trace", slog.Group("g", "a", 1, "b", []string{"x"}))
				log.Critical("critical")
			}, logbook.HandlerFunc(func(r *logbook.Record) error {
				records = append(records, r.Retain())
				return nil
			}))
			for _, r := range records {
				handle(t, h, r)
			}
			for _, r := range records {
				var got struct {
					Text   string
					Record string
				}
				for got.Text == "" || strings.HasSuffix(got.Text, "probe") {
					if err := json.Unmarshal([]byte(line(t, out)), &got); err != nil {
						t.Fatal(err)
					}
				}
				sent, err := logbook.Wire().AppendFormat(nil, r)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := fields(t, got.Record), fields(t, string(sent)); !reflect.DeepEqual(got, want) {
					t.Errorf("Python has %v\nwant       %v", got, want)
				}
				if !strings.HasPrefix(got.Text, r.Level().String()+" "+r.Channel()+" "+r.Message()) {
					t.Errorf("Python shows %q", got.Text)
				}
			}
			closeNow(t, h)
			finish(t, in, cmd)
		})
	}
}
