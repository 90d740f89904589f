//go:build !race && !logbook_poison

package logrbridge_test

import "testing"

func TestAllocations(t *testing.T) { calls(t).TestAllocations(t, 1, 1) }
