// Package callsite reads where functions return to, from the frame pointers.
//
// runtime.Callers costs a quarter of a microsecond for a single caller, since it
// decodes tables for each frame on the way. But where a function returns to stands
// beside its frame pointer, and Go's functions keep frame pointers on amd64 and
// arm64; profilers and the runtime's own tracer rely on it. Reading three of them
// takes two nanoseconds.
//
// A return address is no caller yet: calls that were inlined, and wrappers that
// the compiler made, have to be told apart from it, as runtime.Callers does. It
// serves as a key: what runtime.Callers said for it once holds for good.
//
// Whether frame pointers are what they are taken for is proven at the start of
// the program, by comparison with runtime.Callers. If not, and on other platforms,
// [Proven] is false. The build tag logbook_portable switches it off.
package callsite

// Depth is how many return addresses [Returns] reads. It must be no more than there are
// Go functions for sure: assembly that calls Go may use the frame pointer for
// something else.
const Depth = 3
