package logbook

// Flags configure logging for the calls that they apply to. A zero field inherits from
// the flags below.
type Flags struct {
	// Errors is called for each failure of a handler, filter, processor or message
	// template, after all handlers have been served, on the goroutine that logged. The
	// default is [PrintErrors]. Errors may log; failures that it causes itself go to
	// PrintErrors.
	Errors func(*HandlerError)

	// Introspection decides whether callers are looked up. If not, the source of
	// records is empty. The default is on.
	Introspection Introspection
}

// Binding makes Flags a [Bindable].
func (Flags) Binding() Binding { return Binding{} }

// Introspection is the type of a field of [Flags]. The zero value inherits.
type Introspection int8

// The values of [Introspection].
const (
	IntrospectionOn  Introspection = iota + 1 // callers are looked up
	IntrospectionOff                          // callers are not looked up
)
