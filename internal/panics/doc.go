// Package panics turns panics into errors, so that a panic of a formatter, filter or hook
// loses a record but does not crash the program.
package panics
