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
	h, err := handlers.NewRotating(path, &handlers.FileOptions{
		MaxSize: 1000, Backups: 2, Compress: zstdlog.Compressor(), Formatter: logbook.MustFormat("{record.message}"),
	})
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("x", 100)
	for range 10 { // there is room for nine
		if err := h.Handle(logbook.NewRecord(logbook.RecordData{Message: line})); err != nil {
			t.Error(err)
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
	want := strings.Repeat(line+"\n", 9)
	text, err := r.DecodeAll(packed, nil)
	if err != nil || string(text) != want {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
	if len(packed) > 100 {
		t.Errorf("%d bytes were compressed to %d", len(text), len(packed))
	}
}
