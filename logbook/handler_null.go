package logbook

// Null discards the records that reach it, and nothing expensive is computed for them.
// With a filter it discards only the records that the filter accepts; the others go on
// to the handlers below.
type Null struct {
	Filter func(*Record) bool
}

// Binding implements [Bindable].
func (n Null) Binding() Binding {
	return Binding{Filter: n.Filter, Blackhole: true, NoCaller: true}
}

// Handle does nothing.
func (Null) Handle(*Record) error { return nil }
