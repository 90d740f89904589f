package handlers

import (
	"log/slog"

	"github.com/logbook-go/logbook/logbook"
)

// kept is a retained record in a backlog.
type kept struct {
	record  *logbook.Record
	size    int  // see logbook.Record.Size
	trigger bool // a FingersCrossed acts on it
}

// keep retains a record. It must be called without any lock held, since it calls
// methods of the record's values, and these may log.
func keep(r *logbook.Record) kept {
	r = r.Retain()
	return kept{record: r, size: r.Size()}
}

// backlog is a queue of retained records, bounded in number and in the bytes that
// they hold. The newest record is kept even if it is larger than the bound. Its user
// locks.
type backlog struct {
	maxRecords, maxBytes int

	queue []kept
	start int // in queue, of the oldest one
	bytes int
	lost  int // records not kept since the last take

	dropped uint64 // records not kept, ever
}

func (b *backlog) len() int { return len(b.queue) - b.start }

// full reports whether one more would be too many.
func (b *backlog) full(k kept) bool {
	return b.len() >= b.maxRecords || b.len() > 0 && b.bytes+k.size > b.maxBytes
}

// push adds a record and drops the oldest ones that are too many.
func (b *backlog) push(k kept) {
	if b.queue == nil {
		b.queue = make([]kept, 0, min(16, b.maxRecords))
	}
	for b.len() > 0 && b.full(k) {
		b.refuse(b.queue[b.start])
		b.pop()
	}
	b.queue = append(b.queue, k)
	b.bytes += k.size
}

// refuse counts a record that is not kept, and gives it back.
func (b *backlog) refuse(k kept) {
	k.record.Release()
	b.lost++
	b.dropped++
}

// pop removes the oldest record. The places of removed records are reclaimed now
// and then, so that the queue stays within twice its bound at constant cost.
func (b *backlog) pop() {
	b.bytes -= b.queue[b.start].size
	b.queue[b.start] = kept{}
	b.start++
	if b.start >= b.maxRecords || b.start == len(b.queue) {
		n := copy(b.queue, b.queue[b.start:])
		clear(b.queue[n:])
		b.queue, b.start = b.queue[:n], 0
	}
}

// take removes the n oldest records. lost is how many were not kept since the
// last take.
func (b *backlog) take(n int) (taken []kept, lost int) {
	taken = make([]kept, n)
	for i := range taken {
		taken[i] = b.queue[b.start]
		b.pop()
	}
	lost, b.lost = b.lost, 0
	return taken, lost
}

// untake puts back what take returned, before what came since.
func (b *backlog) untake(taken []kept, lost int) {
	newer := b.queue[b.start:]
	b.lost += lost
	b.queue, b.start, b.bytes = nil, 0, 0
	for _, k := range taken {
		b.push(k)
	}
	for _, k := range newer {
		b.push(k)
	}
}

// discard gives all records back.
func (b *backlog) discard() {
	for _, k := range b.queue[b.start:] {
		k.record.Release()
	}
	b.queue, b.start, b.bytes, b.lost = nil, 0, 0, 0
}

// triggered returns how many records there are up to the first trigger, 0 if
// there is none.
func (b *backlog) triggered() int {
	for i, k := range b.queue[b.start:] {
		if k.trigger {
			return i + 1
		}
	}
	return 0
}

// records returns the records to hand over.
func records(ks []kept) []*logbook.Record {
	rs := make([]*logbook.Record, len(ks), len(ks)+1) // room for a lossNotice
	for i, k := range ks {
		rs[i] = k.record
	}
	return rs
}

func release(ks []kept) {
	for _, k := range ks {
		k.record.Release()
	}
}

// lossNotice returns the record that tells, in the stream, that others are
// missing. It stands beside r and takes its time and channel.
func lossNotice(lost int, r *logbook.Record) *logbook.Record {
	template := "{dropped} records dropped"
	if lost == 1 {
		template = "{dropped} record dropped"
	}
	return logbook.NewRecord(logbook.RecordData{
		Time: r.Time(), Level: logbook.LevelWarn, Channel: r.Channel(),
		Template: template, Attrs: []slog.Attr{slog.Int("dropped", lost)},
	})
}
