package logbook

// Poison says whether misuse of a record panics.
const Poison = poison

// ForgetFaults makes the error flag hear again of templates that could not be rendered,
// so that a test can run several times.
func ForgetFaults() {
	sites.Range(func(_, s any) bool {
		s.(*site).faulty.Store(false)
		return true
	})
}
