// Package encode appends values to byte slices in the forms that log lines are
// made of: JSON, plain text, logfmt, times and durations.
//
// Every function is append-style: it takes the slice to append to and returns
// it grown. It allocates nothing if there is capacity for 32 bytes more than
// the result needs, and may write to the capacity behind the result. Output is
// well-formed on any input: strings come from the outside and may hold
// anything. A string argument may be a string or a []byte.
//
// All functions may be called concurrently.
package encode
