package leaktest

import (
	"runtime"
	"strings"
	"testing"
)

// The goroutine that a test starts is found as long as it goes on.
func TestWait(t *testing.T) {
	found := func() bool { return strings.Contains(strings.Join(wait(0), "\n"), "leaktest.TestWait.func") }
	goOn := make(chan struct{})
	go func() { <-goOn }()
	if !found() {
		t.Error("the goroutine was not found")
	}
	close(goOn)
	for found() {
		runtime.Gosched()
	}
}
