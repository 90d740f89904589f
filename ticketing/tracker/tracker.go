package tracker

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/internal/retryafter"
	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/ticketing"
)

// Tracker creates issues in a project of a tracker.
//
// After a failure that is likely to happen again, which is no answer, or one of the statuses
// 408, 429 and 5xx, nothing is sent for a while: until the time in Retry-After, at most an hour,
// or else for about 1 s, and about twice as long each time, up to a minute. Meanwhile the methods
// return the same error.
//
// It is safe for concurrent use.
type Tracker struct {
	kind    Kind
	host    string // scheme and host, for errors
	service service
	page    string
	client  *http.Client
	secrets secret.Scrubber
	pause   flow.Pause
}

// service has what the kinds of trackers differ in.
type service interface {
	// quote marks a text as one that is not interpreted.
	quote(text string) string

	create(t *ticketing.Ticket, title, text string) request

	// link returns the address of the issue in the answer to create.
	link(answer []byte, header http.Header) (string, error)

	// state asks for an issue, by its address.
	state(link string) (request, error)

	// closed reads the answer to state.
	closed(answer []byte) (bool, error)
}

type request struct {
	method, url string
	header      http.Header
	body        any // nil for none
}

// New returns a tracker of a kind for the project with an address. The error is a
// [*logbook.OptionError], and does not contain the address.
//
// A [Webhook] receives a POST of a JSON object with "title", "text" and "ticket", which
// has "id", "fingerprint", "app", "level", "channel", "location", "count", "first_seen" and
// "last_seen". It answers with a JSON object whose "link" is the address of the issue, or with a
// header Location. The state of its issues is not known.
func New(kind Kind, address string, o *Options) (*Tracker, error) {
	if o == nil {
		o = new(Options)
	}
	u, err := o.check(kind, address)
	if err != nil {
		return nil, err
	}
	t := &Tracker{kind: kind, host: u.Scheme + "://" + u.Host, page: o.Page, pause: flow.Pause{Jitter: flow.DefaultJitter}}
	if t.service, err = newService(kind, u, o); err != nil {
		return nil, err
	}
	t.secrets.Add(o.Token)
	if kind == Webhook {
		t.secrets.Add(u.String())
		if request := u.RequestURI(); len(request) > secret.ShortPiece {
			t.secrets.AddPieces(request)
		}
	}
	timeout := cmp.Or(o.Timeout, defaultTimeout)
	dialer := &net.Dialer{Timeout: timeout}
	transport := &http.Transport{
		DialContext: dialer.DialContext, TLSClientConfig: o.TLSConfig.Clone(), TLSHandshakeTimeout: timeout,
		DisableKeepAlives: true, // a POST is not tried again when an idle connection turns out to be closed
	}
	if o.AllowLocal {
		transport.Proxy = http.ProxyFromEnvironment
	} else {
		dialer.Control = netlink.OnlyPublic
	}
	t.client = &http.Client{
		Timeout: timeout, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return t, nil
}

const (
	maxTitle      = 200 // characters
	maxAnswer     = 1 << 20
	maxExcerpt    = 300 // characters of an answer in an error
	maxRetryAfter = time.Hour
)

// Create creates an issue for a ticket, and returns the address of the issue. It does not
// look whether there is one. The error is an [*Error]; if it is [ErrNoLink], the issue was
// created.
func (t *Tracker) Create(ctx context.Context, k *ticketing.Ticket) (link string, err error) {
	title := notify.Cut(clean(k.Title), maxTitle, notify.Characters)
	if title == "" {
		title = "Ticket " + strconv.FormatInt(k.ID, 10)
	}
	answer, header, err := t.do(ctx, t.service.create(k, title, t.text(k)))
	if err != nil {
		return "", err
	}
	link, err = t.service.link(answer, header)
	if err == nil && !isLink(link) {
		err = ErrNoLink
	}
	if err != nil {
		return "", t.failure(0, err)
	}
	return link, nil
}

// ErrNoLink is the cause of an [Error] for an answer that does not say where the issue is.
var ErrNoLink = errors.New("the answer does not have the address of the issue")

func isLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(s) <= 512
}

// State reports whether the issue with an address is closed. The error is an [*Error], which
// wraps [errors.ErrUnsupported] for a [Webhook], and for an issue of another project.
func (t *Tracker) State(ctx context.Context, link string) (closed bool, err error) {
	r, err := t.service.state(link)
	if err != nil {
		return false, t.failure(0, err)
	}
	answer, _, err := t.do(ctx, r)
	if err != nil {
		return false, err
	}
	if closed, err = t.service.closed(answer); err != nil {
		return false, t.failure(0, err)
	}
	return closed, nil
}

