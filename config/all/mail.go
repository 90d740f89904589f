package all

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	const (
		server = "[USER:PASSWORD@]HOST[:PORT]?from=FROM&to=TO"
		help   = "A format string may begin with headers, such as \"Subject: {record.level_name}\", and an empty line. Without a port it is 25, with STARTTLS 587, with TLS from the start 465."
	)
	config.RegisterSink("mail", config.Entry{
		Forms:   []config.Form{{Address: "mail:TO[,TO]?from=FROM", Help: "a mail, by the mail server of this machine"}},
		Help:    help,
		Options: mailOptions(),
		Read:    readMail,
	})
	config.RegisterSink("smtp", config.Entry{
		Forms: []config.Form{{Address: "smtp://" + server, Help: "a mail, by a server; with STARTTLS if there is a user"}},
		Help:  help,
		Options: slices.Concat(mailOptions(), []config.Option{toOption,
			{Name: "tls", Kind: "starttls|none", Default: "starttls if there is a user", Help: "encryption"},
		}, config.TLSOptions()),
		Read: readSMTP,
	})
	config.RegisterSink("smtps", config.Entry{
		Forms:   []config.Form{{Address: "smtps://" + server, Help: "the same, with TLS from the start"}},
		Help:    help,
		Options: slices.Concat(mailOptions(), []config.Option{toOption}, config.TLSOptions()),
		Read:    readSMTPS,
	})
	config.RegisterSection("MailHandler", config.Entry{Read: readMailSection, Options: []config.Option{
		{Name: "sender", Kind: config.KindText, Required: true, Help: "its address"},
		{Name: "recipients", Kind: config.KindText, Required: true, Multiline: true, Help: "a recipient on a line"},
		subjectOption,
		{Name: "mail_host", Kind: config.KindText, Default: "127.0.0.1", Help: "the mail server"},
		{Name: "port", Kind: config.KindText, Default: "25, or 587 with credentials", Help: "its port; 465 is TLS from the start"},
		{Name: "credentials_file", Kind: config.KindPath, Help: "user and password, a line each, which go over TLS only"},
		{Name: "log_level", Kind: config.KindLevel, Default: "ERROR", Help: "the lowest level"},
	}})
}

var (
	subjectOption = config.Option{Name: "subject", Kind: config.KindText, Default: "Server Error in Application", Help: "the subject"}
	toOption      = config.Option{Name: "to", Kind: config.KindText, Required: true, Multiline: true, Help: "the recipients, with commas"}
)

// mailOptions returns the options of all mails.
func mailOptions() []config.Option {
	common := config.HandlerOptions("")
	for i := range common {
		common[i].Multiline = common[i].Name == "format" // which may have headers
	}
	return append(common,
		config.Option{Name: "from", Kind: config.KindText, Required: true, Help: "the sender"}, subjectOption,
		timeoutOption("of connecting, and of each mail"),
		config.Option{Name: "record_limit", Kind: config.KindCount, Default: "no limit", Help: "mails of a call site"},
		config.Option{Name: "record_delta", Kind: config.KindDuration, Default: "1m", Help: "in this time"},
	)
}

// newMailOptions reads the options of all mails.
func newMailOptions(s *config.Spec) *mail.Options {
	o := s.Options()
	m := &mail.Options{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter,
		From: s.Text("from"), Subject: s.Text("subject"),
		Server:      s.Host,
		Timeout:     s.Duration("timeout"),
		RecordLimit: s.Count("record_limit"), RecordDelta: s.Duration("record_delta"),
	}
	if s.User != nil {
		m.Username = s.User.Username()
		m.Password, _ = s.User.Password()
	}
	return m
}

func opener(o *mail.Options) func() (logbook.Handler, error) {
	return func() (logbook.Handler, error) { return mail.New(o) }
}

// readMail is for the mail server of this machine: mail:TO?from=FROM.
func readMail(s *config.Spec) func() (logbook.Handler, error) {
	if s.Host != "" || s.User != nil {
		s.Refuse("", errors.New(`invalid address: want "mail:TO?from=FROM", or "smtp://HOST?from=FROM&to=TO"`))
	}
	o := newMailOptions(s)
	o.To = addresses(s.Path)
	return opener(o)
}

func readSMTP(s *config.Spec) func() (logbook.Handler, error) {
	o := newMailOptions(s)
	o.To, o.TLSConfig = addresses(s.Text("to")), s.TLS()
	switch tls := s.Choice("tls"); {
	case tls == "starttls", tls == "" && s.User != nil:
		o.TLS = mail.StartTLS
	case tls == "none":
		o.TLS = mail.PlainText
	}
	return opener(o)
}

func readSMTPS(s *config.Spec) func() (logbook.Handler, error) {
	o := newMailOptions(s)
	o.To, o.TLSConfig, o.TLS = addresses(s.Text("to")), s.TLS(), mail.ImplicitTLS
	return opener(o)
}

// addresses splits a list at commas and newlines, but not within a quoted name.
func addresses(list string) []string {
	quoted, escaped := false, false
	separates := func(c rune) bool {
		switch {
		case c == '\n':
			quoted, escaped = false, false
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		}
		return !quoted && (c == ',' || c == '\n')
	}
	var all []string
	for a := range strings.FieldsFuncSeq(list, separates) {
		if a = strings.TrimSpace(a); a != "" {
			all = append(all, a)
		}
	}
	return all
}

const implicitTLSPort = 465

func readMailSection(s *config.Spec) func() (logbook.Handler, error) {
	o := &mail.Options{
		Level:   cmp.Or(s.Level("log_level"), slog.Leveler(logbook.LevelError)),
		From:    s.Text("sender"),
		To:      addresses(s.Text("recipients")),
		Server:  s.Text("mail_host"),
		Subject: s.Text("subject"),
	}
	s.Func("port", func(v string) error {
		port, err := strconv.Atoi(v)
		if err != nil || port < 1 || port > 65535 {
			return fmt.Errorf("invalid port %q: want a number from 1 to 65535", v)
		}
		if port == implicitTLSPort {
			o.TLS = mail.ImplicitTLS
		}
		o.Server = net.JoinHostPort(o.Server, v)
		return nil
	})
	if text := s.SecretFile("credentials_file"); text != "" {
		lines := strings.Split(text, "\n")
		o.Username = strings.TrimSpace(lines[0])
		if len(lines) > 1 {
			o.Password = strings.TrimSpace(lines[1])
		}
		if o.Username == "" || o.Password == "" {
			s.Refuse("credentials_file", errors.New("the first line is not a user, or the second one not a password"))
		}
		if o.TLS == mail.PlainText {
			o.TLS = mail.StartTLS
		}
	}
	return opener(o)
}
