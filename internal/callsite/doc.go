// Package callsite reads the return addresses of functions through frame pointers.
//
// runtime.Callers costs a quarter of a microsecond for a single caller, since it
// decodes tables for each frame on the way. But the return address of a function is
// stored beside its frame pointer, and Go's functions keep frame pointers on amd64 and
// arm64; profilers and the runtime's own tracer rely on it. Reading three of them
// takes two nanoseconds.
//
// A return address alone does not identify a caller, since inlined calls and wrappers
// made by the compiler share it; runtime.Callers resolves them. It serves as a cache
// key: the result of runtime.Callers for an address never changes.
//
// At the start of the program, the package compares its addresses with those of
// runtime.Callers. If they differ, and on other platforms, [Proven] is false. The build
// tag logbook_portable switches the package off.
package callsite

// Depth is the number of return addresses that [Returns] reads. At least this many
// frames must be those of Go functions: assembly that calls Go may use the frame pointer
// for something else.
const Depth = 3
