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

// RecordsOf returns the records of an entry. Those without a time have that of the entry.
func RecordsOf(e *spool.Entry) ([]*logbook.Record, error) {
	body := e.Body
	if e.Gzip {
		var err error
		if body, err = otlp.Gunzip(body, maxUnzipped); err != nil {
			return nil, err
		}
	}
	rs, err := otlp.DecodeRequest(body)
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
