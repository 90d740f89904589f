package logbook

// Flags change how logging itself behaves where they are bound. A zero field
// inherits from the flags below.
type Flags struct {
	// Errors is called for each failure of a handler, filter, processor or
	// message template: after all handlers were served, on the goroutine that
	// logged. The default is [PrintErrors]. It may log; a failure that it causes
	// itself goes to PrintErrors.
	Errors func(*HandlerError)

	// Introspection decides whether callers are looked up. If they are not, the
	// source of records is empty. The default is on.
	Introspection Introspection
}

// Binding makes Flags a [Bindable].
func (Flags) Binding() Binding { return Binding{} }

// Introspection is a field of [Flags]. Its zero value inherits.
type Introspection int8

// The values of [Introspection].
const (
	IntrospectionOn  Introspection = iota + 1 // callers are looked up
	IntrospectionOff                          // they are not
)
