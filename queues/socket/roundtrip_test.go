package socket_test

import (
	"log/slog"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/socket"
)

// What the handlers of this module send arrives, with many records on one connection, and
// with one for each.
func TestRoundTrip(t *testing.T) {
	s := listen(t, "tcp://127.0.0.1:0", accept(all...))
	address := "tcp://" + s.Addr().String()
	python, err := socket.NewPythonHandler(address, nil)
	if err != nil {
		t.Fatal(err)
	}
	alarm, err := socket.NewAlarmHandler(address, &socket.AlarmOptions{App: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	newline, err := syslog.New(&syslog.Options{Address: address, Hostname: "vm"})
	if err != nil {
		t.Fatal(err)
	}
	counted, err := syslog.New(&syslog.Options{Address: address, Hostname: "vm", Framing: syslog.OctetCounting})
	if err != nil {
		t.Fatal(err)
	}
	records := []*logbook.Record{
		logbook.NewRecord(logbook.RecordData{Level: logbook.LevelWarn, Channel: "cart", Message: "sold {out}\nagain", PID: 7, Attrs: []slog.Attr{slog.Int("item", 5)}}),
		logbook.NewRecord(logbook.RecordData{Level: logbook.LevelError, Channel: "cart", Message: "failed", PID: 7}),
	}
	for _, tt := range []struct {
		name string
		h    interface {
			logbook.Handler
			logbook.Closer
		}
		want string
	}{
		{"python", python, "WARNING cart: \"sold {out}\\nagain\" pid=7 item=5 threadName=Goroutine-0 processName=TEST peer=127.0.0.1 hostname=HERE\nERROR cart: \"failed\" pid=7 threadName=Goroutine-0 processName=TEST peer=127.0.0.1 hostname=HERE"},
		{"alarm", alarm, "WARNING cart: \"sold {out}\\\\nagain item=5\" app=shop module= function= peer=127.0.0.1\nERROR cart: \"failed\" app=shop module= function= peer=127.0.0.1"},
		{"syslog, newlines", newline, "WARNING cart: \"sold {out}\\\\nagain item=5\" pid=7 facility=user host=vm pid=7 peer=127.0.0.1\nERROR cart: \"failed\" pid=7 facility=user host=vm pid=7 peer=127.0.0.1"},
		{"syslog, octet counting", counted, "WARNING cart: \"sold {out}\\\\nagain item=5\" pid=7 facility=user host=vm pid=7 peer=127.0.0.1\nERROR cart: \"failed\" pid=7 facility=user host=vm pid=7 peer=127.0.0.1"},
	} {
		var sending sync.WaitGroup
		sending.Go(func() { // the handler of alarms waits until each record is taken
			for _, r := range records {
				if err := tt.h.Handle(r); err != nil {
					t.Errorf("%s: %v", tt.name, err)
				}
			}
		})
		if got := showAll(receive(t, s, 2)); got != tt.want {
			t.Errorf("%s:\ngot\n%s\nwant\n%s", tt.name, got, tt.want)
		}
		sending.Wait()
		if err := tt.h.Close(t.Context()); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if s.Stats().Count("refused") != 0 {
		t.Error(s.Stats())
	}
}
