// Package errchain inspects error trees of unknown origin. Unlike package errors, it
// also terminates for an error that wraps itself.
package errchain
