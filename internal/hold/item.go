package hold

import (
	"log/slog"
	"slices"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Item is a held record.
type Item struct {
	Record *logbook.Record // retained
	Marked bool            // by the user of the queue
	size   int             // see logbook.Record.Size
	number uint64          // in a Buffer
	with   *together       // the records that it belongs to; nil: none
}

// together stands for records that were put into a [Buffer] together.
type together struct{ why logbook.Reason }

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
	Lost  int    // records that were not kept since the last notice

	newest bool   // the lost records are newer than the items
	near   nearby // the last lost record
}

// nearby is what a notice of losses takes from a record next to it.
type nearby struct {
	time    time.Time
	channel string
}

func near(r *logbook.Record) nearby { return nearby{r.Time(), r.Channel()} }

// Why returns the reason why the records are handed over together.
func (b Batch) Why() logbook.Reason {
	if len(b.Items) > 0 && b.Items[0].with != nil {
		return b.Items[0].with.why
	}
	return logbook.ReasonBuffer
}

// Records returns the records of the batch, with a [LossNotice] where some are missing.
func (b Batch) Records() []*logbook.Record {
	rs := make([]*logbook.Record, len(b.Items), len(b.Items)+1)
	for i, item := range b.Items {
		rs[i] = item.Record
	}
	switch {
	case b.Lost == 0:
	case len(rs) == 0:
		rs = append(rs, lossNotice(b.Lost, b.near))
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

// Templates of notices.
const (
	lostOne     = "{dropped} record dropped"
	lostSeveral = "{dropped} records dropped"
)

// LossNotice returns the record that reports lost records in the stream. It has the time
// and channel of r, which is next to it.
func LossNotice(lost int, r *logbook.Record) *logbook.Record { return lossNotice(lost, near(r)) }

func lossNotice(lost int, n nearby) *logbook.Record {
	template := lostSeveral
	if lost == 1 {
		template = lostOne
	}
	return logbook.NewRecord(logbook.RecordData{
		Time: n.time, Level: logbook.LevelWarn, Channel: n.channel,
		Template: template, Attrs: []slog.Attr{slog.Int("dropped", lost)},
	})
}

// Noticed returns the number of lost records that a [LossNotice] reports, and whether the
// record is one.
func Noticed(r *logbook.Record) (lost int, notice bool) {
	if t := r.Template(); t != lostOne && t != lostSeveral {
		return 0, false
	}
	v, found := r.Lookup("dropped")
	if !found || v.Kind() != slog.KindInt64 {
		return 0, false
	}
	return int(v.Int64()), true
}
