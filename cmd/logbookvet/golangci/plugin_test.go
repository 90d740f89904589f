package golangci_test

import (
	"testing"

	"github.com/golangci/plugin-module-register/register"

	_ "github.com/logbook-go/logbook/cmd/logbookvet/golangci"
)

// golangci-lint finds the plugin by its name and gets the analyzer.
func Test(t *testing.T) {
	build, err := register.GetPlugin("logbookvet")
	if err != nil {
		t.Fatal(err)
	}
	p, err := build(nil)
	if err != nil {
		t.Fatal(err)
	}
	analyzers, err := p.BuildAnalyzers()
	if err != nil || len(analyzers) != 1 || analyzers[0].Name != "logbookvet" {
		t.Errorf("analyzers %v, %v", analyzers, err)
	}
	if p.GetLoadMode() != register.LoadModeTypesInfo {
		t.Errorf("load mode %q: the analyzer needs types", p.GetLoadMode())
	}
}
