package queues

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/spool"
)

// spooled is an entry that is being handed over, or a notice.
type spooled struct {
	entry   *spool.Entry   // nil: a notice
	parts   []*spool.Entry // of which entry is merged; none: it is not
	why     logbook.Reason
	records []*logbook.Record // not handed over yet
	unsent  bool              // the entry is to be sent as it is
	total   int               // records at first
	failed  []*logbook.Record // to be set aside
	err     error             // why; with no failed records, all are
}

// maxSpoolRead bounds the bytes that are read at once.
const maxSpoolRead = 1 << 20

// read reads and decodes the next entries.
func (r *SpoolReader) read() error {
	entries, err := r.cursor.Read(r.reading, maxBatch, maxSpoolRead)
	if err != nil {
		if r.reading.Err() != nil {
			return nil
		}
		return r.offer(spoolLead, func() error { return err })
	}
	r.readLosses(entries[0])
	for _, e := range entries {
		s := &spooled{entry: e, why: logbook.ReasonBuffer, unsent: r.raw != nil, total: e.Records}
		r.batch = append(r.batch, s)
		if s.unsent {
			continue
		}
		if r.own {
			s.why = reasonOf(e)
		}
		rs, err := recordsOf(e, r.own)
		if err != nil { // another attempt would not help
			s.err = r.offer(spoolLead, func() error { return fmt.Errorf("entry %d is set aside: %w", e.Number, err) })
			continue
		}
		s.total, s.records = len(rs), r.selected(rs)
	}
	if r.raw != nil {
		r.batch = merge(r.batch)
	}
	return nil
}

// readLosses adds a notice if entries before the next one are missing.
func (r *SpoolReader) readLosses(next *spool.Entry) {
	state := r.cursor.State()
	for _, loss := range []struct {
		name string
		seen *uint64
		now  uint64
	}{{"damaged", &r.damaged, state.Damaged}, {"dropped", &r.dropped, state.Dropped}} {
		n := loss.now - *loss.seen
		*loss.seen = loss.now
		if n == 0 || r.raw != nil { // who gets entries as they are sees that their keys have a gap
			continue
		}
		entries := "entries of the spool were "
		if n == 1 {
			entries = "entry of the spool was "
		}
		notice := logbook.NewRecord(logbook.RecordData{
			Time: next.Time, Level: logbook.LevelWarn, Channel: refusal.Channel,
			Template: "{" + loss.name + "} " + entries + loss.name, Attrs: []slog.Attr{slog.Uint64(loss.name, n)},
		})
		r.batch = append(r.batch, &spooled{why: logbook.ReasonBuffer, records: r.selected([]*logbook.Record{notice})})
	}
}

// selected returns the records that the handler takes.
func (r *SpoolReader) selected(rs []*logbook.Record) []*logbook.Record {
	if !r.selects {
		return rs
	}
	s := &selector{binding: r.inner.Binding()}
	s.binding.Quiet = s
	for _, rec := range rs {
		logbook.Offer(s, rec)
	}
	return s.taken
}

// selector has the level, Accept and filter of a handler.
type selector struct {
	binding logbook.Binding
	taken   []*logbook.Record
}

func (s *selector) Binding() logbook.Binding { return s.binding }

func (s *selector) Handle(r *logbook.Record) error {
	s.taken = append(s.taken, r)
	return nil
}

// isOpen reports whether something is left to hand over.
func (s *spooled) isOpen() bool { return len(s.records) > 0 || s.unsent }

// handedOver returns the number of entries at the head of the batch of which nothing is left.
func (r *SpoolReader) handedOver() int {
	if n := slices.IndexFunc(r.batch, (*spooled).isOpen); n >= 0 {
		return n
	}
	return len(r.batch)
}

// next returns the records to be handed over together.
func (r *SpoolReader) next() (rs []*logbook.Record, why logbook.Reason) {
	n := r.atOnce
	if r.single > 0 {
		n = 1
	}
	for _, s := range r.batch {
		switch {
		case len(s.records) == 0:
		case s.why == logbook.ReasonBuffer || r.atOnce == 1:
			if rs = append(rs, s.records[:min(len(s.records), n-len(rs))]...); len(rs) == n {
				return rs, logbook.ReasonBuffer
			}
		case len(rs) == 0:
			return s.records, s.why
		default:
			return rs, logbook.ReasonBuffer
		}
	}
	return rs, logbook.ReasonBuffer
}

// handOver hands over the next records.
func (r *SpoolReader) handOver() error {
	rs, why := r.next()
	if len(rs) == 0 {
		return nil
	}
	r.attempts++
	splits := len(rs) > 1 && why == logbook.ReasonBuffer
	left := len(rs)
	err := r.offer(rs[len(rs)-1], func() (err error) {
		if left, err = hold.HandOver(r.inner.Handler, rs, why); err != nil && left == 0 && !splits {
			err = r.lastAttempt(err)
		}
		return err
	})
	switch {
	case left > 0: // unsent, or the handler is running already
		if left < len(rs) {
			r.attempts = 0
		}
		r.advance(len(rs)-left, nil)
	case err == nil:
		r.attempts = 0
		r.advance(len(rs), nil)
	case splits: // some are handled, or failed for good: find out which
		r.attempts = 0
		r.single = len(rs)
		return nil
	case r.attempts >= r.maxAttempts:
		r.attempts = 0
		r.advance(len(rs), err)
		return nil
	}
	return err
}

