// Package goroutine tells which goroutine is running, and which are alive.
//
// Go has no public way to ask for a goroutine's id but the text of
// [runtime.Stack], which takes microseconds and grows with the depth of the
// stack. The same number stands in a word of the runtime's descriptor of the
// goroutine, g, and reading it takes a nanosecond; but no release promises
// where the word is. So the package knows no layout. When the program starts,
// it compares the leading words of g in several goroutines with the ids that
// runtime.Stack prints. If exactly one word holds the id in all of them, its
// place is proven for this very binary, and [ID] reads it. In every other
// case ID parses the text.
//
// The fast way exists on amd64, 386 and arm64 with the gc compiler. The build
// tag logbook_portable switches it off.
//
// Nothing is written to the runtime's memory and nothing is linked by name;
// profiler labels and profiles are not touched.
package goroutine
