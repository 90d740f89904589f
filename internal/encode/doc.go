// Package encode appends values to byte slices in the formats of log lines: JSON,
// plain text, logfmt, times and durations.
//
// Every function appends to its first argument and returns the extended slice. It does
// not allocate if the capacity exceeds the length of the result by 32 bytes, and may
// write to the capacity after the result. The output is well-formed for any input, since
// strings may be hostile. A string argument may be a string or a []byte.
//
// All functions may be called concurrently.
package encode