// lastAttempt returns the error of an attempt, which says so if it was the last one.
func (r *SpoolReader) lastAttempt(err error) error {
	if r.attempts < r.maxAttempts {
		return err
	}
	return fmt.Errorf("set aside after %d attempts: %w", r.attempts, err)
}

// advance removes the first records of the batch: they are handled, or have failed.
func (r *SpoolReader) advance(n int, failure error) {
	r.single = max(0, r.single-n)
	for _, s := range r.batch {
		k := min(n, len(s.records))
		if failure == nil {
			r.handled.Add(uint64(k))
		} else if k > 0 {
			s.failed, s.err = append(s.failed, s.records[:k]...), failure
		}
		s.records = s.records[k:]
		if n -= k; n == 0 {
			return
		}
	}
}

// send sends the entries of the batch as they are.
func (r *SpoolReader) send() error {
	first := r.handedOver()
	entries := make([]*spool.Entry, 0, len(r.batch))
	for _, s := range r.batch[first:] {
		entries = append(entries, s.entry)
	}
	r.attempts++
	final := false
	err := r.offer(spoolLead, func() error {
		sent, err := r.raw.SendEntries(entries)
		if sent = max(0, min(sent, len(entries))); sent > 0 || err == nil {
			r.attempts = min(1, len(entries)-sent)
		}
		for _, s := range r.batch[first : first+sent] {
			s.unsent = false
			r.handled.Add(uint64(s.total))
		}
		first += sent
		if _, unsent := errchain.As[*logbook.UnsentError](err); err != nil && !unsent && first < len(r.batch) {
			if r.batch[first].parts != nil { // find out which
				final = true
				return err
			}
			err = r.lastAttempt(err)
			final = r.attempts >= r.maxAttempts
		}
		return err
	})
	if !final {
		return err
	}
	r.attempts = 0
	if s := r.batch[first]; s.parts != nil {
		r.batch = slices.Replace(r.batch, first, first+1, s.split()...)
	} else {
		s.unsent, s.err = false, err
	}
	return nil
}

// finish acknowledges the entries at the head of the batch of which nothing is left, after
// flushing the handler and setting aside what has failed.
func (r *SpoolReader) finish() error {
	n := r.handedOver()
	if n == 0 {
		return nil
	}
	if err := logbook.Flush(r.ctx, r.inner.Handler); err != nil {
		_ = r.offer(spoolLead, func() error { return err })
		if _, unsent := errchain.As[*logbook.UnsentError](err); unsent || r.ctx.Err() != nil {
			return err
		}
	}
	done := uint64(0)
	for _, s := range r.batch[:n] {
		if s.entry == nil {
			continue
		}
		if s.err != nil {
			e, records := s.toSetAside()
			if err := r.cursor.SetAside(e, s.err); err != nil {
				return r.offer(spoolLead, func() error { return err })
			}
			r.setAside.Add(uint64(records))
			s.err = nil
		}
		_, last := s.numbers()
		done = max(done, last)
	}
	for _, s := range r.batch[n:] { // merging has changed the order
		if first, _ := s.numbers(); first > 0 {
			done = min(done, first-1)
		}
	}
	if done > 0 {
		r.cursor.Ack(done)
	}
	r.batch = slices.Delete(r.batch, 0, n)
	return nil
}

// toSetAside returns the entry with those records that have failed, and their number.
func (s *spooled) toSetAside() (*spool.Entry, int) {
	if len(s.failed) == 0 || len(s.failed) == s.total {
		return s.entry, s.entry.Records
	}
	e := *s.entry
	e.Records, e.Gzip = len(s.failed), false
	e.Body = new(otlp.Encoder).AppendRequest(nil, s.failed, nil)
	return &e, e.Records
}

// offer calls fn, which hands over records, as [logbook.Offer] calls a handler: its failure,
// or panic, is reported to the error flag as one of the lead record. It returns the error.
func (r *SpoolReader) offer(lead *logbook.Record, fn func() error) error {
	h := &offered{r.inner, fn, logbook.ErrRecursion} // unless Handle is called
	logbook.Offer(h, lead)
	return h.err
}

// offered stands for the handler while fn runs.
type offered struct {
	logbook.Wrapper
	fn  func() error
	err error
}

func (h *offered) Unnamed() {} // failures name the handler

func (h *offered) Binding() logbook.Binding { return logbook.Binding{Quiet: h} }

func (h *offered) Handle(*logbook.Record) error {
	h.err = h.fn()
	return h.err
}

// spoolLead stands for the records of a spool in the report of a failure.
var spoolLead = logbook.NewRecord(logbook.RecordData{Level: logbook.LevelError, Channel: refusal.Channel, Message: "records of a spool"})
