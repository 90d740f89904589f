//go:build !race

package goroutine

import "testing"

func TestIDDoesNotAllocate(t *testing.T) {
	for name, id := range map[string]func() uint64{"ID": ID, "parsedID": parsedID} {
		if n := testing.AllocsPerRun(1000, func() { id() }); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
