// Package goroutine reports which goroutine is running, and which are alive.
//
// The only public way to get a goroutine's id is the text of [runtime.Stack], which
// takes microseconds, more for deeper stacks. The same number is in a word of the
// runtime's descriptor of the goroutine, g, and reading it takes a nanosecond; but no
// release promises where the word is. So the package assumes no layout. When the program
// starts, it compares the leading words of g in several goroutines with the ids that
// runtime.Stack prints. If exactly one word holds the id in all of them, its offset is
// proven for this binary, and [ID] reads it. In every other case ID parses the text.
//
// The fast way exists on amd64, 386 and arm64 with the gc compiler. The build
// tag logbook_portable switches it off.
//
// Nothing is written to the runtime's memory and nothing is linked by name;
// profiler labels and profiles are not touched.
package goroutine
