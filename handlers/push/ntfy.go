package push

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/logbook"
)

const (
	ntfyTitle      = 250
	ntfyText       = 4096 // servers make an attachment of longer texts
	ntfyTextAtMost = 1 << 20
)

const ntfyName = "push.NtfyOptions"

// NtfyOptions configure [NewNtfy]. nil is the default.
type NtfyOptions struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // called after the processors; nil: all
	Bubble    bool                       // pass handled records on to the next handler
	Formatter logbook.Formatter          // of the text; nil: the message, the attributes that it does not show, and the error

	// Title makes the title; nil: "channel: Level". For a fixed title, use
	// [logbook.MustFormat]("My App"). Without a title ntfy shows the topic.
	Title logbook.Formatter

	// Priority returns ntfy's priority of a record, from 1 to 5, where 3 is normal. Other
	// values count as 3. nil: 5 for CRITICAL, 4 for ERROR, 3 from INFO up, otherwise 2.
	Priority func(*logbook.Record) int

	// Tags returns the tags of a record; ntfy shows the names of emojis as emojis. A tag
	// with characters other than ASCII letters, digits, "_", "+", "-" and "." is left
	// out. nil: an emoji by level, from SUCCESS up.
	Tags func(*logbook.Record) []string

	// Token is an access token, for topics that require one. The address may have a user
	// name and password instead.
	Token string

	MaxText int           // length of the text in bytes; 0: 4096, the default limit of servers
	Timeout time.Duration // of a notification; 0: 5 s

	// TLSConfig holds roots and the like; nil: the system's roots.
	TLSConfig *tls.Config

	// AllowPlaintext allows a topic without TLS on another machine.
	AllowPlaintext bool
}

// NewNtfy returns a handler that publishes to a topic of ntfy.sh, such as
// "https://ntfy.sh/mytopic", or of another server. Whoever knows an open topic can read
// it, so the address is a secret. The error is a [*logbook.OptionError].
func NewNtfy(topic string, o *NtfyOptions) (*Handler, error) {
	if o == nil {
		o = new(NtfyOptions)
	}
	n := &ntfy{priority: o.Priority, tags: o.Tags, token: o.Token}
	limit, err := textLimit(o.MaxText, ntfyText, ntfyTextAtMost)
	if err != nil {
		return nil, invalid(ntfyName, "MaxText", err)
	}
	if err := checkValue(o.Token); err != nil {
		return nil, invalid(ntfyName, "Token", err)
	}
	options := logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter}
	n.texts = texts{notify.Layout{Title: o.Title, Text: options}, ntfyTitle, limit, notify.Bytes}
	if u, err := checkURL(topic, o.AllowPlaintext); err == nil && strings.Trim(u.Path, "/") == "" {
		return nil, invalid(ntfyName, "URL", errors.New("want a topic, such as https://ntfy.sh/mytopic"))
	}
	return newHandler(n, settings{
		name: ntfyName, options: options, url: topic, allowPlaintext: o.AllowPlaintext, timeout: o.Timeout, tls: o.TLSConfig,
		secrets:  []string{o.Token},
		noCaller: !n.layout.ReadsCaller() && o.Priority == nil && o.Tags == nil,
	})
}

type ntfy struct {
	texts
	priority func(*logbook.Record) int
	tags     func(*logbook.Record) []string
	token    string
}

func (*ntfy) name() string { return "ntfy" }

func (n *ntfy) compose(r *logbook.Record, notes []string, _ time.Time) (*message, error) {
	title, text, err := n.format(r, notes)
	if err != nil {
		return nil, err
	}
	m := &message{contentType: "text/plain; charset=utf-8", header: http.Header{}, body: []byte(text)}
	if title != "" {
		m.header.Set("Title", mime.BEncoding.Encode("utf-8", title)) // unchanged if it is ASCII
	}
	m.header.Set("Priority", strconv.Itoa(n.priorityOf(r)))
	if t := n.tagsOf(r); len(t) > 0 {
		m.header.Set("Tags", strings.Join(t, ","))
	}
	if n.token != "" {
		m.header.Set("Authorization", "Bearer "+n.token)
	}
	return m, nil
}

func (n *ntfy) priorityOf(r *logbook.Record) int {
	if n.priority != nil {
		if p := n.priority(r); p >= 1 && p <= 5 {
			return p
		}
		return 3
	}
	switch l := r.Level(); {
	case l >= logbook.LevelCritical:
		return 5
	case l >= logbook.LevelError:
		return 4
	case l >= logbook.LevelInfo:
		return 3
	}
	return 2
}

func (n *ntfy) tagsOf(r *logbook.Record) (valid []string) {
	if n.tags == nil {
		return tags(r.Level())
	}
	for _, t := range n.tags(r) {
		if t != "" && strings.Trim(t, tagCharacters) == "" {
			valid = append(valid, t)
		}
	}
	return valid
}

const tagCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-."
