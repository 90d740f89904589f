package analyzer_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/logbook-go/logbook/cmd/logbookvet/analyzer"
)

// The module in testdata uses Logbook as it is in this repository, so a change of its API
// that the analyzer does not follow fails here.
func Test(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), analyzer.Analyzer, "example")
}
