package push

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/retryafter"
	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/logbook"
)

const (
	defaultTimeout = 5 * time.Second

	// idleTimeout is how long an idle connection is kept open.
	idleTimeout = 30 * time.Second

	// maxConns bounds the notifications that are being sent at once.
	maxConns = 8

	maxRedirects = 3

	// maxRetryAfter bounds how long a service can silence a handler.
	maxRetryAfter = 24 * time.Hour
)

// Handler notifies people of records through a service. It is made by [NewSlack],
// [NewPushover], [NewNtfy] and [NewWebhook].
//
// Handle returns when the service has taken the notification or the timeout has passed. A
// failure is an [*Error], and the notification is not tried again.
//
// After a failure that is likely to happen again, nothing is sent for a while: until the
// time that the service gave in Retry-After, at most a day, or else for about 1 s, and
// about twice as long each time, up to a minute. Meanwhile Handle returns at once with
// the same error, which has the time in [Error.Retry]. Such failures are the statuses
// 408, 429 and 5xx, and no answer.
//
// Records that were not sent are counted, and the next notification reports them: "(3
// records before this were not sent)". [Handler.Close] sends a last one for those still
// unreported.
//
// An escalation or a group becomes one notification: the last or first record, and the
// number of others. Each record of another batch is a notification.
//
// It is safe for concurrent use.
type Handler struct {
	opts    logbook.Options
	binding logbook.Binding
	service service
	url     string
	host    string // scheme and host of url, for errors
	secrets *secret.Scrubber
	client  *http.Client
	gate    notify.Gate
	ctx     context.Context // of current requests
	cancel  context.CancelFunc
	now     func() time.Time
}

// service has the methods in which the services differ.
type service interface {
	name() string

	// compose makes the request for a record, with the notes.
	compose(r *logbook.Record, notes []string, now time.Time) (*message, error)
}

// message is the content of a request.
type message struct {
	contentType string
	header      http.Header // additional headers; may be nil
	body        []byte
}

// settings are the options of all services.
type settings struct {
	name           string // of the type of options, for errors
	options        logbook.Options
	url            string
	allowPlaintext bool
	timeout        time.Duration
	tls            *tls.Config
	secrets        []string // in addition to those in the url
	noCaller       bool     // only the filter may read the caller
}

func newHandler(sv service, s settings) (*Handler, error) {
	u, err := checkURL(s.url, s.allowPlaintext)
	if err != nil {
		return nil, invalid(s.name, "URL", err)
	}
	if s.timeout < 0 {
		return nil, invalid(s.name, "Timeout", errors.New("want 0 or more"))
	}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	h := &Handler{
		opts:    s.options,
		service: sv,
		url:     s.url, host: u.Scheme + "://" + u.Host,
		secrets: newScrubber(u, s.secrets),
		now:     time.Now,
	}
	h.gate.Pause.Jitter = flow.DefaultJitter
	h.binding = h.opts.Binding()
	h.binding.NoCaller = h.opts.Filter == nil && s.noCaller
	h.ctx, h.cancel = flow.NewContext()
	h.client = &http.Client{
		Timeout:       s.timeout,
		CheckRedirect: h.checkRedirect,
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: s.timeout}).DialContext,
			TLSClientConfig:     s.tls.Clone(),
			TLSHandshakeTimeout: s.timeout,
			ForceAttemptHTTP2:   true,
			MaxConnsPerHost:     maxConns,
			MaxIdleConnsPerHost: 1,
			IdleConnTimeout:     idleTimeout,
		},
	}
	return h, nil
}

// checkRedirect follows redirects on the same host that repeat the request. Any other
// redirect would lose the record, or send it and its credentials to somebody else, so it
// counts as the answer.
func (h *Handler) checkRedirect(r *http.Request, via []*http.Request) error {
	first := via[0]
	if r.URL.Scheme != first.URL.Scheme || r.URL.Host != first.URL.Host || r.Method != first.Method ||
		len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// Binding implements [logbook.Bindable].
func (h *Handler) Binding() logbook.Binding { return h.binding }

// Handle sends a notification of the record.
func (h *Handler) Handle(r *logbook.Record) error {
	_, err := h.notify(r, 1, "", false)
	return err
}

// HandleBatch sends the records: as one notification or as one each, see [Handler].
// Records that are not sent because of a pause, or of the failure that begins it, are
// left to the caller, and do not count as dropped.
func (h *Handler) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	return notify.Batch(rs, why, h.notify)
}

