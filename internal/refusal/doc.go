// Package refusal counts the input that a source refuses, and makes the records that report it,
// and the outages of the source, in the stream.
package refusal
