//go:build !integration && unix

package examples_test

import "testing"

const integration = false

// newDatabase returns no URL: no block that is run has a database.
func newDatabase(*testing.T) string { return "" }
