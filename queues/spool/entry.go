package spool

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Entry is one entry of a log: a batch of records as it came.
type Entry struct {
	// Number is the place in the log. Numbers begin at 1 and have no gaps.
	Number uint64

	// Time is when the entry was received, to the nanosecond. Append sets it to now if it
	// is zero.
	Time time.Time

	// Segment is the name of the file that has the entry, if it was read. No two segments
	// have the same name, whatever their logs, so that Segment and Number name the entry.
	// Entries that were requeued have none. Append ignores it.
	Segment string

	// Key names the batch, so that one which comes twice is recognized:
	// "INSTANCE:FIRST-LAST", or "sha256:..." of a body. It has at most 255 bytes and may
	// be empty, as that of an entry which was requeued: it comes late, not twice.
	Key string

	// Peer is who sent the batch. It has at most 255 bytes and may be empty.
	Peer string

	// Gzip is whether the body is compressed, as it came.
	Gzip bool

	// Records is the number of records in the body.
	Records int

	// Body is an ExportLogsServiceRequest of OTLP, as it came. Several bodies, one
	// behind the other and uncompressed, are one valid request. The log does not read it:
	// database.ContinuousLogger keeps its points in a log, in a form of its own.
	Body []byte
}

// MaxBody is the limit of the size of a body. A log with a small [Options.MaxBytes] has a
// lower limit: a quarter of that.
const MaxBody = maxData - 2 - 2*maxName

// maxName is the limit of a key and of a peer.
const maxName = 255

// errEntry is wrapped by the errors about entries that no log can hold.
var errEntry = errors.New("spool: invalid entry")

// check returns an error for an entry that does not fit a frame.
func (e *Entry) check(limit int64) error {
	switch {
	case e == nil:
		return fmt.Errorf("%w: nil", errEntry)
	case len(e.Key) > maxName:
		return fmt.Errorf("%w: the key has %d bytes: want at most %d", errEntry, len(e.Key), maxName)
	case len(e.Peer) > maxName:
		return fmt.Errorf("%w: the peer has %d bytes: want at most %d", errEntry, len(e.Peer), maxName)
	case e.Records < 0 || int64(e.Records) > math.MaxUint32:
		return fmt.Errorf("%w: %d records", errEntry, e.Records)
	case len(e.Body) > MaxBody || int64(e.frameSize()) > limit:
		return &SizeError{Bytes: int64(len(e.Body)), Limit: min(MaxBody, limit-headerSize-2-2*maxName)}
	}
	return nil
}
