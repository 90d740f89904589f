package otlp_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"testing"

	"github.com/logbook-go/logbook/internal/otlp"
)

// The limit is that of the content: one byte more is refused, and not cut off.
func TestGunzip(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(make([]byte, 1000))
	_ = z.Close()
	if got, err := otlp.Gunzip(b.Bytes(), 1000); err != nil || len(got) != 1000 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got, err := otlp.Gunzip(b.Bytes(), 999); !errors.Is(err, otlp.ErrTooLarge) || got != nil {
		t.Errorf("beyond the limit: %d bytes, %v", len(got), err)
	}
	if _, err := otlp.Gunzip(b.Bytes()[:b.Len()/2], 1000); err == nil {
		t.Error("no error for half of it")
	}
}
