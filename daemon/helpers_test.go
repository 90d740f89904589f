package daemon_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// patience only ends a test that hangs.
const patience = time.Minute

// running is a daemon that a test has started.
type running struct {
	*daemon.Server
	rec    *logbooktest.Recorder
	cancel context.CancelFunc
	ended  chan error
}

// start runs a daemon on a free port of this machine, to the end of the test.
func start(t testing.TB, o daemon.Options) *running {
	t.Helper()
	return startAt(t, "tcp://127.0.0.1:0", o)
}

func startAt(t testing.TB, address string, o daemon.Options) *running {
	t.Helper()
	if o.PIDFile == "" {
		o.NoPIDFile = true
	}
	if o.Name == "" {
		o.Name = "test"
	}
	o.NoSignals = true
	s, err := daemon.New(address, &o)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{Server: s, rec: logbooktest.NewRecorder(), ended: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	r.cancel = cancel
	go func() { r.ended <- s.Run(r.rec.Context(ctx)) }()
	t.Cleanup(func() {
		cancel()
		_ = s.Close() // waits for Run
	})
	return r
}

// wait returns the error of Run.
func (r *running) wait(t testing.TB) error {
	t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(patience):
		t.Fatal("Run does not return")
		return nil
	}
}

// dial connects to the daemon.
func (r *running) dial(t testing.TB) net.Conn {
	t.Helper()
	c, err := net.Dial(r.Addr().Network(), r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

// say sends bytes as they are, and returns the reply.
func (r *running) say(t testing.TB, message string) string {
	t.Helper()
	c := r.dial(t)
	if _, err := io.WriteString(c, message); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// client returns a client of the daemon.
func (r *running) client(t testing.TB, o *daemon.ClientOptions) *daemon.Client {
	t.Helper()
	if o == nil {
		o = new(daemon.ClientOptions)
	}
	if o.Timeout == 0 {
		o.Timeout = patience
	}
	scheme := "tcp://"
	switch {
	case o.TLSConfig != nil:
		scheme = "tls://"
	case r.Addr().Network() == "unix":
		scheme = "unix:"
	}
	c, err := daemon.NewClient(scheme+r.Addr().String(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// echo replies its arguments.
func echo(name string, args ...daemon.Arg) daemon.Command {
	return daemon.Command{Name: name, Help: "repeat the arguments", Args: args, Run: func(_ context.Context, c *daemon.Call) (any, error) {
		var b bytes.Buffer
		for i, a := range args {
			if i > 0 {
				b.WriteString("|")
			}
			key := strings.TrimLeft(a.Name, "-")
			switch a.Kind {
			case daemon.Text:
				b.WriteString(c.Text(key))
			case daemon.Int:
				b.WriteString(strings.Repeat("+", c.Int(key)))
			case daemon.Flag:
				if c.Flag(key) {
					b.WriteString("yes")
				}
			}
		}
		return b.String(), nil
	}}
}

// alarmLike is the command of lab_utils' measured table.
func alarmLike() daemon.Command {
	return echo("alarm", daemon.Arg{Name: "--message", Help: "the text"}, daemon.Arg{Name: "--n", Kind: daemon.Int, Help: "how often"})
}

func pidPath(t testing.TB) string { return filepath.Join(t.TempDir(), "test.pid") }
