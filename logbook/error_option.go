package logbook

// OptionError reports an invalid option of a constructor. It does not contain values
// that may be secret.
type OptionError struct {
	Options string // type of the options, with its package: "mail.Options"
	Option  string // name of the field or argument
	Err     error  // the cause
}

// Error returns "mail.Options: invalid Server: ...".
func (e *OptionError) Error() string {
	return e.Options + ": invalid " + e.Option + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *OptionError) Unwrap() error { return e.Err }
