package ticketing

import "errors"

// Errors of stores, for [errors.Is]. The errors that wrap them name the store, but never a
// password.
var (
	ErrNotFound = errors.New("ticket not found")
	ErrLocked   = errors.New("locked for too long by others")
	ErrDamaged  = errors.New("damaged, or not a database")
	ErrNewer    = errors.New("made by a newer version of this program")
	ErrMissing  = errors.New("tables missing")
	ErrDenied   = errors.New("no rights")
	ErrFull     = errors.New("disk full")
)

// ErrConflict is the error of [Store.SetDocument] for a version that is not the newest one.
var ErrConflict = errors.New("changed by somebody else")

// ErrFingerprint is the error of [Store.Split] for a fingerprint that the ticket does not
// have, or that is its last one.
var ErrFingerprint = errors.New("not a fingerprint of the ticket, or its only one")
