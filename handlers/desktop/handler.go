package desktop

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/logbook"
)

const (
	defaultTimeout = 5 * time.Second

	// Desktops show a few lines of a notification.
	maxTitle = 200
	maxText  = 1000
)

// Handler shows records as notifications on the desktop. It is made by [New].
//
// Handle returns when the desktop has taken the notification or the timeout has passed.
// Notifications are sent one at a time, in the order of the calls. A title is cut at 200
// characters, a text at 1000, after a word and with "..." at the end.
//
// A failure is an [*Error]. After a failure nothing is shown for about 1 s, then about
// twice as long each time, up to a minute: Handle returns at once, with the same error.
// Records that were not shown are counted, and the next notification reports them: "(3
// records before this were not sent)".
//
// An escalation or a group becomes one notification: the last or first record, and the
// number of others. Each record of another batch is a notification.
//
// It is safe for concurrent use.
type Handler struct {
	opts    logbook.Options
	binding logbook.Binding
	layout  notify.Layout
	urgency func(*logbook.Record) Urgency
	expiry  func(*logbook.Record) time.Duration
	timeout time.Duration
	desktop notifier
	gate    notify.Gate
	turn    chan struct{} // has an element while a notification is sent
	ctx     context.Context
	cancel  context.CancelFunc
	now     func() time.Time
}

// notifier shows notifications, one at a time.
type notifier interface {
	notify(ctx context.Context, n *notification) error
	close() error
}

// notification has valid UTF-8 without control characters, except for newlines in text.
type notification struct {
	title, text string
	urgency     Urgency
	expiry      time.Duration
}

// settings are common to all notifications of a handler.
type settings struct {
	app, icon string
	replace   bool
}

// New returns a handler that shows records by the mechanism of the platform: commands on
// macOS and Windows, D-Bus elsewhere. appName is the name of the program; "": the name of
// its file.
//
// It checks at once whether notifications can be shown; if not, the error is an [*Error].
// Invalid options are a [*logbook.OptionError].
func New(appName string, o *Options) (*Handler, error) {
	if o == nil {
		o = new(Options)
	}
	if appName == "" {
		appName = strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	}
	if i := strings.IndexFunc(appName+o.Icon, func(c rune) bool { return c < ' ' || c == '\uFFFD' }); i >= 0 {
		option := "Icon"
		if i < len(appName) {
			option = "appName"
		}
		return nil, invalid(option, errors.New("want UTF-8 without control characters"))
	}
	if o.Timeout < 0 {
		return nil, invalid("Timeout", errors.New("want 0 or more"))
	}
	return newHandler(o, func(ctx context.Context) (notifier, error) {
		return platform(ctx, settings{appName, o.Icon, o.Replace})
	})
}

func newHandler(o *Options, connect func(context.Context) (notifier, error)) (*Handler, error) {
	h := &Handler{
		opts:    logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter},
		urgency: o.Urgency, expiry: o.Expiry, timeout: o.Timeout,
		turn: make(chan struct{}, 1),
		now:  time.Now,
	}
	h.gate.Pause.Jitter = flow.DefaultJitter
	h.layout = notify.Layout{Title: o.Title, Text: h.opts}
	h.binding = h.opts.Binding()
	h.binding.NoCaller = o.Filter == nil && o.Urgency == nil && o.Expiry == nil && !h.layout.ReadsCaller()
	if h.urgency == nil {
		h.urgency = defaultUrgency
	}
	if h.expiry == nil {
		h.expiry = defaultExpiry
	}
	if h.timeout == 0 {
		h.timeout = defaultTimeout
	}
	h.ctx, h.cancel = flow.NewContext()
	ctx, cancel := context.WithTimeout(h.ctx, h.timeout)
	defer cancel()
	var err error
	if h.desktop, err = connect(ctx); err != nil {
		h.cancel()
		return nil, &Error{Err: err}
	}
	return h, nil
}

// Binding implements [logbook.Bindable].
func (h *Handler) Binding() logbook.Binding { return h.binding }

// Handle shows the record.
func (h *Handler) Handle(r *logbook.Record) error {
	_, err := h.notify(r, 1, "", false)
	return err
}

// HandleBatch shows the records: as one notification or as one each, see [Handler].
// Records that are not shown because no notification can be are left to the caller, and
// do not count as dropped.
func (h *Handler) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	return notify.Batch(rs, why, h.notify)
}

// notify shows a notification that stands for n records, which may be left to the caller.
func (h *Handler) notify(r *logbook.Record, n int, note string, left bool) (again bool, err error) {
	pass, err := h.gate.Enter(n, left, h.now())
	if err == nil {
		return h.show(h.ctx, pass, r, notify.Notes(note, notify.Missed(pass.Missed)))
	}
	if e, ok := err.(*Error); ok {
		again := *e
		again.Records = n
		return true, &again
	}
	return true, &Error{Records: n, Err: err}
}

// show shows a notification and returns the pass. It reports whether another attempt may
// succeed.
func (h *Handler) show(ctx context.Context, pass *notify.Pass, r *logbook.Record, notes []string) (again bool, err error) {
	defer pass.Failed()
	var n *notification
	err = panics.Call(func() (err error) {
		n, err = h.compose(r, notes)
		return err
	})
	if err != nil {
		pass.Left = false
		return false, &Error{Records: pass.Records, Err: err}
	}
	err = h.deliver(ctx, n)
	if err == nil {
		pass.Sent()
		return false, nil
	}
	failed := &Error{Records: pass.Records, Err: err}
	if ctx.Err() == nil {
		pass.Shut(h.now(), time.Time{}, func(until time.Time) error {
			failed.Retry = until
			return failed
		})
	}
	return true, failed
}

func (h *Handler) compose(r *logbook.Record, notes []string) (*notification, error) {
	title, text, err := h.layout.Format(r)
	if err != nil {
		return nil, err
	}
	return &notification{
		title:   notify.Cut(title, maxTitle, notify.Characters),
		text:    notify.Append(text, notes, maxText, notify.Characters),
		urgency: max(Low, min(h.urgency(r), Critical)),
		expiry:  h.expiry(r),
	}, nil
}

// deliver waits for its turn, and sends the notification.
func (h *Handler) deliver(ctx context.Context, n *notification) error {
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.turn }()
	return h.desktop.notify(ctx, n)
}

// Close waits for the notifications that are being sent, reports unshown records that no
// notification has reported, and closes the connection. When the context ends, current
// notifications are given up. Later records are not shown, with an error that wraps
// [logbook.ErrClosed].
func (h *Handler) Close(ctx context.Context) error {
	err := h.last(ctx)
	h.cancel()
	h.turn <- struct{}{} // the current turn ends, since h.ctx has ended
	defer func() { <-h.turn }()
	return errors.Join(err, h.desktop.close())
}

func (h *Handler) last(ctx context.Context) error {
	if err := h.gate.Close(ctx); err != nil {
		return err
	}
	pass, err := h.gate.Last(h.now())
	if pass == nil {
		return err
	}
	missed := pass.Missed
	if _, err := h.show(ctx, pass, notify.MissedRecord(missed), nil); err != nil {
		return &logbook.UnsentError{Records: missed, Err: err}
	}
	return nil
}

// Stats returns the counts so far: Dropped are the records that were not shown, Held
// those that are being shown. The counter "notifications" is the number of notifications
// that the desktop took.
func (h *Handler) Stats() logbook.Stats { return h.gate.Stats() }
