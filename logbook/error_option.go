package logbook

// OptionError reports an option that a constructor refuses. It does not repeat a value
// that may be secret.
type OptionError struct {
	Options string // type of the options, with its package: "mail.Options"
	Option  string // name of the field, or of the argument if it is none
	Err     error  // what is wrong with it
}

// Error returns "mail.Options: invalid Server: ...".
func (e *OptionError) Error() string {
	return e.Options + ": invalid " + e.Option + ": " + e.Err.Error()
}

// Unwrap returns what is wrong with the option.
func (e *OptionError) Unwrap() error { return e.Err }
