package otlp

import (
	"errors"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/spool"
)

// unqueued is a Handler without its queue, for a caller that keeps what was not sent, and
// counts it. Records that the receiver rejects from a batch which it has taken are counted
// here, and are no error: nobody knows which they are, so the batch must not come again.
type unqueued struct{ *sender }

// Binding implements [logbook.Bindable]. The handler is not quiet, since the methods of values
// may log while a batch is split.
func (u unqueued) Binding() logbook.Binding { return u.sender.Options.Binding() }

// Encoding returns how the records of a spool are to be encoded, so that SendEntries can send
// them as they are.
func (u unqueued) Encoding() otlp.EncodeOptions { return u.encode }

// Handle sends a record.
func (u unqueued) Handle(r *logbook.Record) error {
	return u.HandleBatch([]*logbook.Record{r}, logbook.ReasonBuffer)
}

// HandleBatch sends records.
func (u unqueued) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	o := u.sendRecords(rs)
	return o.err(errors.Join(o.refused...))
}

// SendEntries sends entries of a spool as they are, one after the other. It returns how many
// were sent. An error that wraps a [*logbook.UnsentError] is temporary; any other one is about
// the first entry that was not sent.
func (u unqueued) SendEntries(entries []*spool.Entry) (sent int, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i, e := range entries {
		b := &outgoing{n: e.Records, key: e.Key, body: e.Body, gzip: e.Gzip}
		var o outcome
		if u.send(b, &o); o.failed != nil {
			n := 0
			for _, e := range entries[i:] {
				n += e.Records
			}
			return i, &logbook.UnsentError{Records: n, Retry: o.retry, Err: o.failed}
		}
		if len(o.refused) > 0 {
			return i, errors.Join(o.refused...)
		}
	}
	return len(entries), nil
}
