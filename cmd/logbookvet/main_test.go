package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The program runs by itself and by go vet, and exits with an error if it reports anything.
func TestRuns(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "logbookvet.exe")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, args := range [][]string{{bin, "."}, {"go", "vet", "-vettool=" + bin, "."}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = filepath.Join("analyzer", "testdata")
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), `: logbook.Info: the key "k" has no value`) {
			t.Errorf("%s: %v\n%s", args, err, out)
		}
	}
}
