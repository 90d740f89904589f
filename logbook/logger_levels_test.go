package logbook_test

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// A disabled call is a nil check, two loads and a compare in the caller's code, as long
// as the compiler inlines the calls.
func TestCallsAreInlined(t *testing.T) {
	cmd := exec.Command("go", "build", "-gcflags=-m", "-o", os.DevNull, ".")
	cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0")
	if strconv.IntSize == 32 {
		// An atomic load exceeds the compiler's budget there.
		cmd.Env = append(cmd.Env, "GOARCH=amd64")
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	inlined := make(map[string]bool)
	for _, m := range regexp.MustCompile(`: can inline (\S+)`).FindAllStringSubmatch(string(out), -1) {
		inlined[m[1]] = true
	}
	var want []string
	for _, level := range []string{"Trace", "Debug", "Info", "Success", "Notice", "Warn", "Error", "Critical"} {
		want = append(want, "(*Logger)."+level, "(*Logger)."+level+"Context", "(*Logger)."+level+"f", level, level+"Context", level+"f")
	}
	want = append(want, "(*Logger).Log", "(*Logger).LogAttrs", "Log", "LogAttrs")
	for _, name := range want {
		if !inlined[name] {
			t.Errorf("%s is not inlined", name)
		}
	}
}
