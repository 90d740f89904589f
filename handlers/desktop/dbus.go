//go:build linux || freebsd || netbsd || openbsd || dragonfly

package desktop

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	busName      = "org.freedesktop.Notifications"
	busPath      = "/org/freedesktop/Notifications"
	busInterface = "org.freedesktop.Notifications"
)

func platform(ctx context.Context, l settings) (notifier, error) {
	s := &session{settings: l, connect: connectSession}
	if _, err := s.markup(ctx); err != nil {
		_ = s.close() // the connection is not needed
		return nil, err
	}
	return s, nil
}

// bus is a connection to a session bus.
type bus interface {
	// call calls a method of the notification service, and stores its result.
	call(ctx context.Context, method string, args []any, result any) error
	connected() bool
	close() error
}

// session shows notifications over a session bus. It is used by one goroutine at a
// time.
type session struct {
	settings settings
	connect  func(context.Context) (bus, error)
	bus      bus    // nil: not connected
	last     uint32 // id of the last notification
}

func (s *session) notify(ctx context.Context, n *notification) error {
	markup, err := s.markup(ctx)
	if err != nil {
		return err
	}
	text := n.text
	if markup {
		text = escapes.Replace(text)
	}
	replaces := uint32(0)
	if s.settings.replace {
		replaces = s.last
	}
	hints := map[string]dbus.Variant{"urgency": dbus.MakeVariant(byte(n.urgency))}
	return s.call(ctx, "Notify", []any{
		s.settings.app, replaces, iconURI(s.settings.icon), n.title, text, []string{}, hints, milliseconds(n.expiry),
	}, &s.last)
}

// markup reports whether the service reads markup in the text, which must then be
// escaped. It asks each time, since another service may have started.
func (s *session) markup(ctx context.Context) (bool, error) {
	var capabilities []string
	err := s.call(ctx, "GetCapabilities", nil, &capabilities)
	return slices.Contains(capabilities, "body-markup"), err
}

// call connects if necessary. A connection that turns out to be closed is replaced once.
func (s *session) call(ctx context.Context, method string, args []any, result any) error {
	for again := false; ; again = true {
		fresh, err := s.open(ctx)
		if err != nil {
			return err
		}
		err = s.bus.call(ctx, method, args, result)
		if err == nil || fresh || again || s.bus.connected() {
			return err
		}
	}
}

// open connects unless there is a connection.
func (s *session) open(ctx context.Context) (fresh bool, err error) {
	if s.bus != nil {
		if s.bus.connected() {
			return false, nil
		}
		_ = s.close() // it is closed already
	}
	b, err := s.connect(ctx)
	if err == nil {
		s.bus = b
	}
	return true, err
}

func (s *session) close() error {
	if s.bus == nil {
		return nil
	}
	b := s.bus
	s.bus, s.last = nil, 0
	return b.close()
}

// escapes are for the markup of a text. A title has no markup.
var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// iconURI returns an icon for the service: a name, or the URI of a file.
func iconURI(icon string) string {
	if filepath.IsAbs(icon) {
		return (&url.URL{Scheme: "file", Path: icon}).String()
	}
	return icon
}

// milliseconds returns an expiry for the service: -1 is its default, 0 never.
func milliseconds(d time.Duration) int32 {
	switch {
	case d < 0:
		return 0
	case d == DefaultExpiry:
		return -1
	}
	return int32(max(1, min(d.Milliseconds(), 1<<31-1)))
}

// sessionAddress returns the address of the session bus. Unlike the library it never
// starts one, and does not change the environment.
func sessionAddress() (string, error) {
	if a := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" && a != "autolaunch:" {
		return a, nil
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		path := filepath.Join(dir, "bus")
		if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
			return "unix:path=" + dbus.EscapeBusAddressValue(path), nil
		}
	}
	return "", ErrNoSession
}

func connectSession(ctx context.Context) (bus, error) {
	address, err := sessionAddress()
	if err != nil {
		return nil, err
	}
	// Until it is connected, the caller's context ends the connection.
	life, end := context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, end)
	conn, err := dbus.Connect(address, dbus.WithContext(life))
	if !stop() {
		err = ctx.Err()
		if conn != nil {
			_ = conn.Close() // it is not used
		}
	}
	if err != nil {
		end()
		return nil, fmt.Errorf("connecting to the session bus: %w", err)
	}
	return &connection{conn, end}, nil
}

// connection is a bus.
type connection struct {
	conn *dbus.Conn
	end  context.CancelFunc
}

func (c *connection) call(ctx context.Context, method string, args []any, result any) error {
	call := c.conn.Object(busName, busPath).CallWithContext(ctx, busInterface+"."+method, 0, args...)
	if call.Err == nil {
		return call.Store(result)
	}
	var refused dbus.Error
	if errors.As(call.Err, &refused) {
		switch refused.Name {
		case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner":
			return ErrNoService
		}
		return fmt.Errorf("%s: %s: %w", method, refused.Name, refused)
	}
	if ctx.Err() == nil {
		_ = c.conn.Close() // it is broken, but the library may not know yet
	}
	return fmt.Errorf("%s: %w", method, call.Err)
}

func (c *connection) connected() bool { return c.conn.Connected() }

func (c *connection) close() error {
	defer c.end()
	return c.conn.Close()
}
