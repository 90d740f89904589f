package handlers_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// inDirectory calls fn with a directory, and then prints the files in it.
func inDirectory(fn func(dir string)) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fn(dir)
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, name := range names {
		text, _ := os.ReadFile(name)
		if filepath.Ext(name) == ".gz" {
			text = []byte("compressed")
		}
		fmt.Printf("%s: %s\n", filepath.Base(name), strings.TrimSpace(string(text)))
	}
}

func ExampleNewRotating() {
	inDirectory(func(dir string) {
		file := logbook.Must(handlers.NewRotating(filepath.Join(dir, "app.log"), &handlers.FileOptions{
			Formatter: short,
			MaxSize:   20, // usually some megabytes
			Backups:   2,
			Compress:  handlers.Gzip(),
		}))
		defer file.Close(context.Background())
		defer logbook.PushApplication(file)()
		for i := range 4 {
			logbook.Info("message {i}", "i", i)
		}
	})
	// Output:
	// app.log: INFO: message 3
	// app.log.1.gz: compressed
	// app.log.2.gz: compressed
}

func ExampleNewTimed() {
	inDirectory(func(dir string) {
		file := logbook.Must(handlers.NewTimed(filepath.Join(dir, "app.log"), &handlers.FileOptions{
			Formatter: short,
			Pattern:   "%Y-%m-%d",
			Backups:   7,
		}))
		defer file.Close(context.Background())
		for d := range 3 {
			r := logbook.NewRecord(logbook.RecordData{
				Time: time.Date(2010, 1, 10+d, 12, 0, 0, 0, time.UTC), Level: logbook.LevelInfo, Message: "good morning",
			})
			if err := file.Handle(r); err != nil {
				fmt.Println(err)
			}
		}
	})
	// Output:
	// app-2010-01-10.log: INFO: good morning
	// app-2010-01-11.log: INFO: good morning
	// app-2010-01-12.log: INFO: good morning
}

func ExampleNewMonitoring() {
	inDirectory(func(dir string) {
		path := filepath.Join(dir, "app.log")
		file := logbook.Must(handlers.NewMonitoring(path, &handlers.FileOptions{Formatter: short}))
		defer file.Close(context.Background())
		defer logbook.PushApplication(file)()
		logbook.Info("before")
		_ = os.Rename(path, path+".old") // as logrotate does
		_ = file.Reopen()                // without this it takes up to a second
		logbook.Info("after")
	})
	// Output:
	// app.log: INFO: after
	// app.log.old: INFO: before
}

func ExampleBufferOptions() {
	inDirectory(func(dir string) {
		path := filepath.Join(dir, "app.log")
		file := logbook.Must(handlers.NewFile(path, &handlers.FileOptions{
			Formatter: short,
			Buffer:    &handlers.BufferOptions{Interval: time.Second, Level: logbook.LevelError},
		}))
		defer file.Close(context.Background())
		defer logbook.PushApplication(file)()
		logbook.Info("held back")
		text, _ := os.ReadFile(path)
		fmt.Printf("%q\n", text)
		logbook.Error("written at once, with the buffer")
	})
	// Output:
	// ""
	// app.log: INFO: held back
	// ERROR: written at once, with the buffer
}

func ExampleNewStream_gzip() {
	inDirectory(func(dir string) {
		file, err := os.Create(filepath.Join(dir, "app.log.gz"))
		if err != nil {
			fmt.Println(err)
			return
		}
		defer file.Close()
		packed := gzip.NewWriter(file)
		defer packed.Close()
		defer logbook.PushApplication(handlers.NewStream(packed, &logbook.Options{Formatter: short}))()
		logbook.Info("compressed at once")
	})
	// Output: app.log.gz: compressed
}

// A stream into gzip unpacks to the lines that were logged.
func TestGzipStream(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log.gz")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	packed := gzip.NewWriter(file)
	h := handlers.NewStream(packed, &logbook.Options{Formatter: plain})
	want := ""
	bound(t, func() {
		for i := range 100 {
			log.Warn(fmt.Sprint("warning message ", i))
			want += fmt.Sprint("WARNING:testlogger:warning message ", i, "\n")
		}
	}, h)
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil || string(text) != want {
		t.Errorf("got %q, %v", text, err)
	}
}
