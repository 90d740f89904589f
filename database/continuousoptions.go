package database

import (
	"errors"
	"fmt"
	"time"

	"github.com/logbook-go/logbook/queues"
)

// ContinuousOptions configure [NewContinuousLogger]. nil is the default.
type ContinuousOptions struct {
	// StartTimeout is how long the start tries to reach the database. 0: 300 s.
	StartTimeout time.Duration

	// StartPause is the time between these attempts. 0: 20 s.
	StartPause time.Duration

	// StartAnyway starts without the database, if it cannot be reached at once. Code names
	// are then checked when points are stored.
	StartAnyway bool

	// Timeout bounds each attempt to store points. The server ends a statement that takes
	// longer. 0: 30 s.
	Timeout time.Duration

	// Interval is how long points wait in memory to be written to the disk together, unless
	// Flush or Stop is called, or half of MaxHeld waits. 0: 100 ms.
	Interval time.Duration

	// SyncEach makes Enqueue return when the point is on the disk.
	SyncEach bool

	// MaxHeld is the limit of points in memory. 0: 20,000.
	MaxHeld int

	// MaxBytes is the limit of points on the disk. 0: 1 GiB. At least 256 KiB.
	MaxBytes int64

	// Overflow decides about points when both are full: [queues.Block], [queues.DropNewest], or
	// [queues.DropOldest], which drops points on the disk in blocks. 0: Block.
	Overflow queues.Overflow

	// MaxBatch is the limit of points that are stored in one transaction, unless more were
	// written together. 0: 10,000.
	MaxBatch int
}

// withDefaults returns the options with their defaults.
func (o *ContinuousOptions) withDefaults() (ContinuousOptions, error) {
	c := ContinuousOptions{}
	if o != nil {
		c = *o
	}
	for _, f := range []struct {
		name  string
		value *time.Duration
		def   time.Duration
	}{
		{"StartTimeout", &c.StartTimeout, 300 * time.Second}, {"StartPause", &c.StartPause, 20 * time.Second},
		{"Timeout", &c.Timeout, 30 * time.Second}, {"Interval", &c.Interval, 100 * time.Millisecond},
	} {
		if *f.value < 0 {
			return c, argumentError("ContinuousOptions", f.name, errors.New("negative"))
		}
		if *f.value == 0 {
			*f.value = f.def
		}
	}
	for _, f := range []struct {
		name  string
		value *int
		def   int
	}{{"MaxHeld", &c.MaxHeld, 20_000}, {"MaxBatch", &c.MaxBatch, 10_000}} {
		if *f.value < 0 {
			return c, argumentError("ContinuousOptions", f.name, errors.New("negative"))
		}
		if *f.value == 0 {
			*f.value = f.def
		}
	}
	switch c.Overflow {
	case 0:
		c.Overflow = queues.Block
	case queues.Block, queues.DropNewest, queues.DropOldest:
	default:
		return c, argumentError("ContinuousOptions", "Overflow", fmt.Errorf("got %v, want Block, DropNewest or DropOldest", c.Overflow))
	}
	return c, nil
}
