//go:build !race && !logbook_poison

package logrushook_test

import "testing"

func TestAllocations(t *testing.T) { calls(t).TestAllocations(t, 18, 11) }
