// Package linked records which packages with sinks the program imports.
package linked

// All reports whether it imports config/all, so that no error has to name it.
var All bool
