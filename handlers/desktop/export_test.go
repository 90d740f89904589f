package desktop

import (
	"context"
	"time"
)

// Notification is what a fake desktop is shown.
type Notification struct {
	Title, Text string
	Urgency     Urgency
	Expiry      time.Duration
}

// Fake returns a handler with a desktop of the test's own.
func Fake(o *Options, show func(context.Context, Notification) error) (*Handler, error) {
	if o == nil {
		o = new(Options)
	}
	return newHandler(o, func(context.Context) (notifier, error) { return fake(show), nil })
}

type fake func(context.Context, Notification) error

func (f fake) notify(ctx context.Context, n *notification) error {
	return f(ctx, Notification{n.title, n.text, n.urgency, n.expiry})
}

func (f fake) close() error { return nil }

// SetTimeout sets the time that a handler gives each notification, once it is connected.
func SetTimeout(h *Handler, d time.Duration) { h.timeout = d }

// SetClock sets what the handler takes for the time, and makes its pauses exact.
func SetClock(h *Handler, now func() time.Time) {
	h.now = now
	h.gate.Pause.Jitter = 0
}

// WithOSAScript and WithPowerShell return what macOS and Windows get, wherever a
// command of that name is.
func WithOSAScript(app string, o *Options) (*Handler, error) {
	return newHandler(o, func(context.Context) (notifier, error) { return newAppleScript(look{app, o.Icon, o.Replace}) })
}

func WithPowerShell(app string, o *Options) (*Handler, error) {
	return newHandler(o, func(context.Context) (notifier, error) { return newPowerShell(look{app, o.Icon, o.Replace}) })
}

// The scripts that the commands are given.
const (
	AppleScriptText = appleScriptText
	PowerShellText  = powerShellText
)
