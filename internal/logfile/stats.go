package logfile

import "sync/atomic"

// Stats count what happened to a log file since the process opened it.
type Stats struct {
	Written uint64 // records
	Dropped uint64 // records that could not be written

	Rotations       uint64
	FailedRotations uint64 // each was tried again later
	Reopens         uint64 // since somebody moved, removed or replaced the file
	Compressions    uint64
	Removals        uint64 // of backups that were too many, too old or too large

	Failures uint64 // all that went wrong and cost no record, failed rotations included
}

// counts are those of the Stats that are not counted with each record.
type counts struct {
	dropped                                                     atomic.Uint64
	rotations, failedRotations, reopens, compressions, removals atomic.Uint64
	failures                                                    atomic.Uint64
}

func (f *logFile) stats() Stats {
	c := &f.counts
	return Stats{
		Written: f.written.Load(), Dropped: c.dropped.Load(),
		Rotations: c.rotations.Load(), FailedRotations: c.failedRotations.Load(), Reopens: c.reopens.Load(),
		Compressions: c.compressions.Load(), Removals: c.removals.Load(), Failures: c.failures.Load(),
	}
}
