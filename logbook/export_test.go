package logbook

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
