package all

import (
	"errors"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	config.Register("slack", openSlack)
	config.Register("pushover", openPushover)
	config.Register("ntfy", openNtfy)
	config.Register("webhook", openWebhook)
	config.RegisterSection("SlackLogger", openSlackSection)
}

var errNoAddress = errors.New(`no address; in a URI it follows the scheme, as in "slack:https://HOST/PATH", in a file it is the key "path"`)

func openSlack(s *config.Sink) (logbook.Handler, error) {
	if s.Path == "" {
		return nil, errNoAddress
	}
	o := s.Options("")
	p := &push.SlackOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter, Title: title(s),
		Channel: s.Text("channel"), Username: s.Text("username"),
		Emoji: s.Bool("emoji"), Color: s.Bool("color"), Timeout: s.Duration("timeout"), TLSConfig: s.TLS(),
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return push.NewSlack(s.Path, p)
}

func openPushover(s *config.Sink) (logbook.Handler, error) {
	o := s.Options("")
	p := &push.PushoverOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter, Title: title(s),
		Device: s.Text("device"), Sound: s.Text("sound"), Timeout: s.Duration("timeout"), TLSConfig: s.TLS(),
	}
	token, user := s.Required("token"), s.Required("user_key")
	if err := s.Err(); err != nil {
		return nil, err
	}
	return push.NewPushover(token, user, p)
}

func openNtfy(s *config.Sink) (logbook.Handler, error) {
	if s.Path == "" {
		return nil, errNoAddress
	}
	o := s.Options("")
	p := &push.NtfyOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter, Title: title(s),
		Token: s.Text("token"), Timeout: s.Duration("timeout"), TLSConfig: s.TLS(),
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return push.NewNtfy(s.Path, p)
}

func openWebhook(s *config.Sink) (logbook.Handler, error) {
	if s.Path == "" {
		return nil, errNoAddress
	}
	o := s.Options("")
	p := &push.WebhookOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter,
		ContentType: s.Text("content_type"), Secret: s.Text("secret"), Timestamp: s.Bool("timestamp"),
		Timeout: s.Duration("timeout"), TLSConfig: s.TLS(),
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return push.NewWebhook(s.Path, p)
}

func openSlackSection(s *config.Sink) (logbook.Handler, error) {
	o := &push.SlackOptions{
		Level:   s.LogLevel(logbook.LevelSuccess),
		Channel: s.Text("channel"), Username: s.Text("user"),
	}
	s.Required("api_file")
	webhook, _, _ := strings.Cut(s.SecretFile("api_file"), "\n")
	webhook = strings.TrimSpace(webhook)
	if !strings.HasPrefix(webhook, "http") {
		s.Func("api_file", func(string) error {
			return errors.New("the first line of the file is not the address of an incoming webhook")
		})
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return push.NewSlack(webhook, o)
}
