package callsite

import (
	"os/exec"
	"strings"
	"testing"
)

// Returns does not follow the frame pointer of assembly, which may use that register for
// something else while it calls a Go function.
func TestFramePointerOfAssembly(t *testing.T) {
	out, err := exec.Command("go", "run", "./testdata/clobber").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := strings.Count(string(out), "called from assembly by "); n != 6 || strings.Contains(string(out), "by \n") {
		t.Errorf("unexpected output:\n%s", out)
	}
}
