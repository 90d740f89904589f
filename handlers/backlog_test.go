package handlers

import (
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// However many records pass through a backlog, its memory stays bounded.
func TestBacklogIsBounded(t *testing.T) {
	b := backlog{maxRecords: 100, maxBytes: 35}
	for range 100_000 {
		b.push(keep(logbook.NewRecord(logbook.RecordData{Message: "0123456789"})))
	}
	if b.len() != 3 || b.bytes != 30 || b.dropped != 99_997 {
		t.Errorf("%d records of %d bytes are kept, %d dropped; want 3, 30, 99997", b.len(), b.bytes, b.dropped)
	}
	if got, most := cap(b.queue), 4*b.maxRecords; got > most {
		t.Errorf("there is room for %d records, want at most %d", got, most)
	}
	taken, lost := b.take(2)
	if len(taken) != 2 || lost != 99_997 || b.len() != 1 || b.bytes != 10 {
		t.Errorf("took %d and %d, left %d of %d bytes", len(taken), lost, b.len(), b.bytes)
	}
}
