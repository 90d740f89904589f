package zstd_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/zstd"
	"github.com/logbook-go/logbook/logbook"
)

func ExampleCompressor() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := logbook.Must(handlers.NewRotating(filepath.Join(dir, "app.log"), &handlers.FileOptions{
		MaxSize: 50, Backups: 3, Compress: zstd.Compressor(),
	}))
	undo := logbook.PushApplication(file)
	logbook.Info("a first record")
	logbook.Info("a second record, for which there is no room")
	undo()
	if err := file.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, name := range names {
		fmt.Println(filepath.Base(name))
	}
	// Output:
	// app.log
	// app.log.1.zst
}
