package desktop

import (
	"cmp"
	"context"
	"time"
)

// Notification is a notification for a fake desktop.
type Notification struct {
	Title, Text string
	Urgency     Urgency
	Expiry      time.Duration
}

// Fake returns a handler with a fake desktop.
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

// SetTimeout sets the timeout of each notification, once the handler is connected.
func SetTimeout(h *Handler, d time.Duration) { h.timeout = d }

// SetClock sets the clock of the handler, and makes its pauses exact.
func SetClock(h *Handler, now func() time.Time) {
	h.now = now
	h.gate.Pause.Jitter = 0
}

// WithOSAScript and WithPowerShell return the handlers for macOS and Windows, on any
// system with such a command. Their default timeout is longer than any test takes.
func WithOSAScript(app string, o *Options) (*Handler, error) {
	return newHandler(patient(o), func(context.Context) (notifier, error) { return newAppleScript(settings{app, o.Icon, o.Replace}) })
}

func WithPowerShell(app string, o *Options) (*Handler, error) {
	return newHandler(patient(o), func(context.Context) (notifier, error) { return newPowerShell(settings{app, o.Icon, o.Replace}) })
}

func patient(o *Options) *Options {
	p := *o
	p.Timeout = cmp.Or(p.Timeout, 2*time.Minute)
	return &p
}

// The scripts of the commands.
const (
	AppleScriptText = appleScriptText
	PowerShellText  = powerShellText
)
