package mail

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/mail"
	"sync/atomic"

	"github.com/logbook-go/logbook/logbook"
)

// Handler mails records. It is made by [New].
//
// Handle returns when the server has taken the mail or Options.Timeout is over,
// so a program that must not wait puts a background handler before it. Each mail,
// or batch of them, has a connection of its own. What fails is an [*Error] and
// not tried again, but for a mail that met a connection which broke after it had
// carried others.
//
// A batch that led up to its last record, or that belongs together, becomes one
// mail: with the last or first record on top, and below it the others by
// Options.RelatedFormatter, as "Log records that led up to this one" or "Other log
// records in the same group". Of other batches each record is a mail, over one
// connection.
//
// A record's text is cut at 1 MiB, and a mail's at 4 MiB, further records first;
// the mail says so.
//
// It is safe for concurrent use.
type Handler struct {
	logbook.Options
	layout     *layout
	related    logbook.Formatter
	html       *template.Template
	subject    string
	from       *mail.Address
	to         []*mail.Address
	recipients func(*logbook.Record) []string
	server     *server
	limiter    *limiter // nil: no limit

	mails, records, suppressed, failed atomic.Uint64
}

var (
	defaultFormat  = logbook.MustFormat(DefaultFormat)
	defaultRelated = logbook.MustFormat(DefaultRelatedFormat)
)

// New returns a handler that mails records. It does not connect. What is wrong
// with the options is told by an [*OptionError].
func New(o *Options) (*Handler, error) {
	if o == nil {
		o = new(Options)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	h := &Handler{
		Options: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter},
		html:    o.HTML, subject: o.Subject, recipients: o.RecordRecipients,
	}
	if h.subject == "" {
		h.subject = DefaultSubject
	}
	var err error
	if h.from, err = parseAddress(o.From); err != nil {
		return nil, &OptionError{"From", err}
	}
	if h.to, err = parseAddresses(o.To); err != nil {
		return nil, &OptionError{"To", err}
	}
	if len(h.to) == 0 && h.recipients == nil {
		return nil, &OptionError{"To", ErrNoRecipients}
	}
	if h.Formatter == nil {
		h.Formatter = defaultFormat
	}
	if h.layout, err = newLayout(h.Formatter, h.field); err != nil {
		return nil, &OptionError{"Formatter", err}
	}
	if h.related = o.RelatedFormatter; h.related == nil {
		h.related = defaultRelated
	}
	if sf, ok := h.related.(*logbook.StringFormatter); ok {
		if h.related, err = multiline(sf, sf.String(), h.field); err != nil {
			return nil, &OptionError{"RelatedFormatter", err}
		}
	}
	if h.server, err = newServer(o); err != nil {
		return nil, err
	}
	if o.RecordLimit > 0 {
		h.limiter = newLimiter(o.RecordLimit, o.RecordDelta)
	}
	return h, nil
}

// field returns a field {handler.NAME} of a format string.
func (h *Handler) field(name string) string {
	if name == "subject" {
		return h.subject
	}
	o := h.Options
	f, err := logbook.Format("{handler." + name + "}")
	if err != nil {
		return ""
	}
	o.Formatter = f
	b, _ := o.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{}))
	return string(b)
}

// Binding implements [logbook.Bindable].
func (h *Handler) Binding() logbook.Binding {
	b := h.Options.Binding()
	b.NoCaller = h.Filter == nil && h.limiter == nil && h.recipients == nil && h.html == nil &&
		!h.layout.readsCaller() && !readsCaller(h.related)
	return b
}

// Handle mails the record.
func (h *Handler) Handle(r *logbook.Record) error {
	return h.mail(job{lead: r, records: 1})
}

// HandleBatch mails the records: as one mail, or each as one, as [Handler] says.
func (h *Handler) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	if len(rs) == 0 {
		return nil
	}
	last := len(rs) - 1
	switch why {
	case logbook.ReasonEscalation:
		return h.mail(job{lead: rs[last], related: rs[:last], why: why, records: len(rs)})
	case logbook.ReasonGroup:
		return h.mail(job{lead: rs[0], related: rs[1:], why: why, records: len(rs)})
	}
	jobs := make([]job, len(rs))
	for i, r := range rs {
		jobs[i] = job{lead: r, records: 1}
	}
	return h.mail(jobs...)
}

