// Package text has small text functions: cutting between characters, parsing sizes and
// durations, and formatting attributes.
package text
