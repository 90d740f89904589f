package leaktest

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// patience is how long goroutines may take to end, on a very busy machine.
const patience = 2 * time.Minute

// Main runs the tests of a package and exits. A TestMain calls nothing else.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run runs the tests of a package and returns the exit code, which is not 0 if a
// goroutine is still running after them.
func Run(m *testing.M) int {
	code := m.Run()
	if code != 0 {
		return code
	}
	if left := wait(patience); len(left) > 0 {
		fmt.Fprintf(os.Stderr, "leaktest: %d leaked goroutines:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
		return 1
	}
	return 0
}

// wait waits until no leaked goroutine is left, and returns the stacks of those that
// are still running at the limit.
func wait(limit time.Duration) []string {
	end := time.Now().Add(limit)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		left := others()
		if len(left) == 0 || time.Now().After(end) {
			return left
		}
		<-tick.C
	}
}

// others returns the stacks of all goroutines except the calling one and those that the
// standard library never ends.
func others() []string {
	stacks := make([]byte, 1<<16)
	n := runtime.Stack(stacks, true)
	for n == len(stacks) {
		stacks = make([]byte, 2*len(stacks))
		n = runtime.Stack(stacks, true)
	}
	all := strings.Split(strings.TrimSpace(string(stacks[:n])), "\n\n")
	return slices.DeleteFunc(all[1:], func(stack string) bool {
		return strings.Contains(stack, "created by os/signal.Notify.") ||
			strings.Contains(stack, "created by testing.(*F).Fuzz") ||
			strings.Contains(stack, "created by runtime.")
	})
}
