package all

import (
	"cmp"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	options := func(own ...config.Option) []config.Option {
		return slices.Concat(config.HandlerOptions(""), own, []config.Option{timeoutOption("for a notification")}, config.TLSOptions())
	}
	config.RegisterSink("slack", config.Entry{
		Forms:      []config.Form{{Address: "slack:https://hooks.slack.com/services/...", Help: "a Slack channel, through an incoming webhook"}},
		SecretPath: true,
		Options: options(titleOption("channel and level"),
			config.Option{Name: "channel", Kind: config.KindText, Default: "the webhook's", Help: "channel, if the webhook allows it"},
			config.Option{Name: "username", Kind: config.KindText, Default: "the webhook's", Help: "name of the sender, if the webhook allows it"},
			config.Option{Name: "emoji", Kind: config.KindBool, Default: "false", Help: "true: an emoji for the level"},
			config.Option{Name: "color", Kind: config.KindBool, Default: "false", Help: "true: a bar in the colour of the level"},
		),
		Read: readSlack,
	})
	config.RegisterSink("pushover", config.Entry{
		Forms:      []config.Form{{Address: "pushover:?token=TOKEN&user_key=KEY", Help: "Pushover"}},
		SecretPath: true,
		Options: options(titleOption("none"),
			config.Option{Name: "token", Kind: config.KindText, Required: true, Secret: true, Help: "application token"},
			config.Option{Name: "user_key", Kind: config.KindText, Required: true, Secret: true, Help: "user key"},
			config.Option{Name: "device", Kind: config.KindText, Default: "all", Help: "the user's device"},
			config.Option{Name: "sound", Kind: config.KindText, Default: "the user's", Help: "sound of the notification"},
		),
		Read: readPushover,
	})
	config.RegisterSink("ntfy", config.Entry{
		Forms:      []config.Form{{Address: "ntfy:https://ntfy.sh/TOPIC", Help: "an ntfy topic"}},
		SecretPath: true,
		Options: options(titleOption("channel and level"),
			config.Option{Name: "token", Kind: config.KindText, Secret: true, Help: "access token, for protected topics"},
		),
		Read: readNtfy,
	})
	config.RegisterSink("webhook", config.Entry{
		Forms:      []config.Form{{Address: "webhook:https://HOST/PATH", Help: "JSON, posted to any address"}},
		SecretPath: true,
		Options: options(
			config.Option{Name: "secret", Kind: config.KindText, Default: "not signed", Secret: true, Help: "secret that signs the body"},
			config.Option{Name: "timestamp", Kind: config.KindBool, Default: "false", Help: "true: include the time in the signature"},
			config.Option{Name: "content_type", Kind: config.KindText, Default: "application/json; text/plain for a format string", Help: "content type of the body"},
		),
		Read: readWebhook,
	})
	config.RegisterSection("SlackLogger", config.Entry{Read: readSlackSection, Options: []config.Option{
		{Name: "api_file", Kind: config.KindPath, Required: true, Help: "file whose first line is the address of an incoming webhook"},
		{Name: "channel", Kind: config.KindText, Default: "the webhook's", Help: "channel"},
		{Name: "user", Kind: config.KindText, Default: "the webhook's", Help: "name of the sender"},
		{Name: "log_level", Kind: config.KindLevel, Default: "SUCCESS", Help: "the lowest level"},
	}})
}

// address returns the path of the URI, which is the address of a service.
func address(s *config.Spec) string {
	if s.Path == "" {
		s.Refuse("", errors.New(`missing address: want it after the scheme, as in "slack:https://HOST/PATH", or in a file as the key "path"`))
	}
	return s.Path
}

func readSlack(s *config.Spec) func() (logbook.Handler, error) {
	webhook, o := address(s), s.Options()
	p := &push.SlackOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter, Title: title(s),
		Channel: s.Text("channel"), Username: s.Text("username"),
		Emoji: s.Bool("emoji"), Color: s.Bool("color"), Timeout: s.Duration("timeout"), TLSConfig: s.TLS(),
	}
	return func() (logbook.Handler, error) { return push.NewSlack(webhook, p) }
}

func readPushover(s *config.Spec) func() (logbook.Handler, error) {
	o := s.Options()
	p := &push.PushoverOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter, Title: title(s),
		Device: s.Text("device"), Sound: s.Text("sound"), Timeout: s.Duration("timeout"), TLSConfig: s.TLS(),
	}
	token, user := s.Text("token"), s.Text("user_key")
	return func() (logbook.Handler, error) { return push.NewPushover(token, user, p) }
}

func readNtfy(s *config.Spec) func() (logbook.Handler, error) {
	topic, o := address(s), s.Options()
	p := &push.NtfyOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter, Title: title(s),
		Token: s.Text("token"), Timeout: s.Duration("timeout"), TLSConfig: s.TLS(),
	}
	return func() (logbook.Handler, error) { return push.NewNtfy(topic, p) }
}

func readWebhook(s *config.Spec) func() (logbook.Handler, error) {
	url, o := address(s), s.Options()
	p := &push.WebhookOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter,
		ContentType: s.Text("content_type"), Secret: s.Text("secret"), Timestamp: s.Bool("timestamp"),
		Timeout: s.Duration("timeout"), TLSConfig: s.TLS(),
	}
	return func() (logbook.Handler, error) { return push.NewWebhook(url, p) }
}

func readSlackSection(s *config.Spec) func() (logbook.Handler, error) {
	o := &push.SlackOptions{
		Level:   cmp.Or(s.Level("log_level"), slog.Leveler(logbook.LevelSuccess)),
		Channel: s.Text("channel"), Username: s.Text("user"),
	}
	webhook, _, _ := strings.Cut(s.SecretFile("api_file"), "\n")
	webhook = strings.TrimSpace(webhook)
	if !strings.HasPrefix(webhook, "http") {
		s.Refuse("api_file", errors.New("invalid file: want the address of an incoming webhook on the first line"))
	}
	return func() (logbook.Handler, error) { return push.NewSlack(webhook, o) }
}
