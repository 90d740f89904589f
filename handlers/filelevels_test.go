package handlers_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// A level of the options that panics loses no record and leaves nothing locked; a nil
// pointer is not a level.
func TestFileLevelsThatPanic(t *testing.T) {
	var nilLevel *logbook.LevelVar
	fails := levelFunc(func() slog.Level { panic("no level") })
	for name, o := range map[string]handlers.FileOptions{
		"sync":       {SyncLevel: fails},
		"buffer":     {Buffer: &handlers.BufferOptions{Level: fails}},
		"sync nil":   {SyncLevel: nilLevel},
		"buffer nil": {Buffer: &handlers.BufferOptions{Level: nilLevel}},
	} {
		path := filepath.Join(t.TempDir(), "a.log")
		var reported []error
		o.Formatter, o.OnError = plain, func(err error) { reported = append(reported, err) }
		h, err := handlers.NewFile(path, &o)
		if err != nil {
			t.Fatal(err)
		}
		bound(t, func() { log.Info("a"); log.Info("b") }, h)
		if err := h.Close(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if text, _ := os.ReadFile(path); string(text) != "INFO:testlogger:a\nINFO:testlogger:b\n" {
			t.Errorf("%s: the file has %q", name, text)
		}
		want := 2
		if strings.HasSuffix(name, "nil") {
			want = 0
		}
		if len(reported) != want {
			t.Errorf("%s: reported %v", name, reported)
		}
	}
}

type levelFunc func() slog.Level

func (f levelFunc) Level() slog.Level { return f() }
