// Package golangci registers the analyzer as a module plugin of golangci-lint, named
// logbookvet. A .custom-gcl.yml imports it.
package golangci

import (
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/logbook-go/logbook/cmd/logbookvet/analyzer"
)

func init() {
	register.Plugin("logbookvet", func(any) (register.LinterPlugin, error) { return plugin{}, nil })
}

type plugin struct{}

// BuildAnalyzers returns the analyzer.
func (plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return []*analysis.Analyzer{analyzer.Analyzer}, nil
}

// GetLoadMode asks for the types of the code.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
