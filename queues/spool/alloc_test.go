//go:build !race

package spool

import "testing"

// Appending allocates a batch, and reading little more than the bodies.
func TestAlloc(t *testing.T) {
	l := open(t, t.TempDir(), &Options{Sync: SyncNever})
	c := openCursor(t, l, "a", nil)
	e := entry(1, 400)
	if n := testing.AllocsPerRun(1000, func() {
		if err := l.Append(t.Context(), e); err != nil {
			t.Error(err)
		}
	}); n > 1 {
		t.Errorf("Append allocates %v times", n)
	}
	const batch = 100
	if n := testing.AllocsPerRun(9, func() {
		entries, err := c.Read(t.Context(), batch, 0)
		if err != nil {
			t.Error(err)
		}
		c.Ack(entries[len(entries)-1].Number)
	}); n > 1.5*batch { // a key for each, and the slices
		t.Errorf("Read allocates %v times for %d entries", n, batch)
	}
}
