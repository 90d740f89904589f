package spool

import (
	"errors"
	"fmt"
)

var (
	// ErrReadOnly is returned by methods that write, of a log that [OpenReadOnly] opened.
	ErrReadOnly = errors.New("spool: the log is open for reading only")

	// ErrNoCursor is wrapped by errors about a cursor that does not exist.
	ErrNoCursor = errors.New("spool: no such cursor")
)

// InUseError is returned by [Open] if the log is open already, in this process or another.
type InUseError struct {
	Dir string
}

// Error returns "spool: DIR is in use by another process or log".
func (e *InUseError) Error() string {
	return "spool: " + e.Dir + " is in use by another process or log"
}

// FullError is returned by [Log.Append] if there is no room: the log has reached
// [Options.MaxBytes], or the disk is full. Nothing was appended. Append succeeds again when
// cursors have gone on, or when the disk has room; see [Log.Room].
type FullError struct {
	Dir   string
	Limit int64 // Options.MaxBytes, if that was reached
	Err   error // the error of the system, if the disk is full
}

// Error says what is full.
func (e *FullError) Error() string {
	if e.Err != nil {
		return "spool: no room in " + e.Dir + ": " + e.Err.Error()
	}
	return fmt.Sprintf("spool: %s has reached its limit of %d bytes", e.Dir, e.Limit)
}

// Unwrap returns the error of the system, or nil.
func (e *FullError) Unwrap() error { return e.Err }

// SizeError is returned by [Log.Append] for a body that is too large for the log, even if
// that were empty.
type SizeError struct {
	Bytes int64 // of the body
	Limit int64 // of a body
}

// Error gives both sizes.
func (e *SizeError) Error() string {
	return fmt.Sprintf("spool: a body has %d bytes: want at most %d", e.Bytes, e.Limit)
}

// DamageError says which entries cannot be read, because a segment is damaged or missing.
// The numbers tell exactly how many there are.
type DamageError struct {
	Dir         string
	First, Last uint64 // numbers of the entries that are lost
}

// Error gives the numbers.
func (e *DamageError) Error() string {
	if e.First == e.Last {
		return fmt.Sprintf("spool: %s: entry %d is damaged or missing", e.Dir, e.First)
	}
	return fmt.Sprintf("spool: %s: entries %d to %d are damaged or missing", e.Dir, e.First, e.Last)
}

// Entries returns how many entries are lost.
func (e *DamageError) Entries() uint64 { return e.Last - e.First + 1 }
