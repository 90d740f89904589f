package mail

import (
	"context"
	"errors"
	"html/template"
	"net/mail"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// Handler mails records. It is made by [New].
//
// Handle returns when the server has taken the mail or Options.Timeout has passed. Each
// mail, or batch of mails, has a connection of its own. A failure is an [*Error], and the
// mail is not tried again, except on a connection that broke after it had carried other
// mails, if the server cannot have taken the mail. If a function of the options panics,
// only its own mail fails.
//
// After a failure that is likely to happen again, since the server does not answer or
// takes no mail, nothing is mailed for about 1 s, then for about twice as long each time,
// up to a minute: Handle returns at once, with the same error, which has the time in
// [Error.Retry]. The next mail says how many records were not mailed.
//
// An escalation and a group become one mail, with the last or the first record on top.
// Below it are the others by Options.RelatedFormatter, as "Log records that led up to
// this one" or "Other log records in the same group". Each record of another batch is a
// mail, over one connection.
//
// The text of a record is cut at 1 MiB, and that of a mail at 4 MiB, where other records
// are left out first; the mail says so.
//
// It is safe for concurrent use.
type Handler struct {
	opts       logbook.Options
	layout     *layout
	related    logbook.Formatter
	html       *template.Template
	subject    string
	from       *mail.Address
	to         []*mail.Address
	recipients func(*logbook.Record) []string
	server     *server
	limiter    *limiter // nil: no limit

	inside flow.Inflight // records
	pause  flow.Pause
	missed atomic.Int64    // records lost to a pause, reported by no mail
	ctx    context.Context // of deliveries by Handle; ended by Close
	cancel context.CancelFunc

	mails, records, suppressed, failed atomic.Uint64
}

var (
	defaultFormat  = logbook.MustFormat(DefaultFormat)
	defaultRelated = logbook.MustFormat(DefaultRelatedFormat)
)

// New returns a handler that mails records. It does not connect. The error is a
// [*logbook.OptionError].
func New(o *Options) (*Handler, error) {
	if o == nil {
		o = new(Options)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	h := &Handler{
		opts: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter},
		html: o.HTML, subject: o.Subject, recipients: o.RecordRecipients,
		pause: flow.Pause{Jitter: flow.DefaultJitter},
	}
	if h.subject == "" {
		h.subject = DefaultSubject
	}
	var err error
	if h.from, err = parseAddress(o.From); err != nil {
		return nil, invalid("From", err)
	}
	if h.to, err = parseAddresses(o.To); err != nil {
		return nil, invalid("To", err)
	}
	if len(h.to) == 0 && h.recipients == nil {
		return nil, invalid("To", ErrNoRecipients)
	}
	if h.opts.Formatter == nil {
		h.opts.Formatter = defaultFormat
	}
	if h.layout, err = newLayout(h.opts.Formatter, h.field); err != nil {
		return nil, invalid("Formatter", err)
	}
	if h.related = o.RelatedFormatter; h.related == nil {
		h.related = defaultRelated
	}
	if sf, ok := h.related.(*logbook.StringFormatter); ok {
		if h.related, err = multiline(sf, sf.String(), h.field); err != nil {
			return nil, invalid("RelatedFormatter", err)
		}
	}
	if h.server, err = newServer(o); err != nil {
		return nil, err
	}
	if o.RecordLimit > 0 {
		h.limiter = newLimiter(o.RecordLimit, o.RecordDelta)
	}
	h.ctx, h.cancel = flow.NewContext()
	return h, nil
}

// field returns a field {handler.NAME} of a format string.
func (h *Handler) field(name string) string {
	if name == "subject" {
		return h.subject
	}
	o := h.opts
	f, err := logbook.Format("{handler."+name+"}", nil)
	if err != nil {
		return ""
	}
	o.Formatter = f
	b, _ := o.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{}))
	return string(b)
}

// Binding implements [logbook.Bindable].
func (h *Handler) Binding() logbook.Binding {
	b := h.opts.Binding()
	b.NoCaller = h.opts.Filter == nil && h.limiter == nil && h.recipients == nil && h.html == nil &&
		!h.layout.readsCaller() && !readsCaller(h.related)
	return b
}

// Handle mails the record.
func (h *Handler) Handle(r *logbook.Record) error {
	_, err := h.mail(false, job{lead: r, records: 1})
	return err
}

// HandleBatch mails the records: as one mail or as one each, see [Handler]. Records that
// are not mailed because of a pause, or of the failure that begins it, are left to the
// caller, and do not count as dropped.
func (h *Handler) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	if len(rs) == 0 {
		return nil
	}
	last := len(rs) - 1
	var jobs []job
	switch why {
	case logbook.ReasonEscalation:
		jobs = []job{{lead: rs[last], related: rs[:last], why: why, records: len(rs)}}
	case logbook.ReasonGroup:
		jobs = []job{{lead: rs[0], related: rs[1:], why: why, records: len(rs)}}
	default:
		for _, r := range rs {
			jobs = append(jobs, job{lead: r, records: 1})
		}
	}
	left, err := h.mail(true, jobs...)
	if left > 0 {
		return &logbook.UnsentError{Records: left, Err: err}
	}
	return err
}

// mail delivers the mails that the rate limit allows. If the server takes no mail, the
// records are left to a caller that wants them; otherwise they are lost.
func (h *Handler) mail(wanted bool, jobs ...job) (left int, err error) {
	records := 0
	for _, j := range jobs {
		records += j.records
	}
	var e *Error
	switch {
	case !h.inside.Enter(records):
		e = &Error{Server: h.server.address(), Step: stepConnect, Err: logbook.ErrClosed}
	case errors.As(h.pause.Err(time.Now()), &e):
		h.inside.Leave(records)
		again := *e
		e = &again
		if !wanted {
			h.missed.Add(int64(records))
		}
	default:
		defer h.inside.Leave(records)
		return h.deliver(h.ctx, wanted, jobs)
	}
	e.Records = records
	if wanted {
		return records, e
	}
	h.failed.Add(uint64(records))
	return 0, e
}

// Close waits for the mails that are being delivered, and then mails the counts of
// suppressed records that no mail has reported. When the context ends, current deliveries
// fail. Counts that remain are reported by a [*logbook.UnsentError]; closing again tries
// to mail them again. Later records are not mailed, with an error that wraps
// [logbook.ErrClosed].
func (h *Handler) Close(ctx context.Context) error {
	defer h.cancel()
	if left := h.inside.Close(ctx); left > 0 {
		return &logbook.UnsentError{Records: left, Err: ctx.Err()}
	}
	if h.limiter == nil {
		return nil
	}
	err := h.pause.Err(time.Now())
	if err == nil {
		var jobs []job
		for _, s := range h.limiter.takeUnreported() {
			jobs = append(jobs, job{summary: s})
		}
		_, err = h.deliver(ctx, false, jobs)
	}
	if left := h.limiter.unreported(); left > 0 {
		return &logbook.UnsentError{Records: left, Err: err}
	}
	return err
}

// Stats returns the counts so far: Suppressed are the records over the rate limit,
// Dropped those whose mail was not delivered, Held those that are being mailed. The
// counter "mails" is the number of mails delivered.
func (h *Handler) Stats() logbook.Stats {
	return logbook.Stats{
		Handled: h.records.Load(), Suppressed: h.suppressed.Load(), Dropped: h.failed.Load(), Held: h.inside.Len(),
		Counters: []logbook.Counter{{Name: "mails", Value: h.mails.Load()}},
	}
}
