package logbook

// SetExit makes Fatal call fn instead of ending the program, until undo is called.
func SetExit(fn func(status int)) (undo func()) {
	old := exit
	exit = fn
	return func() { exit = old }
}

// Poison reports whether misuse of a record panics.
const Poison = poison

// ForgetTemplateErrors makes template errors be reported again for each call site, so
// that a test can run several times.
func ForgetTemplateErrors() {
	sites.Range(func(_, s any) bool {
		s.(*site).templateReported.Store(false)
		return true
	})
}
