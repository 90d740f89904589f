// Package limit counts records by call site, in windows of time, for a bounded number of
// call sites.
package limit