// mail delivers what the rate limit allows.
func (h *Handler) mail(jobs ...job) error {
	allowed := jobs
	if h.limiter != nil {
		allowed = nil
		for _, j := range jobs {
			if j.pass = h.limiter.take(j.lead); j.pass == nil {
				h.suppressed.Add(uint64(j.records))
				continue
			}
			allowed = append(allowed, j)
		}
	}
	return h.deliver(context.Background(), allowed)
}

// Close mails what the rate limit suppressed and no mail has told so far. It
// does not end the handler: what is handled later is mailed, too. What could not
// be told is kept for another Close.
func (h *Handler) Close(ctx context.Context) error {
	if h.limiter == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("mail: telling what was suppressed: %w", err)
	}
	var jobs []job
	for _, s := range h.limiter.takeUntold() {
		jobs = append(jobs, job{summary: s})
	}
	return h.deliver(ctx, jobs)
}

// Stats tell what a handler did. [expvar.Func] publishes them.
type Stats struct {
	Mails      uint64 // delivered
	Records    uint64 // in these mails
	Suppressed uint64 // records that the rate limit kept back
	Failed     uint64 // records whose mail was not delivered
}

// Stats returns what happened so far.
func (h *Handler) Stats() Stats {
	return Stats{h.mails.Load(), h.records.Load(), h.suppressed.Load(), h.failed.Load()}
}

// deliver mails jobs over one connection, as long as it lasts. A connection that
// breaks with its first mail ends the attempt: the next one would do no better.
func (h *Handler) deliver(ctx context.Context, jobs []job) error {
	var (
		out   outcome
		se    *session
		fresh bool     // se has carried nothing yet
		m     *message // of jobs[i]; nil: to be composed
		i     int
		ended bool
	)
	defer func() {
		if !ended { // a function of the options has panicked
			h.lose(jobs[i:])
		}
		if se != nil {
			se.quit()
		}
	}()
	for ; i < len(jobs); i++ {
		if m == nil {
			var partial, err error
			m, partial, err = h.compose(&jobs[i])
			out.note(partial)
			if err != nil {
				out.fail(h.lose(jobs[i:i+1]), h.server.failure(ctx, StepCompose, err))
				continue
			}
		}
		if se == nil {
			var failure *Error
			if se, failure = h.server.connect(ctx); failure != nil {
				out.fail(h.lose(jobs[i:]), failure)
				break
			}
			fresh = true
		}
		accepted, problem := se.send(ctx, m)
		switch {
		case accepted:
			h.mails.Add(1)
			h.records.Add(uint64(jobs[i].records))
			if problem != nil {
				out.note(problem)
			}
			fresh, m = false, nil
			continue
		case alive(problem):
			out.fail(h.lose(jobs[i:i+1]), problem)
			fresh, m = false, nil
			if i == len(jobs)-1 || se.reset() {
				continue
			}
		case fresh:
			out.fail(h.lose(jobs[i:]), problem)
			i = len(jobs)
		case problem.Step == StepDataEnd: // it may have been taken, so once is enough
			out.fail(h.lose(jobs[i:i+1]), problem)
			m = nil
		default:
			i-- // the same mail once more, over a new connection
		}
		se.drop()
		se = nil
	}
	ended = true
	return out.err()
}

// lose notes that jobs were not delivered, and returns how many records that
// are.
func (h *Handler) lose(jobs []job) (records int) {
	for _, j := range jobs {
		records += j.records
		switch {
		case j.summary != nil:
			h.limiter.giveUntoldBack(j.summary)
		case j.pass != nil:
			h.limiter.giveBack(j.pass)
		}
	}
	h.failed.Add(uint64(records))
	return records
}

// outcome collects what went wrong in a delivery.
type outcome struct {
	failure *Error // the first one, with the records of all
	notes   []error
}

// fail adds a failure that cost so many records.
func (o *outcome) fail(records int, e *Error) {
	if o.failure == nil {
		o.failure = e
	}
	o.failure.Records += records
}

// note adds an error that cost no record.
func (o *outcome) note(err error) {
	if err != nil {
		o.notes = append(o.notes, err)
	}
}

func (o *outcome) err() error {
	errs := o.notes
	if o.failure != nil {
		errs = append([]error{o.failure}, errs...)
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}
