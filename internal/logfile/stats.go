package logfile

import (
	"sync/atomic"

	"github.com/logbook-go/logbook/logbook"
)

// counts are the counts that do not change with each record.
type counts struct {
	held                                                        atomic.Int64  // records in the buffer
	dropped                                                     atomic.Uint64 // records that could not be written
	rotations, failedRotations, reopens, compressions, removals atomic.Uint64
	failures                                                    atomic.Uint64 // failures that lost no record, failed rotations included
}

// stats returns the counts since the process opened the file.
func (f *logFile) stats() logbook.Stats {
	c := &f.counts
	return logbook.Stats{
		Handled: f.written.Load(), Dropped: c.dropped.Load(), Held: int(c.held.Load()),
		Counters: []logbook.Counter{
			{Name: "rotations", Value: c.rotations.Load()},
			{Name: "failed_rotations", Value: c.failedRotations.Load()},
			{Name: "reopens", Value: c.reopens.Load()},
			{Name: "compressions", Value: c.compressions.Load()},
			{Name: "removals", Value: c.removals.Load()},
			{Name: "failures", Value: c.failures.Load()},
		},
	}
}
