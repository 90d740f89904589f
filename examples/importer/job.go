package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// job imports a file and reports whether it succeeded. Its last records, including those of
// DEBUG, are buffered: if one is an error, they go to problems together; otherwise they are
// discarded.
func job(path string, problems logbook.Handler) (ok bool) {
	logbook.InGoroutine(func() {
		if err := importFile(path); err != nil {
			log.Exception(err, "cannot import {file}", "file", path)
			return
		}
		ok = true
	},
		handlers.NewFingersCrossed(problems, &handlers.FingersCrossedOptions{
			MaxRecords: 6,
			Bubble:     true, // they also go to import.log
		}),
		logbook.Attrs("job", filepath.Base(path)))
	return ok
}

// importFile logs without knowing the handlers.
func importFile(path string) error {
	log.Debug("opening {file}", "file", path)
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	n, levels := 0, make(map[string]int)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		n++
		var entry struct{ Level, Channel string }
		if err := json.Unmarshal(lines.Bytes(), &entry); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		levels[entry.Level]++
		log.Debug("line {n}: {level} of {channel}", "n", n, "level", entry.Level, "channel", entry.Channel)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("after line %d: %w", n, err)
	}
	log.Success("imported {lines} lines", "lines", n, "levels", levels)
	return nil
}
