//go:build !gc || !(amd64 || 386 || arm64) || logbook_portable

package goroutine

import "testing"

func TestPortableIsNotFast(t *testing.T) {
	if Fast() {
		t.Error("Fast() = true on a platform without the fast way")
	}
}
