package logline_test

import (
	"testing"

	"github.com/logbook-go/logbook/logline"
)

// Each format recognizes its sample.
func TestFormats(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range logline.Formats() {
		if f.Name == "" || f.Help == "" || f.Sample == "" {
			t.Errorf("%+v: want a name, a help text and a sample", f)
		}
		if seen[f.Sample] || seen[f.Help] {
			t.Errorf("%s, %s: is listed twice", f.Name, f.Help)
		}
		seen[f.Sample], seen[f.Help] = true, true
		if l := logline.Parse([]byte(f.Sample), testNow); l.Format != f.Name {
			t.Errorf("%s: %s: recognized as %s", f.Name, f.Sample, show(l))
		}
	}
}
