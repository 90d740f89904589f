// Package hold keeps records for later: a queue that is bounded in number and in bytes,
// with policies for what is too much, counts of what was lost, and the record that says
// so in the stream.
package hold
