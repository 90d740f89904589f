package handlers_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

var messageOnly = logbook.MustFormat("{record.message}")

// at returns a record with a time.
func at(t time.Time, message string) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{Time: t, Level: logbook.LevelInfo, Channel: "testlogger", Message: message})
}

// logAt gives the handler a record with a time.
func logAt(t *testing.T, h logbook.Handler, when time.Time, message string) {
	t.Helper()
	if err := h.Handle(at(when, message)); err != nil {
		t.Errorf("%s: %v", message, err)
	}
}

// listing returns the files of a directory with their contents.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(text)
	}
	return files
}

func expectListing(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	if got := listing(t, dir); !reflect.DeepEqual(got, want) {
		t.Errorf("the files are\n%q\nwant\n%q", got, want)
	}
}

// golden returns the files that Python Logbook's handlers wrote, step by step.
func golden(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	text, err := os.ReadFile("testdata/rotate/steps.json")
	if err != nil {
		t.Fatal(err)
	}
	var steps map[string]json.RawMessage
	if err := json.Unmarshal(text, &steps); err != nil {
		t.Fatal(err)
	}
	return steps
}

func decode[T any](t *testing.T, text json.RawMessage) (v T) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func xline(i int) string { return fmt.Sprintf("m%02d xxxxxxxxxxxxxxx", i) }

func TestGoldenRotating(t *testing.T) {
	steps := golden(t)
	for name, o := range map[string]handlers.FileOptions{
		"size max_size=50 backup_count=3 20-byte lines":           {MaxSize: 50, Backups: 3},
		"size boundary max_size=40 (2 lines would be exactly 40)": {MaxSize: 40, Backups: 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			h := newRotating(t, filepath.Join(dir, "app.log"), o)
			for i, want := range decode[[]map[string][]string](t, steps[name]) {
				logAt(t, h, time.Now(), xline(i))
				files := make(map[string]string)
				for file, lines := range want {
					files[file] = strings.Join(lines, "\n") + "\n"
				}
				expectListing(t, dir, files)
			}
		})
	}
	t.Run("size reopen", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "app.log")
		want := decode[map[string]string](t, steps["size reopen existing 35 bytes, then a 20 byte line, max 50"])
		if err := os.WriteFile(path, []byte(want["app.log.1"]), 0o600); err != nil {
			t.Fatal(err)
		}
		logAt(t, newRotating(t, path, handlers.FileOptions{MaxSize: 50, Backups: 3}), time.Now(), xline(0))
		expectListing(t, dir, want)
	})
}

// Logbook makes an empty backup before a first record that is too large.
func TestGoldenRotatingOversized(t *testing.T) {
	dir := t.TempDir()
	h := newRotating(t, filepath.Join(dir, "app.log"), handlers.FileOptions{MaxSize: 10, Backups: 2})
	const name = "size every message larger than max_size=10"
	for i, want := range decode[[]map[string]string](t, golden(t)[name]) {
		logAt(t, h, time.Now(), xline(i))
		for file, text := range want {
			if text == "" {
				delete(want, file)
			}
		}
		expectListing(t, dir, want)
	}
}

// Logbook counts the characters of a new line, so a file gets larger than it may.
func TestGoldenRotatingCountsBytes(t *testing.T) {
	dir := t.TempDir()
	h := newRotating(t, filepath.Join(dir, "app.log"), handlers.FileOptions{MaxSize: 50, Backups: 9})
	line := strings.Repeat("ü", 9)
	for range 6 {
		logAt(t, h, time.Now(), line)
	}
	two := strings.Repeat(line+"\n", 2)
	expectListing(t, dir, map[string]string{"app.log": two, "app.log.1": two, "app.log.2": two})
}

type goldenTimed struct {
	Arguments struct {
		Backups        string `json:"backup_count"`
		RolloverFormat string `json:"rollover_format"`
		Pattern        string `json:"date_format"`
		TimedCurrent   string `json:"timed_filename_for_current"`
	} `json:"kw"`
	Before map[string]string   `json:"before_first_record"`
	Steps  []map[string]string `json:"steps"`
}

func (g *goldenTimed) options() handlers.FileOptions {
	a := g.Arguments
	o := handlers.FileOptions{Pattern: a.Pattern, RolloverFormat: a.RolloverFormat, PlainCurrent: a.TimedCurrent == "False"}
	if a.Backups != "" {
		o.Backups = int(a.Backups[0]-'0') - 1 // Logbook counts the current file
		if o.Backups == 0 {
			o.Backups = -1
		}
	}
	return o
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 13, 37, 42, 5000000, time.UTC)
}

func TestGoldenTimed(t *testing.T) {
	days := []time.Time{day(2024, 2, 27), day(2024, 2, 28), day(2024, 2, 28), day(2024, 2, 29), day(2024, 3, 1), day(2024, 3, 2)}
	leap := day(2024, 2, 29)
	hours := []time.Time{leap, leap.Add(time.Hour), leap.Add(time.Hour), leap.Add(2 * time.Hour)}
	back := []time.Time{day(2024, 2, 28), day(2024, 2, 29), day(2024, 2, 28), day(2024, 2, 29)}
	for name, steps := range golden(t) {
		if !strings.HasPrefix(name, "timed_") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			g := decode[goldenTimed](t, steps)
			times := days
			switch name {
			case "timed_hourly":
				times = hours
			case "timed_default_clock_goes_back": // Logbook truncates the older file
				times = back
				g.Steps[2]["app-2024-02-28.log"] = "m0 of 2024-2-28\nm2 of 2024-2-28\n"
				g.Steps[3]["app-2024-02-28.log"] = "m0 of 2024-2-28\nm2 of 2024-2-28\n"
				g.Steps[3]["app-2024-02-29.log"] = "m1 of 2024-2-29\nm3 of 2024-2-29\n"
			case "timed_backup_2_with_foreign_files": // Logbook deletes those, too
				for _, step := range g.Steps {
					step["app-notes.log"] = g.Before["app-notes.log"]
				}
				g.Steps[1]["app-2024-02-27.log"] = "m0 of 2024-2-27\n"
			}
			dir := t.TempDir()
			for file, text := range g.Before {
				path := filepath.Join(dir, file)
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				modified := day(2024, 2, 27)
				if strings.Contains(text, "last week") {
					modified = day(2024, 2, 20)
				}
				if err := os.Chtimes(path, modified, modified); err != nil {
					t.Fatal(err)
				}
			}
			file := "app.log"
			if name == "timed_noext" {
				file = "app"
			}
			h := newTimed(t, filepath.Join(dir, file), g.options())
			if len(times) != len(g.Steps) {
				t.Fatalf("%d times for %d steps", len(times), len(g.Steps))
			}
			for i, want := range g.Steps {
				logAt(t, h, times[i], fmt.Sprintf("m%d of %d-%d-%d", i, times[i].Year(), times[i].Month(), times[i].Day()))
				expectListing(t, dir, want)
			}
		})
	}
}
