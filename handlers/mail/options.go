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
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass handled records on to the next handler

	// Formatter makes the mail; nil: the format string [DefaultFormat].
	//
	// The leading lines of a format string, up to the first empty one, are the headers of
	// the mail: "Subject: {record.level_name} in {record.channel}". The rest is its text.
	// A format string that starts with an empty line has no headers. Newlines of the data
	// stay newlines in the text; in headers they are escaped. A header is cut at 256
	// bytes, and left out if it is empty. From, Date, Message-ID, MIME-Version and
	// Content headers are set by the handler; To, Cc and Reply-To only show addresses, up
	// to 4 KiB, and do not add recipients; if they contain anything else, they are left
	// out.
	//
	// Any other formatter makes only the text.
	Formatter logbook.Formatter

	// RelatedFormatter makes the text of the other records of a mail; nil: the format
	// string [DefaultRelatedFormat]. It has no headers.
	RelatedFormatter logbook.Formatter

	// HTML makes an HTML part in addition to the text, from a *[Content]; nil: none.
	// [DefaultHTML] shows the text.
	HTML *template.Template

	From string   // "errors@example.com" or "Errors <errors@example.com>"
	To   []string // recipients, in the same form

	// RecordRecipients returns the recipients of a record; if it is nil or returns none:
	// To. If a mail has several records, it gets the first one shown. Invalid addresses
	// are left out, and reported as an error.
	RecordRecipients func(*logbook.Record) []string

	// Subject is the value of {handler.subject} in format strings, and the subject of
	// mails whose formatter sets none; "": [DefaultSubject].
	Subject string

	// Server is the mail server, "host" or "host:port"; "": 127.0.0.1. The default port
	// is 25, or that of the TLS mode.
	Server string

	// TLS is how the connection is secured; the zero value is [PlainText].
	TLS TLSMode

	// TLSConfig holds roots, client certificates and the like; nil: the system's
	// roots. The server's certificate is verified for the host of Server, unless
	// TLSConfig says otherwise.
	TLSConfig *tls.Config

	// Username and Password log in, by AUTH PLAIN or LOGIN. With PlainText they are
	// refused unless AllowPlaintextAuth is set, since anybody on the network could read
	// them.
	Username, Password string
	AllowPlaintextAuth bool

	// Timeout bounds connecting and login, and again each mail, or each MiB of a large
	// one. 0: 5 s.
	Timeout time.Duration

	// Hostname is the name of this machine in EHLO and Message-ID; "": the
	// system's.
	Hostname string

	// RecordLimit bounds the mails for one call site (level, channel, file and line, or
	// instead of these two the attribute "fingerprint") in each RecordDelta. 0: no limit. Suppressed records are counted, and reported by the
	// next mail of the call site: "This message occurred additional N time(s) and was
	// suppressed", where N counts all occurrences since the window began, including the
	// mailed ones, as in Python's Logbook. Counts that no mail has reported go into a
	// last mail on [Handler.Close].
	//
	// 512 call sites are known at a time. Beyond that, the third with the oldest windows
	// is forgotten, and the next mail reports how many records were suppressed there.
	RecordLimit int
	RecordDelta time.Duration // 0: 1 min
}

// TLSMode is how a connection is secured. No mode falls back to plain text.
type TLSMode int8

const (
	PlainText   TLSMode = iota // no TLS; port 25
	StartTLS                   // STARTTLS, required; port 587
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

// check returns the first error in the options, except for addresses and formats.
func (o *Options) check() error {
	wrong := func(option, msg string) error { return invalid(option, errors.New(msg)) }
	switch {
	case o.TLS < PlainText || o.TLS > ImplicitTLS:
		return wrong("TLS", "want PlainText, StartTLS or ImplicitTLS, not "+o.TLS.String())
	case o.TLSConfig != nil && o.TLS == PlainText:
		return wrong("TLSConfig", "want nil with plain text")
	case o.Username == "" && o.Password != "":
		return wrong("Username", "want one with a Password")
	case o.Username != "" && o.Password == "":
		return wrong("Password", "want one with a Username")
	case strings.Contains(o.Username+o.Password, "\x00"):
		return wrong("Password", "want no NUL in Username and Password: SMTP does not allow it")
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
		return wrong("Hostname", "want a host name, or an IP address in brackets")
	}
	return nil
}

// invalid returns the error for an invalid option.
func invalid(option string, err error) error {
	return &logbook.OptionError{Options: "mail.Options", Option: option, Err: err}
}

// isHostname reports whether s is valid in EHLO and in a Message-ID: a name, or an
// address in brackets.
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
