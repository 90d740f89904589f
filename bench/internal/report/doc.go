// Package report says what was measured: as JSON for programs, and as tables in
// Markdown for people.
package report
