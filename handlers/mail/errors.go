package mail

import (
	"errors"
	"fmt"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

// Reasons why no mail is sent, wrapped by an [*Error] or [*logbook.OptionError].
var (
	// ErrPlaintextAuth: credentials are not sent over a connection without TLS.
	ErrPlaintextAuth = errors.New("credentials need StartTLS or ImplicitTLS (or AllowPlaintextAuth)")

	// ErrNoStartTLS: the server does not offer STARTTLS.
	ErrNoStartTLS = errors.New("the server does not offer STARTTLS")

	// ErrNoAuth: the server offers neither AUTH PLAIN nor AUTH LOGIN.
	ErrNoAuth = errors.New("the server offers neither AUTH PLAIN nor AUTH LOGIN")

	// ErrNoRecipients: there is no valid recipient for a record.
	ErrNoRecipients = errors.New("no recipients")
)

// The steps of a delivery, in order, for [Error].Step.
const (
	stepCompose   = "compose"
	stepConnect   = "connect"
	stepTLS       = "TLS handshake"
	stepGreeting  = "greeting"
	stepHello     = "EHLO"
	stepStartTLS  = "STARTTLS"
	stepAuth      = "AUTH"
	stepFrom      = "MAIL FROM"
	stepRecipient = "RCPT TO"
	stepData      = "DATA"
	stepDataEnd   = "end of DATA" // the mail may have been accepted
)

// Error reports why mail was not delivered. It never contains a credential, even if the
// server repeats one.
type Error struct {
	Server  string // host:port
	Step    string // the step that failed: "compose", "connect", "TLS handshake", "greeting", or a command of SMTP
	Records int    // records not mailed; 0 if a mail was sent, but not to all or incomplete
	Err     error  // a *textproto.Error if the server answered; logbook.ErrClosed after Close

	// Retry is the time of the next attempt: until then nothing is mailed, and this error
	// is returned. The zero time means that the next record tries again.
	Retry time.Time
}

// Error returns all of it on one line.
func (e *Error) Error() string {
	b := fmt.Appendf(nil, "mail: %s: %s: ", e.Server, e.Step)
	b = encode.AppendText(b, e.Err.Error())
	switch e.Records {
	case 0:
	case 1:
		b = append(b, " (1 record not mailed)"...)
	default:
		b = fmt.Appendf(b, " (%d records not mailed)", e.Records)
	}
	if !e.Retry.IsZero() {
		b = append(b, " (nothing is mailed before "...)
		b = append(e.Retry.AppendFormat(b, "15:04:05"), ')')
	}
	return string(b)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
