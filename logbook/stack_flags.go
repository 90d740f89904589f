package logbook

// Flags change how logging itself behaves where they are bound. A zero field
// inherits from the flags below.
type Flags struct {
	// Errors is called for each failure of a handler, filter, processor or
	// message template: after all handlers were served, on the goroutine that
	// logged. The default is [PrintErrors]. It may log; a failure that it causes
	// itself goes to PrintErrors.
	Errors func(*HandlerError)

	// Introspection off means that no caller is looked up: Source is empty.
	Introspection Switch
}

// Binding makes Flags a [Bindable].
func (Flags) Binding() Binding { return Binding{} }

// Switch is a flag with a third state.
type Switch int8

// The states of a [Switch].
const (
	Inherit Switch = iota
	On
	Off
)
