package hold

import (
	"log/slog"
	"slices"

	"github.com/logbook-go/logbook/logbook"
)

// Item is a record that is held.
type Item struct {
	Record *logbook.Record // retained
	Marked bool            // by the user of the queue
	size   int             // see logbook.Record.Size
}

// Keep retains a record. It must be called without any lock held, since it calls
// methods of the record's values, and these may log.
func Keep(r *logbook.Record) Item {
	r = r.Retain()
	return Item{Record: r, size: r.Size()}
}

// Size returns how many bytes are held by the record.
func (i Item) Size() int { return i.size }

// Release gives the record back.
func (i Item) Release() { i.Record.Release() }

// Batch is what was taken out of a queue. It is to be released.
type Batch struct {
	Items []Item // the oldest first
	Lost  int    // records that were not kept since the last batch

	newest bool // they are newer than the items
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

// Release gives the records back.
func (b Batch) Release() {
	for _, item := range b.Items {
		item.Release()
	}
}

// LossNotice returns the record that says, in the stream, that others are missing. It
// stands beside r and takes its time and channel.
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
