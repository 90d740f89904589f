package leaktest

import (
	"runtime"
	"strings"
	"testing"
)

// wait finds the goroutine that a test starts as long as it runs.
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
