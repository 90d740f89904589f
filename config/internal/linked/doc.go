// Package linked records which packages with sinks the program imports.
package linked
