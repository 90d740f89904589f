package hold

import (
	"log/slog"
	"slices"

	"github.com/logbook-go/logbook/logbook"
)

// Item is a held record.
type Item struct {
	Record *logbook.Record // retained
	Marked bool            // by the user of the queue
	size   int             // see logbook.Record.Size
}

// Keep retains a record. It must be called without a lock, since it calls methods of the
// record's values, which may log.
func Keep(r *logbook.Record) Item {
	r = r.Retain()
	return Item{Record: r, size: r.Size()}
}

// Size returns the size of the record in bytes.
func (i Item) Size() int { return i.size }

// Release releases the record.
func (i Item) Release() { i.Record.Release() }

// Batch has records taken from a queue. It must be released.
type Batch struct {
	Items []Item // the oldest first
	Lost  int    // records that were not kept since the last batch

	newest bool // the lost records are newer than the items
}

// Records returns the records of the batch, with a [LossNotice] where some are missing.
func (b Batch) Records() []*logbook.Record {
	rs := make([]*logbook.Record, len(b.Items), len(b.Items)+1)
	for i, item := range b.Items {
		rs[i] = item.Record
	}
	switch {
	case b.Lost == 0 || len(rs) == 0:
	case b.newest:
		rs = append(rs, LossNotice(b.Lost, rs[len(rs)-1]))
	default:
		rs = slices.Insert(rs, 0, LossNotice(b.Lost, rs[0]))
	}
	return rs
}

// Release releases the records.
func (b Batch) Release() {
	for _, item := range b.Items {
		item.Release()
	}
}

// LossNotice returns the record that reports lost records in the stream. It has the time
// and channel of r, which is next to it.
func LossNotice(lost int, r *logbook.Record) *logbook.Record {
	template := "{dropped} records dropped"
	if lost == 1 {
		template = "{dropped} record dropped"
	}
	return logbook.NewRecord(logbook.RecordData{
		Time: r.Time(), Level: logbook.LevelWarn, Channel: r.Channel(),
		Template: template, Attrs: []slog.Attr{slog.Int("dropped", lost)},
	})
}
