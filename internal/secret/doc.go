// Package secret removes secrets from texts and errors, since libraries and servers often
// repeat their input in errors.
package secret
