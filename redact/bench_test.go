package redact_test

import (
	"regexp"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/redact"
)

// BenchmarkRedaction redacts a record without secrets, and compares the time with that of
// writing it.
func BenchmarkRedaction(b *testing.B) {
	for name, o := range map[string]*redact.Options{
		"keys": nil,
		"text": {Text: []*regexp.Regexp{regexp.MustCompile(`\b\d{16}\b`)}},
	} {
		b.Run(name, func(b *testing.B) {
			defer logbook.PushGoroutine(redact.New(o))()
			benchmark(b, discard())
		})
	}
	b.Run("none", func(b *testing.B) { benchmark(b, discard()) })
}
