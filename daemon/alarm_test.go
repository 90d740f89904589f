package daemon_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/socket"
)

// The log of a program goes to the alarm command of a daemon, with time, level and text, and
// without a loss: what the daemon does not take while it is down waits on the disk.
func TestAlarms(t *testing.T) {
	alarm, taken := daemon.AlarmCommand("alarm"), make(chan error, 40)
	dispatch := alarm.Run
	alarm.Run = func(ctx context.Context, c *daemon.Call) (any, error) {
		reply, err := dispatch(ctx, c)
		taken <- err
		return reply, err
	}
	o := daemon.Options{Commands: []daemon.Command{alarm}}
	s := start(t, o)
	address := "tcp://" + s.Addr().String()
	h, err := socket.NewAlarmHandler(address, &socket.AlarmOptions{Command: "alarm", App: "gauge", Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	spool, err := queues.NewSpool(h, t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer spool.Close(t.Context())
	at := time.Date(2024, 2, 29, 13, 37, 42, 5000, time.UTC)
	send := func(from, to int) {
		for i := from; i < to; i++ {
			r := logbook.NewRecord(logbook.RecordData{Time: at, Level: logbook.LevelError, Channel: "lab", Message: fmt.Sprintf("{pressure}} %d\nhigh", i)})
			if err := spool.Handle(r); err != nil {
				t.Error(err)
			}
		}
	}
	wait := func() {
		for range 20 {
			if err := <-taken; err != nil {
				t.Error(err)
			}
		}
	}
	send(0, 20)
	wait()
	s.Stop()
	if err := s.wait(t); err != nil {
		t.Fatal(err)
	}
	send(20, 40)
	again := startAt(t, address, o)
	wait()
	var got []string
	for _, s := range []*running{s, again} {
		for _, r := range s.rec.Records() {
			if r.Channel() != "alarm" {
				continue
			}
			got = append(got, r.Message())
			if !r.Time().Equal(at) || r.Level() != logbook.LevelError || r.Text("app") != "gauge" || r.Text("peer") != "127.0.0.1" {
				t.Errorf("%v %v %v", r.Time(), r.Level(), r)
			}
		}
	}
	if len(got) != 40 {
		t.Fatalf("%d alarms: %q", len(got), got)
	}
	for i, text := range got {
		if !strings.HasPrefix(text, fmt.Sprintf("{pressure}} %d", i)) {
			t.Errorf("%d: %q", i, text)
		}
	}
}
