package callsite

import (
	"os/exec"
	"strings"
	"testing"
)

// Assembly may use the frame pointer for something else while it calls a Go function:
// what that one's caller returns to must not be read.
func TestFramePointerOfAssembly(t *testing.T) {
	out, err := exec.Command("go", "run", "./testdata/clobber").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := strings.Count(string(out), "called from assembly by "); n != 6 || strings.Contains(string(out), "by \n") {
		t.Errorf("unexpected output:\n%s", out)
	}
}
