package pickle_test

import (
	"testing"

	"github.com/logbook-go/logbook/internal/pickle"
)

func BenchmarkDecode(b *testing.B) {
	for name, data := range frames(b, "py_sockethandler_*.bin") {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pickle.Decode(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The time of a refusal is bounded, too.
func BenchmarkHostile(b *testing.B) {
	for _, tt := range hostile {
		if len(tt.data) < 10_000 {
			continue
		}
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = pickle.Decode([]byte(tt.data))
			}
		})
	}
}
