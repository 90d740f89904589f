package logline_test

import (
	"testing"

	"github.com/logbook-go/logbook/logline"
)

// Each format recognizes its sample.
func TestFormats(t *testing.T) {
	names := map[string]bool{}
	for _, f := range logline.Formats() {
		if f.Name == "" || f.Help == "" || f.Sample == "" {
			t.Errorf("%+v: want a name, a help text and a sample", f)
		}
		if names[f.Name] {
			t.Errorf("%s is listed twice", f.Name)
		}
		names[f.Name] = true
		if l := logline.Parse([]byte(f.Sample), testNow); l.Format != f.Name {
			t.Errorf("%s: recognized as %s", f.Name, show(l))
		}
	}
}
