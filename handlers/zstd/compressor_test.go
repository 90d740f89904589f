package zstd_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/logbook-go/logbook/handlers"
	zstdlog "github.com/logbook-go/logbook/handlers/zstd"
	"github.com/logbook-go/logbook/logbook"
)

func TestCompressor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	h, err := handlers.NewRotating(path, &handlers.RotatingOptions{
		MaxSize: 1000, Backups: 2, Compress: zstdlog.Compressor(), Formatter: logbook.MustFormat("{record.message}"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for range 10 {
		line := strings.Repeat("x", 100)
		if err := h.Handle(logbook.NewRecord(logbook.RecordData{Message: line})); err != nil {
			t.Error(err)
		}
		if want += line + "\n"; len(want) > 900 {
			want = want[:909] // nine lines fit
		}
	}
	if err := h.Close(context.Background()); err != nil {
		t.Error(err)
	}
	packed, err := os.ReadFile(path + ".1.zst")
	if err != nil {
		t.Fatal(err)
	}
	r, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := r.DecodeAll(packed, nil)
	if err != nil || string(text) != want {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
	if len(packed) > 100 {
		t.Errorf("%d bytes were compressed to %d", len(text), len(packed))
	}
}
