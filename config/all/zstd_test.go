package all_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

func TestZstd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	c, err := config.Parse([]byte("[sink log]\nscheme = rotating\npath = "+path+"\nsize = 10B\nbackups = 3\ncompress = zstd\nformat = {record.message}\n"), &config.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	logbook.InGoroutine(func() {
		log := logbook.New("app")
		log.Info("the first")
		log.Info("the second")
	}, c.Setup())
	if err := logbook.Close(context.Background(), c.Setup()); err != nil {
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
	if text, err := r.DecodeAll(packed, nil); err != nil || string(text) != "the first\n" {
		t.Errorf("%q, %v", text, err)
	}
}
