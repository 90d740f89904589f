//go:build !race && !logbook_poison

package zerologw_test

import "testing"

func TestAllocations(t *testing.T) { calls(t).TestAllocations(t, 10, 0) }
