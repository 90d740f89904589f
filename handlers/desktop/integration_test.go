//go:build integration

package desktop_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/logbook-go/logbook/handlers/desktop"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

const serviceName = "org.freedesktop.Notifications"

// daemon is a notification service of the test.
type daemon struct {
	conn *dbus.Conn

	mu       sync.Mutex
	notified []notified
	hang     chan struct{} // not nil: Notify waits until it is closed
}

func startDaemon(t *testing.T, address string) *daemon {
	t.Helper()
	d := &daemon{conn: connect(t, address)}
	if err := d.conn.Export(d, "/org/freedesktop/Notifications", serviceName); err != nil {
		t.Fatal(err)
	}
	if reply, err := d.conn.RequestName(serviceName, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(reply, err)
	}
	return d
}

// GetCapabilities is called by the handler.
func (d *daemon) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"body", "body-markup"}, nil
}

// Notify is called by the handler.
func (d *daemon) Notify(app string, replaces uint32, icon, title, text string, _ []string, hints map[string]dbus.Variant, expires int32) (uint32, *dbus.Error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.hang != nil {
		<-d.hang
	}
	urgency, _ := hints["urgency"].Value().(byte)
	d.notified = append(d.notified, notified{app, replaces, icon, title, text, urgency, expires})
	return uint32(len(d.notified)), nil
}

func (d *daemon) last(t *testing.T) notified {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.notified) == 0 {
		t.Fatal("nothing was shown")
	}
	return d.notified[len(d.notified)-1]
}

// A real bus works like the fake one.
func TestOnABus(t *testing.T) {
	address, _ := startBus(t)
	d := startDaemon(t, address)
	h, err := desktop.New("My App", &desktop.Options{Icon: "/icon.png", Replace: true, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		r    *logbook.Record
		want notified
	}{
		{record(logbook.LevelInfo, "Hello, <World> & you"), notified{"My App", 0, "file:///icon.png", "app.web: Info", "Hello, &lt;World&gt; &amp; you", 0, -1}},
		{record(logbook.LevelError, "Calculation failed for job-7\n\x00"), notified{"My App", 1, "file:///icon.png", "app.web: Error", "Calculation failed for job-7\n\\x00", 2, 0}},
		{record(logbook.LevelNotice, "Grüße"), notified{"My App", 2, "file:///icon.png", "app.web: Notice", "Grüße", 1, -1}},
	} {
		if err := h.Handle(c.r); err != nil {
			t.Fatal(err)
		}
		if got := d.last(t); got != c.want {
			t.Errorf("%d: got %+v, want %+v", i, got, c.want)
		}
	}
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// The service may stop and start again, and so may the bus.
func TestServiceComesAndGoes(t *testing.T) {
	address, stop := startBus(t)
	if _, err := desktop.New("app", &desktop.Options{Timeout: patience}); !errors.Is(err, desktop.ErrNoService) {
		t.Fatalf("without a service: %v", err)
	}
	d := startDaemon(t, address)
	h, err := desktop.New("app", &desktop.Options{Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	desktop.SetClock(h, func() time.Time { return now })
	if err := h.Handle(record(logbook.LevelInfo, "one")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.conn.ReleaseName(serviceName); err != nil {
		t.Fatal(err)
	}
	if err := h.Handle(record(logbook.LevelInfo, "two")); !errors.Is(err, desktop.ErrNoService) {
		t.Fatalf("without the service: %v", err)
	}
	if _, err := d.conn.RequestName(serviceName, 0); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Second)
	if err := h.Handle(record(logbook.LevelInfo, "three")); err != nil {
		t.Fatal(err)
	}
	if got, want := d.last(t).text, "three\n(1 record before this was not sent)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	address, _ = startBus(t)
	d = startDaemon(t, address)
	stop() // the handler notices with the next record, at the latest
	if err := h.Handle(record(logbook.LevelInfo, "four")); err != nil {
		t.Fatal(err)
	}
	if got := d.last(t); got.text != "four" || got.replaces != 0 {
		t.Errorf("after a new bus: %+v", got)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestServiceHangs(t *testing.T) {
	address, _ := startBus(t)
	d := startDaemon(t, address)
	hang := make(chan struct{})
	d.mu.Lock()
	d.hang = hang
	d.mu.Unlock()
	h, err := desktop.New("app", &desktop.Options{Timeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	desktop.SetTimeout(h, 50*time.Millisecond)
	if err := h.Handle(record(logbook.LevelInfo, "m")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	close(hang)
}

func TestHandlerOnABus(t *testing.T) {
	address, _ := startBus(t)
	startDaemon(t, address)
	logbooktest.TestHandler(t, func() logbook.Handler {
		return logbook.Must(desktop.New("app", &desktop.Options{Timeout: patience}))
	})
}
