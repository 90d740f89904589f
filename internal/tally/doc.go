// Package tally counts what becomes of the records of a handler that holds none.
package tally
