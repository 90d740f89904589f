// Console reads three files and logs to the terminal. The README shows its output as a
// picture.
package main

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("readings")

var inbox = fstest.MapFS{
	"monday.csv":    {Data: []byte("21\n22\n19")},
	"tuesday.csv":   {Data: []byte("20\n2l\n18")},
	"wednesday.csv": {Data: []byte("23\n21")},
}

func main() {
	defer logbook.PushApplication(handlers.NewConsole(nil))()

	log.Info("reading {n} files", "n", len(inbox), "folder", "inbox")
	_ = fs.WalkDir(inbox, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if sum := load(path); sum > 0 {
			log.Success("read {file}", "file", path, "sum", sum)
		}
		return nil
	})
	log.Warn("the archive is slow", "host", "nas1", "took", 1250*time.Millisecond)
	log.Notice("{free:.1f} % of the disk is free", "free", 3.94, "disk", "sda")
}

// load returns the sum of a file's numbers. The debug records of a file are printed only if
// it has an error.
func load(path string) (sum int) {
	defer logbook.PushGoroutine(
		handlers.NewFingersCrossed(handlers.NewConsole(nil), nil),
		logbook.Attrs("file", path))()
	text, err := fs.ReadFile(inbox, path)
	if err != nil {
		log.Exception(err, "cannot open the file")
		return 0
	}
	log.Debug("opened the file", "bytes", len(text))
	for i, line := range strings.Split(string(text), "\n") {
		n, err := strconv.Atoi(line)
		if err != nil {
			log.Exception(fmt.Errorf("line %d: %w", i+1, err), "cannot read the file")
			return 0
		}
		log.Debug("line {line} is {n}", "line", i+1, "n", n)
		sum += n
	}
	return sum
}
