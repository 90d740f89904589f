package mail

import (
	"context"
	"errors"
	"net/textproto"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// job is a mail to send: of records, or a summary of suppressed ones.
type job struct {
	lead    *logbook.Record
	related []*logbook.Record
	why     logbook.Reason
	records int
	permit  *permit // nil: there is no limit
	summary *summary
	missed  int // records lost to a pause, reported by this mail
}

// deliver mails the jobs that the rate limit allows, over one connection as long as it
// lasts. If the server takes no mail, the records are left to a caller that wants them.
func (h *Handler) deliver(ctx context.Context, wanted bool, jobs []job) (left int, err error) {
	var out outcome
	r := route{server: h.server}
	defer r.quit()
	for i := range jobs {
		j := &jobs[i]
		if h.limiter != nil && j.summary == nil {
			if j.permit = h.limiter.take(j.lead); j.permit == nil {
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

// giveBack restores the counts that a mail which was not delivered would have reported.
func (h *Handler) giveBack(j *job) {
	h.missed.Add(int64(j.missed))
	switch {
	case j.summary != nil:
		h.limiter.giveSummaryBack(j.summary)
	case j.permit != nil:
		h.limiter.giveBack(j.permit)
	}
}

// beginPause begins a pause after a failure, and sets the time of its end in the error.
func (h *Handler) beginPause(e *Error) {
	_ = h.pause.Begin(time.Now(), func(until time.Time) error {
		e.Retry = until
		kept := *e
		return &kept
	})
}

// route is the connection of a delivery: a session, or a new one when that breaks.
type route struct {
	server  *server
	session *session // nil: there is none
	proven  bool     // the server has answered to a mail in this session
	refused bool     // it refused the last mail
	blocked bool     // a new session took no mail: another one would not either
}

// send sends a mail, and tries again if the session breaks after it has carried others.
// If the server takes the mail for some recipients only, accepted is true and there is an
// error.
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
			return false, problem // the server may have taken it: do not send it twice
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

// answer returns the reply of the server, or nil if the error is not one.
func answer(err error) (reply *textproto.Error) {
	errors.As(err, &reply)
	return reply
}

// alive reports whether the connection can be used after an error: the server refused,
// and did not announce that it closes the connection.
func alive(err error) bool {
	reply := answer(err)
	return reply != nil && reply.Code != 421
}

// outcome collects the failures of a delivery.
type outcome struct {
	failure *Error // the first failure, with the records of all
	notes   []error
}

// fail adds a failure that lost so many records.
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
