// Package hold keeps records for later: a queue bounded in number and in bytes, with
// overflow policies, counts of lost records, and the record that reports them in the
// stream.
package hold
