// Package loggers has the rows of the benchmark, and the code of each logger for them.
//
// All loggers of a row log the same message, the same fields, a level and a time with
// at least milliseconds, with one Write per record. Each is set up in the fastest way
// that its documentation offers, without a lock if the writer needs none. The tests run
// every case and check its output, so that no logger is fast by omitting something.
package loggers
