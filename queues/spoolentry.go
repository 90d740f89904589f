package queues

import (
	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/spool"
)

// maxUnzipped bounds the size of a body.
const maxUnzipped = 64 << 20

// EntryOf returns an entry with the records, which are only read.
func EntryOf(rs []*logbook.Record) *spool.Entry {
	return &spool.Entry{Records: len(rs), Body: new(otlp.Encoder).AppendRequest(nil, rs, nil)}
}

// maxEntryBits is the number of bits for the place of a record in its entry.
const maxEntryBits = 24

// RecordsOf returns the records of an entry. Those without a time have that of the entry. They
// have their origins from its key, or else from its place in the log.
func RecordsOf(e *spool.Entry) ([]*logbook.Record, error) { return recordsOf(e, false) }

// recordsOf is RecordsOf. In the log of a [Spool] itself, own, numbers are those of the place:
// calls at the same time take the numbers of their keys in another order.
func recordsOf(e *spool.Entry, own bool) ([]*logbook.Record, error) {
	body := e.Body
	if e.Gzip {
		var err error
		if body, err = otlp.Gunzip(body, maxUnzipped); err != nil {
			return nil, err
		}
	}
	instance, first, last, numbered := otlp.ParseKey(e.Key)
	n := last - first + 1
	if !numbered {
		instance = e.Segment
	}
	if own || !numbered {
		first, n = e.Number<<maxEntryBits+1, 0
	}
	rs, err := otlp.DecodeBatch(body, instance, first, n)
	for i, r := range rs {
		if r.Time().IsZero() {
			d := r.Data()
			d.Time = e.Time
			rs[i] = logbook.NewRecord(d)
		}
	}
	return rs, err
}

// A program's own entries have no peer. In its place stands the reason why the records are
// handed over together, if there is one.
func peerOf(why logbook.Reason) string {
	if why == logbook.ReasonBuffer {
		return ""
	}
	return string(why[:min(len(why), 255)])
}

// reasonOf returns the reason that peerOf has put into an entry of a Spool.
func reasonOf(e *spool.Entry) logbook.Reason {
	if e.Peer == "" {
		return logbook.ReasonBuffer
	}
	return logbook.Reason(e.Peer)
}
