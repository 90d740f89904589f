package mail

import (
	"crypto/tls"
	"errors"
	"html/template"
	"log/slog"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/logbook"
)

// Options configure [New]. From is required, and To or RecordRecipients.
type Options struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // asked after the processors; nil: all
	Bubble bool                       // let handled records go on to the next handler

	// Formatter makes the mail; nil: the format string [DefaultFormat].
	//
	// The leading lines of a format string, up to the first empty one, are the
	// headers of the mail: "Subject: {record.level_name} in {record.channel}".
	// The rest is its text. A format string that starts with an empty line has no
	// headers. Newlines of the data stay newlines in the text; in headers they are
	// escaped. A header is cut at 256 bytes, and left out where it is empty. From,
	// Date, Message-ID, MIME-Version and Content headers are the handler's own; To,
	// Cc and Reply-To only show addresses, up to 4 KiB of them, and deliver to no
	// one; with anything else they are left out.
	//
	// Any other formatter makes the text alone.
	Formatter logbook.Formatter

	// RelatedFormatter makes the text of the further records of a mail; nil: the
	// format string [DefaultRelatedFormat]. It has no headers.
	RelatedFormatter logbook.Formatter

	// HTML makes an HTML part beside the text, for a *[Content]; nil: none.
	// [DefaultHTML] is one that shows the text.
	HTML *template.Template

	From string   // "errors@example.com" or "Errors <errors@example.com>"
	To   []string // recipients, in the same form

	// RecordRecipients returns the recipients of a record; nil, or none returned:
	// To. Of several records in one mail, the one on top is asked for. An address
	// that is none is left out, and reported as an error.
	RecordRecipients func(*logbook.Record) []string

	// Subject is what a format string has as {handler.subject}, and the subject
	// of mails whose formatter sets none; "": [DefaultSubject].
	Subject string

	// Server is the mail server, "host" or "host:port"; "": 127.0.0.1. Without a
	// port it is 25, or the one of TLS.
	Server string

	// TLS says how the connection is secured; the zero value is [PlainText].
	TLS TLSMode

	// TLSConfig holds roots, client certificates and the like; nil: the system's
	// roots. The server's certificate is verified for the host of Server, unless
	// TLSConfig says otherwise.
	TLSConfig *tls.Config

	// Username and Password log in, by AUTH PLAIN or LOGIN. With PlainText they
	// are refused, since anybody on the way could read them, unless
	// AllowPlaintextAuth is set.
	Username, Password string
	AllowPlaintextAuth bool

	// Timeout bounds connecting, with all up to the login, and again each mail; of
	// a large one, each MiB. 0: 5 s.
	Timeout time.Duration

	// Hostname is the name of this machine in EHLO and Message-ID; "": the
	// system's.
	Hostname string

	// RecordLimit bounds the mails for one call site (level, channel, file and
	// line) to so many in each RecordDelta. 0: no limit. What is suppressed is
	// counted and told by the next mail of the call site: "This message occurred
	// additional N time(s) and was suppressed", where N counts all occurrences
	// since the window began, the mailed ones included, as in Logbook. Counts that
	// no mail told go into a last mail on [Handler.Close].
	//
	// 512 call sites are known at a time. Beyond that, the third with the oldest
	// windows is forgotten, and the next mail tells how much was suppressed there.
	RecordLimit int
	RecordDelta time.Duration // 0: 1 min
}

// TLSMode says how a connection is secured. There is none that falls back to
// plain text.
type TLSMode int8

const (
	PlainText   TLSMode = iota // no TLS; port 25
	StartTLS                   // STARTTLS, without which no mail is sent; port 587
	ImplicitTLS                // TLS from the start; port 465
)

// String returns "plain text", "STARTTLS" or "implicit TLS".
func (m TLSMode) String() string {
	switch m {
	case PlainText:
		return "plain text"
	case StartTLS:
		return "STARTTLS"
	case ImplicitTLS:
		return "implicit TLS"
	}
	return "TLSMode(" + strconv.Itoa(int(m)) + ")"
}

func (m TLSMode) port() string {
	switch m {
	case StartTLS:
		return "587"
	case ImplicitTLS:
		return "465"
	}
	return "25"
}

const (
	defaultHost    = "127.0.0.1"
	defaultTimeout = netlink.DefaultTimeout
	defaultDelta   = time.Minute
)

// check finds what is wrong with options of which no address or format is
// asked.
func (o *Options) check() error {
	wrong := func(option, msg string) error { return invalid(option, errors.New(msg)) }
	switch {
	case o.TLS < PlainText || o.TLS > ImplicitTLS:
		return wrong("TLS", "want PlainText, StartTLS or ImplicitTLS, not "+o.TLS.String())
	case o.TLSConfig != nil && o.TLS == PlainText:
		return wrong("TLSConfig", "want none with plain text, which does not use it")
	case o.Username == "" && o.Password != "":
		return wrong("Username", "want one, since there is a Password")
	case o.Username != "" && o.Password == "":
		return wrong("Password", "want one, since there is a Username")
	case strings.Contains(o.Username+o.Password, "\x00"):
		return wrong("Password", "want no NUL in it, nor in the Username: SMTP does not allow one")
	case o.Username != "" && o.TLS == PlainText && !o.AllowPlaintextAuth:
		return invalid("TLS", ErrPlaintextAuth)
	case o.Timeout < 0:
		return wrong("Timeout", "want 0 or more")
	case o.RecordLimit < 0:
		return wrong("RecordLimit", "want 0 or more")
	case o.RecordDelta < 0:
		return wrong("RecordDelta", "want 0 or more")
	case strings.ContainsFunc(o.Subject, isControl):
		return wrong("Subject", "want no control characters")
	case o.Hostname != "" && !isHostname(o.Hostname):
		return wrong("Hostname", "want the name of a host, or an IP address in brackets")
	}
	return nil
}

// invalid returns the error for an option that is refused.
func invalid(option string, err error) error {
	return &logbook.OptionError{Options: "mail.Options", Option: option, Err: err}
}

// isHostname reports whether s may stand in EHLO and in a Message-ID: a name, or
// an address in brackets.
func isHostname(s string) bool {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		_, err := netip.ParseAddr(strings.TrimPrefix(inner, "IPv6:"))
		return ok && err == nil
	}
	return netlink.IsHostname(s)
}

func systemHostname() string {
	if s, err := os.Hostname(); err == nil && isHostname(s) {
		return s
	}
	return "localhost"
}
