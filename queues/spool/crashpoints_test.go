//go:build crashpoints

package spool

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/logbook-go/logbook/internal/crash"
)

// A program that kills itself at any step has lost nothing that was acknowledged.
func TestCrashPoints(t *testing.T) {
	// A point, and how often a run passes it at least.
	for point, passes := range map[string]int{
		"append": 40, "written": 40, "synced": 40, "segment": 10, "seal": 10, "sealed": 10, "unlink": 2, "unlinked": 2,
		"checkpoint": 2, "checkpointed": 2, "ack": 100, "setaside": 8, "recovery": 1,
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			h := newHistory(t)
			crashes := 0
			h.run(dir, nil, 0) // so that there is something to recover
			for range fromEnv(t, "LOGBOOK_TORTURE_CRASHES", 3) {
				if !h.run(dir, []string{fmt.Sprintf("%s=%s:%d", crash.Variable, point, rand.IntN(passes)+1)}, 0) {
					crashes++
				}
			}
			h.check(dir)
			t.Logf("%d crashes, %d entries acknowledged, %d read, %d of them again, none lost", crashes, len(h.sent), len(h.read), h.again)
			if crashes == 0 {
				t.Error("the program has never passed the point")
			}
		})
	}
}
