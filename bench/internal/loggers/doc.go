// Package loggers holds what is compared: the rows of the benchmark, and each
// logger's way of doing the work of a row.
//
// All loggers of a row do the same: the same message, the same fields, a level
// and a time with at least milliseconds, written with one Write a record. Each is
// set up the fastest way that its documentation offers, without a lock of its own
// where the writer needs none. The tests run every case and look at what it
// wrote, so that nobody is fast by leaving something out.
package loggers
