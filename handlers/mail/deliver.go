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

// deliver mails jobs over one connection, as long as it lasts, unless the rate limit
// suppresses them. Where the server takes no mail, the records are left to the caller if
// it wants them.
func (h *Handler) deliver(ctx context.Context, wanted bool, jobs []job) (left int, err error) {
	var out outcome
	r := route{server: h.server}
	defer r.quit()
	for i := range jobs {
		j := &jobs[i]
		if h.limiter != nil && j.summary == nil {
			if j.pass = h.limiter.take(j.lead); j.pass == nil {
				h.suppressed.Add(uint64(j.records))
				continue
			}
		}
		if j.summary == nil {
			j.missed = int(h.missed.Swap(0))
		}
		m, notes, err := h.compose(j)
		out.notes = append(out.notes, notes...)
		if err != nil {
			h.giveBack(j)
			h.failed.Add(uint64(j.records))
			out.fail(j.records, h.server.failure(ctx, stepCompose, err))
			continue
		}
		accepted, problem := r.send(ctx, m)
		if accepted {
			h.pause.Succeeded()
			h.mails.Add(1)
			h.records.Add(uint64(j.records))
			if problem != nil {
				out.notes = append(out.notes, problem)
			}
			continue
		}
		h.giveBack(j)
		if !r.blocked {
			h.failed.Add(uint64(j.records))
			out.fail(j.records, problem)
			continue
		}
		for k := i + 1; k < len(jobs); k++ { // summaries, if any
			h.giveBack(&jobs[k])
		}
		n := 0
		for _, j := range jobs[i:] {
			n += j.records
		}
		if wanted {
			left = n
		} else {
			h.failed.Add(uint64(n))
		}
		if ended(ctx) == nil {
			if !wanted {
				h.missed.Add(int64(n))
			}
			h.beginPause(problem)
		}
		out.fail(n, problem)
		break
	}
	return left, out.err()
}

// giveBack takes back what a mail that was not delivered was to tell.
func (h *Handler) giveBack(j *job) {
	h.missed.Add(int64(j.missed))
	switch {
	case j.summary != nil:
		h.limiter.giveUntoldBack(j.summary)
	case j.pass != nil:
		h.limiter.giveBack(j.pass)
	}
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
		if problem.Step == stepDataEnd && answer(problem) == nil {
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
