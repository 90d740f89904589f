package web_test

import (
	"testing"

	"github.com/logbook-go/logbook/ticketing/web/internal/sample"
)

// BenchmarkPages serves pages of a store in memory: what the page costs without a database.
func BenchmarkPages(b *testing.B) {
	store := newStore(b)
	if err := sample.Fill(b.Context(), store, now); err != nil {
		b.Fatal(err)
	}
	h := newHandler(b, store, nil)
	for name, path := range map[string]string{"list": "/?state=all", "ticket": "/tickets/2"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if w := get(b, h, path); w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
