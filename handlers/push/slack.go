package push

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/logbook"
)

const (
	slackTitle      = 250
	slackText       = 4000 // longer ones are hard to read, and some clients split them
	slackTextAtMost = 39000
)

const slackName = "push.SlackOptions"

// SlackOptions configure [NewSlack]. nil is the default.
type SlackOptions struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // called after the processors; nil: all
	Bubble    bool                       // pass handled records on to the next handler
	Formatter logbook.Formatter          // of the text; nil: the message, the attributes that it does not show, and the error

	// Title makes the first line; nil: "channel: Level". For a fixed title, use
	// [logbook.MustFormat]("My App"). An empty title is left out.
	Title logbook.Formatter

	// Emoji puts an emoji for the level before the title: a tick for SUCCESS, warning
	// signs from WARNING up.
	Emoji bool

	// Color shows title and text next to a bar in the colour of the level.
	Color bool

	// Channel and Username replace those of the webhook. Only legacy webhooks, which
	// belong to no app, allow that.
	Channel, Username string

	MaxText int           // length of the text in characters, escapes included; 0: 4000, at most 39000
	Timeout time.Duration // of a notification; 0: 5 s

	// TLSConfig holds roots and the like; nil: the system's roots.
	TLSConfig *tls.Config

	// AllowPlaintext allows a webhook without TLS on another machine.
	AllowPlaintext bool
}

// NewSlack returns a handler that posts to an incoming webhook of Slack, or of a
// compatible service such as Mattermost. The webhook's address is a secret.
//
// Data is shown unchanged: it cannot mention anybody, hide a link behind other text or
// change the style of the text. The error is a [*logbook.OptionError].
func NewSlack(webhook string, o *SlackOptions) (*Handler, error) {
	if o == nil {
		o = new(SlackOptions)
	}
	s := &slack{emoji: o.Emoji, color: o.Color, channel: o.Channel, username: o.Username}
	limit, err := textLimit(o.MaxText, slackText, slackTextAtMost)
	if err != nil {
		return nil, invalid(slackName, "MaxText", err)
	}
	options := logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter}
	s.texts = texts{notify.Layout{Title: o.Title, Text: options}, slackTitle, limit, slackSize}
	return newHandler(s, settings{
		name: slackName, options: options, url: webhook, allowPlaintext: o.AllowPlaintext, timeout: o.Timeout, tls: o.TLSConfig,
		noCaller: !s.layout.ReadsCaller(),
	})
}

type slack struct {
	texts
	emoji, color      bool
	channel, username string
}

func (*slack) name() string { return "Slack" }

type slackMessage struct {
	Channel     string            `json:"channel,omitempty"`
	Username    string            `json:"username,omitempty"`
	Text        string            `json:"text,omitempty"`
	Markdown    bool              `json:"mrkdwn"`
	Attachments []slackAttachment `json:"attachments,omitempty"`
}

type slackAttachment struct {
	Fallback string   `json:"fallback"`
	Color    string   `json:"color"`
	Title    string   `json:"title,omitempty"`
	Text     string   `json:"text"`
	Markdown []string `json:"mrkdwn_in"` // fields with markup: none
}

func (s *slack) compose(r *logbook.Record, notes []string, _ time.Time) (*message, error) {
	title, text, err := s.format(r, notes)
	if err != nil {
		return nil, err
	}
	if title == "" && text == "" {
		text = r.Level().String() // Slack refuses messages without text
	}
	if s.emoji {
		title = strings.TrimSpace(emoji(r.Level()) + " " + title)
	}
	title, text = slackEscape(title), slackEscape(text)
	m := slackMessage{Channel: s.channel, Username: s.username, Text: text}
	if s.color {
		m.Text = ""
		m.Attachments = []slackAttachment{{
			Fallback: title, Color: color(r.Level()), Title: title, Text: text, Markdown: []string{},
		}}
		if title == "" {
			m.Attachments[0].Fallback = text
		}
	} else if title != "" {
		m.Text = title + "\n" + text
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return nil, err
	}
	return &message{contentType: "application/json; charset=utf-8", body: bytes.TrimSuffix(b.Bytes(), []byte("\n"))}, nil
}

// slackSize is the length of a character with its escape.
func slackSize(c rune) int {
	switch c {
	case '&':
		return len("&amp;")
	case '<', '>':
		return len("&lt;")
	}
	return 1
}

var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// slackEscape escapes the characters that have a meaning for Slack: they start
// mentions and links.
func slackEscape(s string) string { return slackEscapes.Replace(s) }
