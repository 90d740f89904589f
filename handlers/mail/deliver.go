package mail

import (
	"context"
	"errors"
	"net/textproto"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// job is a mail to be: of records, or of what was suppressed.
type job struct {
	lead    *logbook.Record
	related []*logbook.Record
	why     logbook.Reason
	records int
	pass    *pass // nil: there is no limit
	summary *summary
	missed  int // records that a pause has cost, for this mail to tell of
}

// deliver mails jobs over one connection, as long as it lasts.
func (h *Handler) deliver(ctx context.Context, jobs []job) error {
	var out outcome
	r := route{server: h.server}
	defer r.quit()
	for i := range jobs {
		m, notes, err := h.compose(&jobs[i])
		out.notes = append(out.notes, notes...)
		if err != nil {
			out.fail(h.lose(jobs[i:i+1]), h.server.failure(ctx, StepCompose, err))
			continue
		}
		accepted, problem := r.send(ctx, m)
		switch {
		case accepted:
			h.pause.Succeeded()
			h.mails.Add(1)
			h.records.Add(uint64(jobs[i].records))
			if problem != nil {
				out.notes = append(out.notes, problem)
			}
		case r.blocked:
			lost := h.lose(jobs[i:])
			if ended(ctx) == nil {
				h.missed.Add(int64(lost))
				h.beginPause(problem)
			}
			out.fail(lost, problem)
			return out.err()
		default:
			out.fail(h.lose(jobs[i:i+1]), problem)
		}
	}
	return out.err()
}

// lose notes that jobs were not delivered, and returns how many records that
// are.
func (h *Handler) lose(jobs []job) (records int) {
	for _, j := range jobs {
		records += j.records
		h.missed.Add(int64(j.missed))
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

// beginPause begins a pause with a failure, which is told when it ends.
func (h *Handler) beginPause(e *Error) {
	_ = h.pause.Begin(time.Now(), func(until time.Time) error {
		e.Retry = until
		kept := *e
		return &kept
	})
}

// route is the way of a delivery to the server: over a session, and over another one
// where that breaks.
type route struct {
	server  *server
	session *session // nil: there is none
	proven  bool     // the server has answered for a mail in this session
	refused bool     // it took the last one of them for nobody
	blocked bool     // a new session took no mail: the next one would do no better
}

// send hands a mail over, once more where the session breaks after it has carried
// others. Some recipients may be refused though the mail is accepted for the others:
// then there is an error as well.
func (r *route) send(ctx context.Context, m *message) (accepted bool, problem *Error) {
	if r.refused && !r.session.reset(ctx) {
		r.drop()
	}
	for {
		if r.session == nil {
			if r.session, problem = r.server.connect(ctx); problem != nil {
				r.blocked = true
				return false, problem
			}
		}
		accepted, problem = r.session.send(ctx, m)
		if accepted || alive(problem) {
			r.proven, r.refused = true, !accepted
			return accepted, problem
		}
		again := r.proven
		r.drop()
		if !again {
			r.blocked = true
			return false, problem
		}
		if problem.Step == StepDataEnd && answer(problem) == nil {
			return false, problem // it may have been taken, so once is enough
		}
	}
}

func (r *route) drop() {
	r.session.drop()
	*r = route{server: r.server}
}

func (r *route) quit() {
	if r.session != nil {
		r.session.quit()
	}
}

// answer returns what the server said, nil if the error is another one.
func answer(err error) (reply *textproto.Error) {
	errors.As(err, &reply)
	return reply
}

// alive reports whether the connection can be used on after an error: the server
// said no, and did not say that it will hang up.
func alive(err error) bool {
	reply := answer(err)
	return reply != nil && reply.Code != 421
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
