//go:build linux || freebsd || netbsd || openbsd || dragonfly

package desktop_test

import (
	"encoding/xml"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/logbook-go/logbook/handlers/desktop"
	"github.com/logbook-go/logbook/logbook"
)

// Without a session bus there is a clear error, and none is started.
func TestNoSessionBus(t *testing.T) {
	launched := fakeCommand(t, "dbus-launch", "touch launched")
	socketless := t.TempDir()
	if err := os.WriteFile(filepath.Join(socketless, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ address, dir string }{
		{"", ""}, {"autolaunch:", ""}, {"", t.TempDir()}, {"", socketless}, {"", "relative"},
	} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", c.address)
		t.Setenv("XDG_RUNTIME_DIR", c.dir)
		var e *desktop.Error
		if _, err := desktop.New("app", nil); !errors.Is(err, desktop.ErrNoSession) || !errors.As(err, &e) {
			t.Errorf("%+v: %v", c, err)
		}
		if got := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); got != c.address {
			t.Errorf("the environment says %q", got)
		}
	}
	if _, err := os.Stat(filepath.Join(launched, "launched")); err == nil {
		t.Error("dbus-launch was run")
	}
}

// A bus that does not answer delays a call for the timeout only.
func TestBusHangs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+path)
	_, err = desktop.New("app", &desktop.Options{Timeout: 50 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "deadline exceeded") {
		t.Errorf("%v", err)
	}
}

