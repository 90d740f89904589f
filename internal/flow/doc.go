// Package flow helps sinks and sources with failures, waiting and closing: a pause after
// failures, a condition whose Wait ends with a context, and a count of operations in flight
// that closes within one.
package flow