// Error reports a failure of a tracker. It contains no credential.
type Error struct {
	Kind   Kind
	Host   string    // with the scheme
	Status int       // of the answer; 0 if there was none, or one that cannot be read
	Retry  time.Time // nothing is sent before; zero: the next attempt is not delayed
	Err    error
}

// Error returns all of it on one line.
func (e *Error) Error() string {
	text := fmt.Sprintf("tracker: %s at %s: %v", e.Kind, e.Host, e.Err)
	if !e.Retry.IsZero() {
		text += ", next attempt at " + e.Retry.Format(time.RFC3339)
	}
	return text
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

func (t *Tracker) failure(status int, err error) *Error {
	var u *url.Error
	for errors.As(err, &u) { // it begins with the address
		err = u.Err
	}
	return &Error{Kind: t.kind, Host: t.host, Status: status, Err: t.secrets.Error(err)}
}

// do sends a request, and returns the body of a successful answer.
func (t *Tracker) do(ctx context.Context, r request) (answer []byte, header http.Header, err error) {
	if err := t.pause.Err(time.Now()); err != nil {
		return nil, nil, err
	}
	status, header, answer, err := t.send(ctx, r)
	if err == nil && status >= 200 && status < 300 {
		t.pause.Succeeded()
		return answer, header, nil
	}
	if err == nil {
		err = t.refusal(status, answer)
	}
	failed := t.failure(status, err)
	if status != 0 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests && status < 500 || ctx.Err() != nil {
		return nil, nil, failed
	}
	until := func(at time.Time) error {
		failed.Retry = at
		return failed
	}
	if at := retryafter.Time(header, time.Now(), maxRetryAfter); !at.IsZero() {
		return nil, nil, t.pause.BeginUntil(at, until)
	}
	return nil, nil, t.pause.Begin(time.Now(), until)
}

func (t *Tracker) send(ctx context.Context, r request) (status int, header http.Header, answer []byte, err error) {
	var body io.Reader
	if r.body != nil {
		b := new(bytes.Buffer)
		encoder := json.NewEncoder(b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(r.body); err != nil {
			return 0, nil, nil, err
		}
		body = bytes.NewReader(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	}
	q, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return 0, nil, nil, err
	}
	if r.header != nil {
		q.Header = r.header.Clone()
	}
	q.Header.Set("Accept", cmp.Or(q.Header.Get("Accept"), "application/json"))
	q.Header.Set("User-Agent", "logbook-go")
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	a, err := t.client.Do(q)
	if err != nil {
		return 0, nil, nil, err
	}
	defer a.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err != nil && (a.StatusCode < 200 || a.StatusCode >= 300) { // the status says more
		answer, err = nil, nil
	}
	return a.StatusCode, a.Header, answer, err
}

// refusal returns the error of an unsuccessful answer.
func (t *Tracker) refusal(status int, answer []byte) error {
	message := strconv.Itoa(status) + " " + http.StatusText(status)
	if status >= 300 && status < 400 {
		message += ", a redirect that is not followed"
	}
	text := t.secrets.Text(strings.ToValidUTF8(string(answer), "?"))
	if len(answer) == maxAnswer { // a secret may have been cut off
		text = text[:max(0, len(text)-t.secrets.Longest())]
	}
	if text = notify.Cut(clean(text), maxExcerpt, notify.Characters); text != "" {
		message += ": " + text
	}
	return errors.New(message)
}

// clean returns a text on one line, without control characters.
func clean(s string) string {
	s = strings.Map(func(c rune) rune {
		if c < ' ' || c >= 0x7F && c < 0xA0 {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "?"))
	return strings.Join(strings.Fields(s), " ")
}

// text returns the text of an issue.
func (t *Tracker) text(k *ticketing.Ticket) string {
	var b strings.Builder
	line := func(name, value string) {
		if value = clean(value); value != "" {
			fmt.Fprintf(&b, "%-11s %s\n", name+":", value)
		}
	}
	line("Title", k.Title)
	line("Level", k.Level.String())
	line("App", k.AppID)
	line("Channel", k.Channel)
	line("Location", k.Location)
	line("Seen", strconv.FormatInt(k.Count, 10)+" times")
	line("First seen", seen(k.FirstSeen))
	line("Last seen", seen(k.LastSeen))
	line("Release", k.LastRelease)
	text := t.service.quote(strings.TrimSuffix(b.String(), "\n"))
	if t.page != "" {
		text += "\n\n" + strings.TrimSuffix(t.page, "/") + "/" + strconv.FormatInt(k.ID, 10)
	}
	return text
}

func seen(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02 15:04:05 MST")
}
