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

// Handler shows records as notifications on the desktop. It is made by
// [New].
//
// Handle returns when the desktop has taken the notification or the timeout is over, so
// a program that must not wait puts a background handler before it. Notifications are
// handed over one at a time, in the order of their calls. A title is cut at 200
// characters, a text at 1000, behind a word and with "..." at the end.
//
// What fails is an [*Error]. After a failure nothing is shown for about 1 s, then about
// twice as long each time, up to a minute: Handle returns at once, with the same error. Records
// that were not shown are counted, and the next notification tells: "(3 records before
// this were not sent)".
//
// Records that led up to the last one, or that belong together, become one
// notification: the last or first record, and how many others there are. Of other
// records handed over together each is a notification.
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
	turn    chan struct{} // holds an element while a notification is handed over
	ctx     context.Context
	cancel  context.CancelFunc
	now     func() time.Time
}

// notifier shows notifications, one at a time.
type notifier interface {
	notify(ctx context.Context, n *notification) error
	close() error
}

// notification is what is shown. Its texts are valid UTF-8 without control characters,
// but for newlines in text.
type notification struct {
	title, text string
	urgency     Urgency
	expiry      time.Duration
}

// look is what all notifications of a handler have in common.
type look struct {
	app, icon string
	replace   bool
}

// New returns a handler that shows records the way the platform
// does: on macOS and Windows by their own commands, elsewhere over D-Bus. appName is
// the name of the program; "": the name of its file.
//
// It finds out at once whether anybody can be notified: if not, the error is an
// [*Error]. Invalid options are refused with a [*logbook.OptionError].
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
		return platform(ctx, look{appName, o.Icon, o.Replace})
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

// HandleBatch shows the records: as one notification, or each as one, as [Handler]
// says. Those that are not shown since nobody can be notified are left to the caller, and
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

// show gives the pass back. It reports whether another attempt may succeed.
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

// deliver waits for its turn, and hands the notification over.
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

// Close waits for the notifications that are being handed over, tells what none has
// told so far, and closes the connection. When the context ends, what is being handed
// over is given up. Records handled later are not shown, with an error that wraps
// [logbook.ErrClosed].
func (h *Handler) Close(ctx context.Context) error {
	err := h.last(ctx)
	h.cancel()
	h.turn <- struct{}{} // whoever has the turn gives it back, since h.ctx has ended
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

// Stats returns what happened so far: Dropped are the records of which nobody was notified,
// Held those that are being shown. The counter "notifications" has those that the desktop
// took.
func (h *Handler) Stats() logbook.Stats { return h.gate.Stats() }
