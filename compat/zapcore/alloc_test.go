//go:build !race && !logbook_poison

package zapbridge_test

import "testing"

func TestAllocations(t *testing.T) { calls(t).TestAllocations(t, 2, 1) }
