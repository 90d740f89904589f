package all

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	config.Register("mail", openMail)
	config.Register("smtp", openSMTP)
	config.Register("smtps", openSMTPS)
	config.RegisterSection("MailHandler", openMailSection)
}

// openMail is for the mail server of this machine: mail:TO?from=FROM.
func openMail(s *config.Sink) (logbook.Handler, error) {
	if s.Host != "" || s.User != nil {
		return nil, errors.New(`write "mail:TO?from=FROM", or "smtp://HOST?from=FROM&to=TO"`)
	}
	o := mailOptions(s)
	o.To = addresses(s.Path)
	return newMail(s, o)
}

func openSMTP(s *config.Sink) (logbook.Handler, error) {
	o := mailOptions(s)
	o.To = addresses(s.Required("to"))
	if s.User != nil {
		o.TLS = mail.StartTLS
	}
	s.Func("tls", func(v string) error {
		switch v {
		case "starttls":
			o.TLS = mail.StartTLS
		case "none":
			o.TLS = mail.PlainText
		default:
			return fmt.Errorf("%q is not known (known: starttls, none)", v)
		}
		return nil
	})
	return newMail(s, o)
}

func openSMTPS(s *config.Sink) (logbook.Handler, error) {
	o := mailOptions(s)
	o.To = addresses(s.Required("to"))
	o.TLS = mail.ImplicitTLS
	return newMail(s, o)
}

func mailOptions(s *config.Sink) *mail.Options {
	s.Multiline("to", "format")
	o := s.Options("")
	m := &mail.Options{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter,
		From: s.Required("from"), Subject: s.Text("subject"),
		Server:      s.Host,
		Timeout:     s.Duration("timeout"),
		RecordLimit: s.Count("record_limit"), RecordDelta: s.Duration("record_delta"),
	}
	if s.Scheme != "mail" {
		m.TLSConfig = s.TLS()
	}
	if s.User != nil {
		m.Username = s.User.Username()
		m.Password, _ = s.User.Password()
	}
	return m
}

// newMail makes the handler when all is read.
func newMail(s *config.Sink, o *mail.Options) (logbook.Handler, error) {
	if err := s.Err(); err != nil {
		return nil, err
	}
	return mail.New(o)
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

func openMailSection(s *config.Sink) (logbook.Handler, error) {
	s.Multiline("recipients")
	o := &mail.Options{
		Level:  s.LogLevel(logbook.LevelError),
		From:   s.Required("sender"),
		To:     addresses(s.Required("recipients")),
		Server: s.Text("mail_host"),
	}
	o.Subject = s.Text("subject")
	s.Func("port", func(v string) error {
		port, err := strconv.Atoi(v)
		if err != nil || port < 1 || port > 65535 {
			return fmt.Errorf("%q is no port from 1 to 65535", v)
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
			s.Func("credentials_file", func(string) error {
				return errors.New("the first line is not a user, or the second one not a password")
			})
		}
		if o.TLS == mail.PlainText {
			o.TLS = mail.StartTLS
		}
	}
	return newMail(s, o)
}
