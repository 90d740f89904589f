// Package flow helps sinks with failures and closing: a pause after failures, and a count
// of operations in flight that closes within a context.
package flow
