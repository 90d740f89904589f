package push

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/logbook"
)

// The headers of a signed request.
const (
	// SignatureHeader is "sha256=" and the signature in hexadecimal digits: the HMAC with
	// SHA-256 of the body, or, with a timestamp, of "TIMESTAMP.BODY".
	SignatureHeader = "X-Logbook-Signature"

	// TimestampHeader is the time of the signature, in seconds since 1970.
	TimestampHeader = "X-Logbook-Timestamp"
)

// maxBody bounds the body of a request to a webhook.
const maxBody = 4 << 20

const webhookName = "push.WebhookOptions"

// WebhookOptions configure [NewWebhook]. nil is the default: JSON.
type WebhookOptions struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass handled records on to the next handler

	// Formatter makes the body; nil: [logbook.JSON]. [JSONTemplate] makes JSON of another
	// shape; a format string makes plain text.
	Formatter logbook.Formatter

	// ContentType is the media type of the body; "": text/plain in UTF-8 for a format
	// string, otherwise application/json.
	ContentType string

	// Header has additional headers, such as Authorization. Their values count as
	// secrets, unless they are shorter than 4 bytes.
	Header http.Header

	// Secret signs the body: see [SignatureHeader]. "": it is not signed.
	Secret string

	// Timestamp includes the time in the signature, and sends it in [TimestampHeader], so
	// that the receiver can refuse replayed requests.
	Timestamp bool

	Timeout time.Duration // of a notification; 0: 5 s

	// TLSConfig holds roots, client certificates and the like; nil: the system's
	// roots.
	TLSConfig *tls.Config

	// AllowPlaintext allows an address without TLS on another machine.
	AllowPlaintext bool
}

// NewWebhook returns a handler that posts records to an address. Notes, such as the
// number of unsent records before this one, are added in parentheses to the record's
// message. A body of more than 4 MiB is an error. The error is a [*logbook.OptionError].
func NewWebhook(address string, o *WebhookOptions) (*Handler, error) {
	if o == nil {
		o = new(WebhookOptions)
	}
	w := &webhook{
		options:     logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter},
		contentType: o.ContentType, header: o.Header.Clone(), secret: o.Secret, timestamp: o.Timestamp,
	}
	if w.options.Formatter == nil {
		w.options.Formatter = logbook.JSON(nil)
	}
	if err := w.checkContentType(); err != nil {
		return nil, invalid(webhookName, "ContentType", err)
	}
	secrets, err := checkHeader(w.header)
	if err != nil {
		return nil, invalid(webhookName, "Header", err)
	}
	if o.Timestamp && o.Secret == "" {
		return nil, invalid(webhookName, "Timestamp", errors.New("want a Secret to sign it with"))
	}
	return newHandler(w, settings{
		name: webhookName, options: w.options, url: address, allowPlaintext: o.AllowPlaintext, timeout: o.Timeout, tls: o.TLSConfig,
		secrets:  append(secrets, o.Secret),
		noCaller: !w.options.ReadsCaller(),
	})
}

type webhook struct {
	options     logbook.Options
	contentType string
	header      http.Header
	secret      string
	timestamp   bool
}

func (*webhook) name() string { return "webhook" }

func (w *webhook) checkContentType() error {
	_, plain := w.options.Formatter.(*logbook.StringFormatter)
	if w.contentType == "" {
		w.contentType = "application/json"
		if plain {
			w.contentType = "text/plain; charset=utf-8"
		}
	}
	kind, _, err := mime.ParseMediaType(w.contentType)
	if err != nil {
		return fmt.Errorf("want a media type such as text/plain, not %q", w.contentType)
	}
	if plain && strings.HasSuffix(kind, "json") {
		return errors.New("want no JSON type for a format string, which does not escape data; use JSONTemplate")
	}
	return nil
}

// checkHeader checks additional headers, and returns their values, which are secrets.
func checkHeader(header http.Header) (values []string, err error) {
	for name, vs := range header {
		switch canonical := http.CanonicalHeaderKey(name); {
		case name == "" || strings.Trim(name, tagCharacters) != "":
			return nil, fmt.Errorf("invalid name %q: want letters, digits and -", name)
		case canonical == "Content-Type", canonical == "Content-Length", canonical == "Host", canonical == "Idempotency-Key",
			canonical == "Transfer-Encoding", canonical == "User-Agent", canonical == SignatureHeader, canonical == TimestampHeader:
			return nil, fmt.Errorf("%s is set by the handler", canonical)
		}
		for _, v := range vs {
			if strings.ContainsFunc(v, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7F }) {
				return nil, fmt.Errorf("invalid value of %s: want no control characters", name)
			}
			_, credential, _ := strings.Cut(v, " ") // without "Bearer"
			for _, s := range []string{v, credential} {
				if len(s) > secret.ShortPiece {
					values = append(values, s)
				}
			}
		}
	}
	return values, nil
}

func (w *webhook) compose(r *logbook.Record, notes []string, now time.Time) (*message, error) {
	if len(notes) > 0 {
		message := r.Message()
		r = r.Clone()
		r.SetMessage(strings.Join(append([]string{message}, notes...), " "))
	}
	body, err := w.options.AppendFormat(nil, r)
	if err != nil {
		return nil, err
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("the body has %d bytes: want at most %d", len(body), maxBody)
	}
	m := &message{contentType: w.contentType, header: w.header.Clone(), body: body}
	if m.header == nil {
		m.header = http.Header{}
	}
	if w.secret != "" {
		w.sign(m, now)
	}
	return m, nil
}

func (w *webhook) sign(m *message, now time.Time) {
	mac := hmac.New(sha256.New, []byte(w.secret))
	if w.timestamp {
		at := strconv.FormatInt(now.Unix(), 10)
		m.header.Set(TimestampHeader, at)
		mac.Write([]byte(at + "."))
	}
	mac.Write(m.body)
	m.header.Set(SignatureHeader, "sha256="+hex.EncodeToString(mac.Sum(nil)))
}
