package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/logbook"
)

// Sync says when entries are synced to the disk. Entries that are written and not synced
// survive a crash of the program, but not of the machine.
type Sync int8

// The policies.
const (
	// SyncAlways, the default, syncs before Append returns. Appends at the same time share
	// one sync.
	SyncAlways Sync = iota

	// SyncInterval syncs at the interval of [Options.SyncInterval].
	SyncInterval

	// SyncNever leaves it to the system, except for [Log.Sync].
	SyncNever
)

var syncNames = []string{"always", "interval", "never"}

// String returns "always", "interval" or "never".
func (s Sync) String() string {
	if s < 0 || int(s) >= len(syncNames) {
		return fmt.Sprintf("Sync(%d)", int8(s))
	}
	return syncNames[s]
}

// MarshalText returns the text of String.
func (s Sync) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads "always", "interval" or "never".
func (s *Sync) UnmarshalText(text []byte) error {
	for i, name := range syncNames {
		if name == string(text) {
			*s = Sync(i)
			return nil
		}
	}
	return fmt.Errorf("invalid sync policy %q: want always, interval or never", text)
}

// Options configure a log. The zero value has the defaults.
type Options struct {
	// MaxBytes is the limit of what the log takes on the disk. Entries that cursors have
	// set aside count, but setting aside is possible beyond the limit. The few KiB of
	// positions do not count. 0: 1 GiB. At least 256 KiB.
	MaxBytes int64

	// DropOldest says what happens at the limit. If set, the oldest segment is dropped, and
	// its entries are counted as dropped for each cursor that has not acknowledged them.
	// Otherwise Append fails with a *[FullError].
	DropOldest bool

	// SegmentBytes is the size of a file of the log, unless one entry is larger. The space
	// of acknowledged entries is free when a whole segment is acknowledged. 0: 16 MiB, or
	// an eighth of MaxBytes if that is less. At least 16 KiB, and at most an eighth of
	// MaxBytes.
	SegmentBytes int64

	// Sync says when entries are synced.
	Sync Sync

	// SyncInterval is the time between syncs of the policy SyncInterval. 0: one second.
	SyncInterval time.Duration

	// OnError is called for each failure that no call returns: damage that a cursor
	// passes, dropped entries, a torn tail, positions that cannot be written, a failed sync
	// at the interval. Calls come one at a time, on a goroutine of the log, which Close waits
	// for. nil: failures are counted alone.
	OnError func(error)

	files disk.FS // for tests
}

// Sizes of a log.
const (
	defaultMaxBytes     = 1 << 30
	minMaxBytes         = 256 << 10
	defaultSegmentBytes = 16 << 20
	minSegmentBytes     = 16 << 10
	segments            = 8 // at least, in MaxBytes
	defaultInterval     = time.Second
)

// Modes of the files of a log.
const (
	fileMode fs.FileMode = 0o600
	dirMode  fs.FileMode = 0o700
)

// withDefaults returns a copy with the defaults filled in.
func (o *Options) withDefaults() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = defaultMaxBytes
	}
	if c.SegmentBytes == 0 {
		c.SegmentBytes = min(defaultSegmentBytes, c.MaxBytes/segments)
	}
	if c.SyncInterval == 0 {
		c.SyncInterval = defaultInterval
	}
	if c.files == nil {
		c.files = disk.OS{}
	}
	fail := func(option, format string, args ...any) (Options, error) {
		return c, &logbook.OptionError{Options: "spool.Options", Option: option, Err: fmt.Errorf(format, args...)}
	}
	switch {
	case c.MaxBytes < minMaxBytes:
		return fail("MaxBytes", "%d: want at least %d", c.MaxBytes, minMaxBytes)
	case c.SegmentBytes < minSegmentBytes:
		return fail("SegmentBytes", "%d: want at least %d", c.SegmentBytes, minSegmentBytes)
	case c.SegmentBytes > c.MaxBytes/segments:
		return fail("SegmentBytes", "%d: want at most an eighth of MaxBytes, %d", c.SegmentBytes, c.MaxBytes/segments)
	case c.SyncInterval < 0:
		return fail("SyncInterval", "%v: want at least 0", c.SyncInterval)
	case c.Sync < 0 || int(c.Sync) >= len(syncNames):
		return fail("Sync", "%v: want SyncAlways, SyncInterval or SyncNever", c.Sync)
	}
	return c, nil
}

// CursorOptions configure a cursor. The zero value has the defaults.
type CursorOptions struct {
	// FromEnd makes a new cursor begin behind the newest entry, rather than at the oldest.
	FromEnd bool

	// MaxBytes is how far the cursor may lag behind the end of the log. The oldest
	// entries beyond it are dropped for this cursor and counted, a segment at a time. 0: no
	// limit but that of the log.
	MaxBytes int64
}

func (o *CursorOptions) withDefaults() (CursorOptions, error) {
	var c CursorOptions
	if o != nil {
		c = *o
	}
	if c.MaxBytes < 0 {
		return c, &logbook.OptionError{Options: "spool.CursorOptions", Option: "MaxBytes", Err: errNegative}
	}
	return c, nil
}

var errNegative = errors.New("want at least 0")
