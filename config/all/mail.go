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
		help   = "A format string may begin with headers, such as \"Subject: {record.level_name}\", followed by an empty line. The default port is 25, with STARTTLS 587, with implicit TLS 465."
	)
	config.RegisterSink("mail", config.Entry{
		Forms:   []config.Form{{Address: "mail:TO[,TO]?from=FROM", Help: "mail, through the local mail server"}},
		Help:    help,
		Options: mailOptions(),
		Read:    readMail,
	})
	config.RegisterSink("smtp", config.Entry{
		Forms: []config.Form{{Address: "smtp://" + server, Help: "mail, through a server; with STARTTLS if there is a user"}},
		Help:  help,
		Options: slices.Concat(mailOptions(), []config.Option{toOption,
			{Name: "tls", Kind: "starttls|none", Default: "starttls if there is a user", Help: "encryption"},
		}, config.TLSOptions()),
		Read: readSMTP,
	})
	config.RegisterSink("smtps", config.Entry{
		Forms:   []config.Form{{Address: "smtps://" + server, Help: "the same, with implicit TLS"}},
		Help:    help,
		Options: slices.Concat(mailOptions(), []config.Option{toOption}, config.TLSOptions()),
		Read:    readSMTPS,
	})
	config.RegisterSection("MailHandler", config.Entry{Read: readMailSection, Options: []config.Option{
		{Name: "sender", Kind: config.KindText, Required: true, Help: "address of the sender"},
		{Name: "recipients", Kind: config.KindText, Required: true, Multiline: true, Help: "the recipients, one per line"},
		subjectOption,
		{Name: "mail_host", Kind: config.KindText, Default: "127.0.0.1", Help: "the mail server"},
		{Name: "port", Kind: config.KindText, Default: "25, or 587 with credentials", Help: "port of the mail server; 465 means implicit TLS"},
		{Name: "credentials_file", Kind: config.KindPath, Help: "file with user and password, one per line; they are sent only over TLS"},
		{Name: "log_level", Kind: config.KindLevel, Default: "ERROR", Help: "the lowest level"},
	}})
}

var (
	subjectOption = config.Option{Name: "subject", Kind: config.KindText, Default: "Server Error in Application", Help: "the subject"}
	toOption      = config.Option{Name: "to", Kind: config.KindText, Required: true, Multiline: true, Help: "the recipients, separated by commas"}
)

// mailOptions returns the options common to all mail sinks.
func mailOptions() []config.Option {
	common := config.HandlerOptions("")
	for i := range common {
		common[i].Multiline = common[i].Name == "format" // it may begin with headers
	}
	return append(common,
		config.Option{Name: "from", Kind: config.KindText, Required: true, Help: "the sender"}, subjectOption,
		timeoutOption("for connecting, and for each mail"),
		config.Option{Name: "record_limit", Kind: config.KindCount, Default: "no limit", Help: "number of mails per call site and period"},
		config.Option{Name: "record_delta", Kind: config.KindDuration, Default: "1m", Help: "length of a period"},
	)
}

// newMailOptions reads the options common to all mail sinks.
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

// readMail uses the local mail server: mail:TO?from=FROM.
func readMail(s *config.Spec) func() (logbook.Handler, error) {
	if s.Host != "" || s.User != nil {
		s.Refuse("", errors.New(`invalid address: want "mail:TO?from=FROM", or "smtp://HOST?from=FROM&to=TO"`))
	}
	o := newMailOptions(s)
	o.To = addresses(s.Path)
	return opener(o)
}

func readSMTP(s *config.Spec) func() (logbook.Handler, error) {
	o := newServerOptions(s)
	o.To, o.TLSConfig = addresses(s.Text("to")), s.TLS()
	switch tls := s.Choice("tls"); {
	case tls == "starttls", tls == "" && s.User != nil:
		o.TLS = mail.StartTLS
	case tls == "none":
		o.TLS = mail.PlainText
	}
	return opener(o)
}

// newServerOptions is newMailOptions for a server that has to be named.
func newServerOptions(s *config.Spec) *mail.Options {
	if s.Host == "" {
		s.Refuse("", errors.New("missing host: want the mail server's name, or the sink mail for the local server"))
	}
	return newMailOptions(s)
}

func readSMTPS(s *config.Spec) func() (logbook.Handler, error) {
	o := newServerOptions(s)
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
			s.Refuse("credentials_file", errors.New("invalid file: want a user on the first line and a password on the second"))
		}
		if o.TLS == mail.PlainText {
			o.TLS = mail.StartTLS
		}
	}
	return opener(o)
}
