// Package internal has only a test, of what its folders import.
package internal

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/logbook-go/logbook/"

// The two floors of this folder. What stands below the core imports no package but its
// like; what stands above it may import the core as well, and nothing above itself.
var (
	below = []string{
		"callsite", "clock", "crash", "disk", "disk/disktest", "encode", "errchain", "errstack", "flow", "frame", "goroutine", "leaktest", "levelgen", "linewriter", "listener",
		"netlink", "panics", "pgtest", "pickle", "pyformat", "pyjson", "retryafter", "secret", "signals", "sqlite", "stackframe", "systemd", "text", "value", "valuewords", "words",
	}
	above = []string{"hold", "limit", "logfile", "notify", "otlp", "refusal", "sender", "sentry", "tally"}
)

func TestFloors(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}:{{join .Deps " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		name, deps, _ := strings.Cut(strings.TrimSpace(line), ":")
		name, inside := strings.CutPrefix(name, module+"internal/")
		if !inside {
			continue // this package
		}
		isBelow := slices.Contains(below, name)
		if isBelow == slices.Contains(above, name) {
			t.Errorf("internal/%s is on no floor, or on both; see docs/architecture.md", name)
		}
		for _, dep := range strings.Fields(deps) {
			dep, ours := strings.CutPrefix(dep, module)
			if !ours {
				continue
			}
			dep, inside := strings.CutPrefix(dep, "internal/")
			switch {
			case inside && slices.Contains(below, dep):
			case !isBelow && (inside && slices.Contains(above, dep) || dep == "logbook"):
			default:
				t.Errorf("internal/%s imports %s", name, dep)
			}
		}
	}
}
