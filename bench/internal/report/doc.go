// Package report writes the results as JSON for programs and as Markdown tables for
// people.
package report