// notify sends a notification that stands for n records, which may be left to the caller.
func (h *Handler) notify(r *logbook.Record, n int, note string, left bool) (again bool, err error) {
	pass, err := h.gate.Enter(n, left, h.now())
	if err != nil {
		return true, h.refused(err, n)
	}
	return h.send(h.ctx, pass, r, notify.Notes(note, notify.Missed(pass.Missed)))
}

// refused returns the error of records that the gate refused.
func (h *Handler) refused(err error, n int) *Error {
	if e, ok := err.(*Error); ok {
		again := *e
		again.Records = n
		return &again
	}
	return h.failure(n, 0, err)
}

func (h *Handler) failure(records, status int, err error) *Error {
	return &Error{Service: h.service.name(), Host: h.host, Status: status, Records: records, Err: err}
}

// send sends a notification and returns the pass. It reports whether another attempt may
// succeed.
func (h *Handler) send(ctx context.Context, pass *notify.Pass, r *logbook.Record, notes []string) (again bool, err error) {
	defer pass.Failed()
	var m *message
	err = panics.Call(func() (err error) {
		m, err = h.service.compose(r, notes, h.now())
		return err
	})
	if err != nil {
		pass.Left = false
		return false, h.failure(pass.Records, 0, err)
	}
	status, header, err := h.post(ctx, m)
	if err == nil {
		pass.Sent()
		return false, nil
	}
	failed := h.failure(pass.Records, status, err)
	if !temporary(status) {
		pass.Left = false
		return false, failed
	}
	if ctx.Err() != nil {
		return true, failed
	}
	now := h.now()
	pass.Shut(now, retryafter.Time(header, now, maxRetryAfter), func(until time.Time) error {
		failed.Retry = until
		return failed
	})
	return true, failed
}

// temporary reports whether the failure may be temporary. Status 0 means no answer.
func temporary(status int) bool {
	return status == 0 || status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}

// post sends a request. Its results contain no secret.
func (h *Handler) post(ctx context.Context, m *message) (status int, header http.Header, err error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(m.body))
	if err != nil {
		return 0, nil, h.clean(err)
	}
	for name, values := range m.header {
		q.Header[name] = values
	}
	q.Header.Set("Content-Type", m.contentType)
	q.Header.Set("User-Agent", userAgent)
	// A connection that turns out to be closed is replaced, as for a GET. The header
	// itself is not sent.
	q.Header["Idempotency-Key"] = nil
	a, err := h.client.Do(q)
	if err != nil {
		return 0, nil, h.clean(err)
	}
	defer a.Body.Close()
	excerpt, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if a.StatusCode >= 200 && a.StatusCode < 300 {
		return a.StatusCode, a.Header, nil // the service has the notification, even if its answer cannot be read
	}
	if err != nil {
		excerpt = nil
	}
	return a.StatusCode, a.Header, h.answer(a.StatusCode, excerpt)
}

const userAgent = "logbook-go"

// Close waits for the notifications that are being sent, reports unsent records that no
// notification has reported, and closes the connections. When the context ends, current
// requests are given up. Later records are not sent, with an error that wraps
// [logbook.ErrClosed].
func (h *Handler) Close(ctx context.Context) error {
	defer h.client.CloseIdleConnections()
	defer h.cancel()
	if err := h.gate.Close(ctx); err != nil {
		return err
	}
	pass, err := h.gate.Last(h.now())
	if pass == nil {
		return err
	}
	missed := pass.Missed
	if _, err := h.send(ctx, pass, notify.MissedRecord(missed), nil); err != nil {
		return &logbook.UnsentError{Records: missed, Err: err}
	}
	return nil
}

// Stats returns the counts so far: Dropped are the records that were not sent, Held those
// that are being sent. The counter "notifications" is the number of notifications sent.
func (h *Handler) Stats() logbook.Stats { return h.gate.Stats() }
