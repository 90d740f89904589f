package queues

import (
	"context"
	"fmt"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// SpoolOptions configure [NewSpool]. nil is the default.
type SpoolOptions struct {
	// MaxBytes bounds the space on the disk. 0: 1 GiB. At least 256 KiB.
	MaxBytes int64

	// Overflow decides about records for which there is no room: [Block], [DropNewest] or
	// [DropOldest], which drops records in blocks of an eighth of MaxBytes, at most 16 MiB.
	// 0: Block.
	Overflow Overflow

	// SyncEach makes a log call return when its record is on the disk, rather than when it
	// is written: then it survives a crash of the machine, and not only one of the program.
	// Calls at the same time share the cost, of about a millisecond.
	SyncEach bool

	// SyncInterval is the time after which records are on the disk without SyncEach and
	// without Flush. 0: one second. Less than 0: when the system chooses.
	SyncInterval time.Duration

	// MaxAttempts is how often a record is handed over that the handler fails to handle.
	// Then it is set aside. What the handler leaves unsent is tried for ever. 0 or less: 10.
	MaxAttempts int

	// TakeOver allows that another Spool of this program has the directory open, as at a
	// reload of its configuration. Both write to the log, with the MaxBytes, Overflow and sync
	// options of the first. The new one begins to hand over records when the other is closed.
	TakeOver bool

	// Instance names this run of the program in the keys of entries. "": a random UUID.
	Instance string

	// Trace returns the trace context of a record's context, which does not go onto the disk
	// otherwise. A trace id of zeros means that there is none. nil: that of the attributes which
	// AddTrace of package compat/otel sets, and of received records.
	Trace func(ctx context.Context) (traceID [16]byte, spanID [8]byte, flags byte)
}

// check returns a [*logbook.OptionError]. Package spool checks the others.
func (o *SpoolOptions) check() error {
	switch o.Overflow {
	case 0, Block, DropNewest, DropOldest:
		return nil
	}
	return &logbook.OptionError{Options: "queues.SpoolOptions", Option: "Overflow", Err: fmt.Errorf("got %v, want Block, DropNewest or DropOldest", o.Overflow)}
}
