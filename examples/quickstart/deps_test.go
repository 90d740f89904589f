package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// An app that imports logbook, handlers and compat links no other modules except those
// that detect terminals.
func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}",
		"github.com/logbook-go/logbook/logbook", "github.com/logbook-go/logbook/handlers", "github.com/logbook-go/logbook/compat").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	allowed := []string{"github.com/logbook-go/logbook", "github.com/mattn/go-isatty", "golang.org/x/sys"}
	seen := false
	for module := range strings.FieldsSeq(string(out)) {
		seen = seen || module == allowed[0]
		if !slices.Contains(allowed, module) {
			t.Errorf("links %s", module)
		}
	}
	if !seen {
		t.Error("go list printed nothing")
	}
}

// The core only needs the standard library.
func TestCoreDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}",
		"github.com/logbook-go/logbook/logbook", "github.com/logbook-go/logbook/logbook/logbooktest").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for module := range strings.FieldsSeq(string(out)) {
		if module != "github.com/logbook-go/logbook" {
			t.Errorf("links %s", module)
		}
	}
}
