// Package refusal counts the input that a source refuses, and makes the records that
// report it in the stream.
package refusal