func TestBusIsGone(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	if _, err := desktop.New("app", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// notified has the arguments of a call of the notification service.
type notified struct {
	app      string
	replaces uint32
	icon     string
	title    string
	text     string
	urgency  byte
	expires  int32
}

// service is a fake notification service behind a fake bus.
type service struct {
	capabilities []string
	notified     []notified
	err          error // of the next call
}

func (s *service) call(method string, args []any, result any) error {
	if s.err != nil {
		return s.err
	}
	switch method {
	case "GetCapabilities":
		*result.(*[]string) = s.capabilities
	case "Notify":
		s.notified = append(s.notified, notified{
			args[0].(string), args[1].(uint32), args[2].(string), args[3].(string), args[4].(string),
			desktop.UrgencyHint(args[6]).(byte), args[7].(int32),
		})
		*result.(*uint32) = uint32(100 + len(s.notified))
	}
	return nil
}

func TestSession(t *testing.T) {
	expiry := func(d time.Duration) *desktop.Options {
		return &desktop.Options{Expiry: func(*logbook.Record) time.Duration { return d }}
	}
	for _, c := range []struct {
		name         string
		capabilities []string
		o            *desktop.Options
		r            *logbook.Record
		want         notified
	}{
		{"default", nil, &desktop.Options{}, record(logbook.LevelInfo, "a <b> & c"),
			notified{"My App", 0, "", "app.web: Info", "a <b> & c", 0, -1}},
		{"markup", []string{"body", "body-markup"}, &desktop.Options{}, record(logbook.LevelWarn, "a <b> & c"),
			notified{"My App", 0, "", "app.web: Warning", "a &lt;b&gt; &amp; c", 1, -1}},
		{"markup in the title", []string{"body-markup"}, &desktop.Options{Title: logbook.MustFormat("<b>")}, record(logbook.LevelError, "m"),
			notified{"My App", 0, "", "<b>", "m", 2, 0}},
		{"icon by name", nil, &desktop.Options{Icon: "dialog-error"}, record(logbook.LevelInfo, "m"),
			notified{"My App", 0, "dialog-error", "app.web: Info", "m", 0, -1}},
		{"icon by path", nil, &desktop.Options{Icon: "/usr/share/a b.png"}, record(logbook.LevelInfo, "m"),
			notified{"My App", 0, "file:///usr/share/a%20b.png", "app.web: Info", "m", 0, -1}},
		{"expires", nil, expiry(90 * time.Second), record(logbook.LevelError, "m"), notified{"My App", 0, "", "app.web: Error", "m", 2, 90000}},
		{"expires at once", nil, expiry(1), record(logbook.LevelInfo, "m"), notified{"My App", 0, "", "app.web: Info", "m", 0, 1}},
		{"expires late", nil, expiry(1e6 * time.Hour), record(logbook.LevelInfo, "m"), notified{"My App", 0, "", "app.web: Info", "m", 0, 1<<31 - 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &service{capabilities: c.capabilities}
			h, err := desktop.WithBus("My App", c.o, func() (*desktop.FakeBus, error) { return &desktop.FakeBus{Call: s.call}, nil })
			if err != nil {
				t.Fatal(err)
			}
			if err := h.Handle(c.r); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(s.notified, []notified{c.want}) {
				t.Errorf("got %+v, want %+v", s.notified, c.want)
			}
		})
	}
}

func TestReplace(t *testing.T) {
	for _, replace := range []bool{false, true} {
		s := new(service)
		h, err := desktop.WithBus("app", &desktop.Options{Replace: replace}, func() (*desktop.FakeBus, error) { return &desktop.FakeBus{Call: s.call}, nil })
		if err != nil {
			t.Fatal(err)
		}
		var got []uint32
		for range 3 {
			if err := h.Handle(record(logbook.LevelInfo, "m")); err != nil {
				t.Fatal(err)
			}
			got = append(got, s.notified[len(s.notified)-1].replaces)
		}
		want := []uint32{0, 0, 0}
		if replace {
			want = []uint32{0, 101, 102}
		}
		if !slices.Equal(got, want) {
			t.Errorf("replaces %v, want %v", got, want)
		}
	}
}

// A connection that turns out to be closed is replaced, and the record is shown.
func TestReconnect(t *testing.T) {
	s := new(service)
	var buses []*desktop.FakeBus
	var refuse error
	h, err := desktop.WithBus("app", &desktop.Options{}, func() (*desktop.FakeBus, error) {
		if refuse != nil {
			return nil, refuse
		}
		b := new(desktop.FakeBus)
		b.Call = func(method string, args []any, result any) error {
			if b.Closed || len(buses) == 2 && method == "Notify" {
				b.Closed = true
				return net.ErrClosed
			}
			return s.call(method, args, result)
		}
		buses = append(buses, b)
		return b, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	desktop.SetClock(h, func() time.Time { return now })
	step := func(want int) {
		t.Helper()
		if err := h.Handle(record(logbook.LevelInfo, "m")); err != nil {
			t.Fatal(err)
		}
		if len(buses) != want {
			t.Errorf("%d connections, want %d", len(buses), want)
		}
	}
	step(1)
	step(1)
	buses[0].Closed = true // noticed before the next call; the second one closes during a call
	step(3)
	refuse = desktop.ErrNoSession
	buses[2].Closed = true
	if err := h.Handle(record(logbook.LevelInfo, "m")); !errors.Is(err, desktop.ErrNoSession) {
		t.Errorf("%v", err)
	}
	refuse = nil
	now = now.Add(time.Second)
	step(4)
	if err := h.Close(t.Context()); err != nil || !buses[3].Closed {
		t.Errorf("%v", err)
	}
}

// Whatever the data, the text has no markup.
func FuzzMarkup(f *testing.F) {
	f.Add("<b>&amp;</b>", "title\x00\xff")
	f.Fuzz(func(t *testing.T, message, channel string) {
		s := &service{capabilities: []string{"body-markup"}}
		h, err := desktop.WithBus("app", &desktop.Options{}, func() (*desktop.FakeBus, error) { return &desktop.FakeBus{Call: s.call}, nil })
		if err != nil {
			t.Fatal(err)
		}
		r := logbook.NewRecord(logbook.RecordData{Message: message, Channel: channel})
		if err := h.Handle(r); err != nil {
			t.Fatal(err)
		}
		n := s.notified[0]
		d := xml.NewDecoder(strings.NewReader("<t>" + n.text + "</t>"))
		var text string
		if err := d.DecodeElement(&text, nil); err != nil || strings.Contains(n.text, "<") {
			t.Fatalf("%q: %v", n.text, err)
		}
		if !utf8.ValidString(n.title+n.text) || strings.ContainsAny(n.title+n.text, "\x00\x1b") {
			t.Fatalf("%q, %q", n.title, n.text)
		}
	})
}
