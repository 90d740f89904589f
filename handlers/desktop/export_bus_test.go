//go:build linux || freebsd || netbsd || openbsd || dragonfly

package desktop

import (
	"context"

	"github.com/godbus/dbus/v5"
)

// FakeBus is a fake session bus.
type FakeBus struct {
	Call   func(method string, args []any, result any) error
	Closed bool
}

func (b *FakeBus) call(_ context.Context, method string, args []any, result any) error {
	return b.Call(method, args, result)
}

func (b *FakeBus) connected() bool { return !b.Closed }

func (b *FakeBus) close() error {
	b.Closed = true
	return nil
}

// WithBus returns a handler with fake session buses.
func WithBus(app string, o *Options, connect func() (*FakeBus, error)) (*Handler, error) {
	return newHandler(o, func(context.Context) (notifier, error) {
		return &session{settings: settings{app, o.Icon, o.Replace}, connect: func(context.Context) (bus, error) { return connect() }}, nil
	})
}

// UrgencyHint returns the urgency among the hints of a notification.
func UrgencyHint(hints any) any { return hints.(map[string]dbus.Variant)["urgency"].Value() }
