package push

import (
	"crypto/tls"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/logbook"
)

const (
	pushoverURL = "https://api.pushover.net/1/messages.json"

	// The limits of Python's Logbook. Pushover now takes 250 and 1024 characters.
	pushoverTitle      = 100
	pushoverText       = 512
	pushoverTextAtMost = 1024

	// Pushover requires both for emergencies, and at most 50 repetitions.
	pushoverRetry  = 60 * time.Second
	pushoverExpire = 30 * time.Minute
)

const pushoverName = "push.PushoverOptions"

// PushoverOptions configure [NewPushover]. nil is the default.
type PushoverOptions struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // called after the processors; nil: all
	Bubble    bool                       // pass handled records on to the next handler
	Formatter logbook.Formatter          // of the text; nil: the message, the attributes that it does not show, and the error

	// Title makes the title, cut at 100 characters; nil: none, and Pushover shows the
	// name of the application. For a fixed title, use [logbook.MustFormat]("My App").
	Title logbook.Formatter

	// Priority returns Pushover's priority of a record, from -2 to 2: without sound,
	// quiet, normal, during quiet hours too, and an emergency, which repeats every minute
	// for half an hour until somebody confirms it. Other values count as 0. nil: 1 from
	// ERROR up, otherwise 0.
	Priority func(*logbook.Record) int

	// Expiry returns the time after which the notification is deleted from the devices,
	// in whole seconds; nil, or 0 or less: never. Emergencies stay.
	Expiry func(*logbook.Record) time.Duration

	Device string // "": all devices of the user
	Sound  string // "": that of the user

	// URL is the address of the service; "": that of Pushover.
	URL string

	MaxText int           // length of the text in characters; 0: 512, as in Logbook; at most 1024
	Timeout time.Duration // of a notification; 0: 5 s

	// TLSConfig holds roots and the like; nil: the system's roots.
	TLSConfig *tls.Config

	// AllowPlaintext allows a URL without TLS on another machine.
	AllowPlaintext bool
}

// NewPushover returns a handler that notifies a user or group of Pushover. token is the
// application's. Both are secrets. The error is a [*logbook.OptionError].
func NewPushover(token, user string, o *PushoverOptions) (*Handler, error) {
	if o == nil {
		o = new(PushoverOptions)
	}
	p := &pushover{
		token: token, user: user, title: o.Title != nil, device: o.Device, sound: o.Sound,
		priority: o.Priority, expiry: o.Expiry,
	}
	limit, err := textLimit(o.MaxText, pushoverText, pushoverTextAtMost)
	if err != nil {
		return nil, invalid(pushoverName, "MaxText", err)
	}
	if err := checkKey(token); err != nil {
		return nil, invalid(pushoverName, "token", err)
	}
	if err := checkKey(user); err != nil {
		return nil, invalid(pushoverName, "user", err)
	}
	options := logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter}
	p.texts = texts{notify.Layout{Title: o.Title, Text: options}, pushoverTitle, limit, notify.Characters}
	s := settings{
		name: pushoverName, options: options, url: o.URL, allowPlaintext: o.AllowPlaintext, timeout: o.Timeout, tls: o.TLSConfig,
		secrets:  []string{token, user},
		noCaller: !p.layout.ReadsCaller() && o.Priority == nil && o.Expiry == nil,
	}
	if s.url == "" {
		s.url = pushoverURL
	}
	return newHandler(p, s)
}

type pushover struct {
	texts
	token, user   string
	title         bool
	device, sound string
	priority      func(*logbook.Record) int
	expiry        func(*logbook.Record) time.Duration
}

func (*pushover) name() string { return "Pushover" }

func (p *pushover) compose(r *logbook.Record, notes []string, _ time.Time) (*message, error) {
	title, text, err := p.format(r, notes)
	if err != nil {
		return nil, err
	}
	if text == "" {
		text = r.Level().String() // Pushover refuses messages without text
	}
	priority := p.priorityOf(r)
	var f form
	f.add("token", p.token)
	f.add("user", p.user)
	f.add("message", text)
	f.add("priority", strconv.Itoa(priority))
	if p.title && title != "" {
		f.add("title", title)
	}
	if p.device != "" {
		f.add("device", p.device)
	}
	if p.sound != "" {
		f.add("sound", p.sound)
	}
	if priority == 2 {
		f.add("retry", seconds(pushoverRetry))
		f.add("expire", seconds(pushoverExpire))
	} else if p.expiry != nil {
		if d := p.expiry(r); d > 0 {
			f.add("ttl", seconds(max(d, time.Second)))
		}
	}
	return &message{contentType: "application/x-www-form-urlencoded", body: f}, nil
}

func (p *pushover) priorityOf(r *logbook.Record) int {
	if p.priority != nil {
		if n := p.priority(r); n >= -2 && n <= 2 {
			return n
		}
		return 0
	}
	if r.Level() >= logbook.LevelError {
		return 1
	}
	return 0
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// form is a form's content in the order of its fields.
type form []byte

func (f *form) add(name, value string) {
	if len(*f) > 0 {
		*f = append(*f, '&')
	}
	*f = append(append(append(*f, name...), '='), url.QueryEscape(value)...)
}
