package handlers_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// newTimed returns a handler that writes messages only, closed at the end.
func newTimed(t *testing.T, path string, o handlers.FileOptions) *handlers.File {
	t.Helper()
	if o.Formatter == nil {
		o.Formatter = messageOnly
	}
	if o.OnError == nil {
		o.OnError = failing(t)
	}
	h, err := handlers.NewTimed(path, &o)
	if err != nil {
		t.Fatal(err)
	}
	closes(t, h)
	return h
}

// logFourDays logs the records of Logbook's test: one at the start of each hour of four
// days.
func logFourDays(t *testing.T, h *handlers.File) {
	t.Helper()
	for d := range 4 {
		for hour := 1; hour < 20; hour++ {
			when := time.Date(2010, 1, 5+d, hour, 0, 0, 0, time.UTC)
			logAt(t, h, when, when.Format("[15:04] Last One"))
		}
	}
}

// firstLines returns the first line of each file.
func firstLines(t *testing.T, dir string) map[string]string {
	files := listing(t, dir)
	for name, text := range files {
		files[name], _, _ = strings.Cut(text, "\n")
	}
	return files
}

func expectFirstLines(t *testing.T, dir string, names ...string) {
	t.Helper()
	want := make(map[string]string)
	for _, name := range names {
		want[name] = "[01:00] Last One"
	}
	if got := firstLines(t, dir); !maps.Equal(got, want) {
		t.Errorf("the files begin with %q, want %q", got, want)
	}
}

// There is a file for each day, and the newest are kept; a plain current file counts as
// one of them.
func TestTimed(t *testing.T) {
	for _, c := range []struct {
		name  string
		o     handlers.FileOptions
		files []string
	}{
		{"dated, three", handlers.FileOptions{Backups: 2}, []string{"trot-2010-01-06.log", "trot-2010-01-07.log", "trot-2010-01-08.log"}},
		{"dated, one", handlers.FileOptions{Backups: -1}, []string{"trot-2010-01-08.log"}},
		{"dated, all", handlers.FileOptions{}, []string{"trot-2010-01-05.log", "trot-2010-01-06.log", "trot-2010-01-07.log", "trot-2010-01-08.log"}},
		{"date at the end, three", handlers.FileOptions{Backups: 2, RolloverFormat: "{basename}{ext}.{timestamp}"}, []string{"trot.log.2010-01-06", "trot.log.2010-01-07", "trot.log.2010-01-08"}},
		{"date at the end, one", handlers.FileOptions{Backups: -1, RolloverFormat: "{basename}{ext}.{timestamp}"}, []string{"trot.log.2010-01-08"}},
		{"plain current file, three", handlers.FileOptions{Backups: 2, RolloverFormat: "{basename}{ext}.{timestamp}", PlainCurrent: true}, []string{"trot.log", "trot.log.2010-01-06", "trot.log.2010-01-07"}},
		{"plain current file, one", handlers.FileOptions{Backups: -1, RolloverFormat: "{basename}{ext}.{timestamp}", PlainCurrent: true}, []string{"trot.log"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			logFourDays(t, newTimed(t, filepath.Join(dir, "trot.log"), c.o))
			expectFirstLines(t, dir, c.files...)
		})
	}
	t.Run("plain current file from an earlier day", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "trot.log")
		writeFiles(t, dir, map[string]string{"trot.log": "[01:00] Last One\n"})
		modified := time.Date(2010, 1, 1, 12, 0, 0, 0, time.UTC)
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
		logFourDays(t, newTimed(t, path, handlers.FileOptions{RolloverFormat: "{basename}{ext}.{timestamp}", PlainCurrent: true}))
		expectFirstLines(t, dir, "trot.log", "trot.log.2010-01-01", "trot.log.2010-01-05", "trot.log.2010-01-06", "trot.log.2010-01-07")
	})
}

// Old files are removed with a relative path too, which Python's Logbook did not do, and
// after the program changes its directory.
func TestTimedRelativePath(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	t.Chdir(dir)
	for _, plainCurrent := range []bool{false, true} {
		name := fmt.Sprint("app", plainCurrent)
		h := newTimed(t, name+".log", handlers.FileOptions{Backups: 1, PlainCurrent: plainCurrent})
		logAt(t, h, day(2024, 2, 27), "a")
		t.Chdir(elsewhere)
		logAt(t, h, day(2024, 2, 28), "b")
		logAt(t, h, day(2024, 2, 29), "c")
		t.Chdir(dir)
		want := map[string]string{name + "-2024-02-28.log": "b\n", name + "-2024-02-29.log": "c\n"}
		if plainCurrent {
			want = map[string]string{name + "-2024-02-28.log": "b\n", name + ".log": "c\n"}
		}
		got := listing(t, dir)
		maps.DeleteFunc(got, func(file, _ string) bool { return !strings.HasPrefix(file, name) })
		if !maps.Equal(got, want) {
			t.Errorf("the files are %q, want %q", got, want)
		}
	}
	expectListing(t, elsewhere, map[string]string{})
}

func TestTimedOptions(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "app.log")
	for name, o := range map[string]handlers.FileOptions{
		"Truncate: want none":                                          {Truncate: true},
		"Interval: want none":                                          {Interval: 1},
		"MaxSize: want 0 or more":                                      {MaxSize: -1},
		"MaxTotal: want 0 or more":                                     {MaxTotal: -1},
		"MaxAge: want 0 or more":                                       {MaxAge: -time.Second},
		`not %b, in "%Y %b"`:                                           {Pattern: "%Y %b"},
		`not %, in "%Y-%"`:                                             {Pattern: "%Y-%"},
		"want a directive such as %Y":                                  {Pattern: "today"},
		"want {timestamp} once":                                        {RolloverFormat: "{basename}"},
		"RolloverFormat: want {timestamp} once":                        {RolloverFormat: "{timestamp}{timestamp}"},
		"and no other fields than {basename}":                          {RolloverFormat: "{name}-{timestamp}"},
		"RolloverFormat: want the name of a file, without a directory": {RolloverFormat: "../{timestamp}"},
		"Pattern: want the name of a file, without a directory":        {Pattern: "%Y/%m"},
	} {
		h, err := handlers.NewTimed(path, &o)
		if h != nil || !refused(err) || !strings.Contains(fmt.Sprint(err), name) {
			t.Errorf("%s: got %v, %v", name, h, err)
		}
	}
	if h, err := handlers.NewTimed("", nil); h != nil || !refused(err) {
		t.Errorf("no path: got %v, %v", h, err)
	}
	var pathError *fs.PathError
	if h, err := handlers.NewTimed(filepath.Join(dir, "missing", "app.log"), nil); h != nil || !errors.As(err, &pathError) {
		t.Errorf("no directory: got %v, %v", h, err)
	}
	expectListing(t, dir, map[string]string{})
}

// The parts of a period are numbered in the order of writing.
func TestTimedWithSize(t *testing.T) {
	for _, plainCurrent := range []bool{false, true} {
		dir := t.TempDir()
		h := newTimed(t, filepath.Join(dir, "app.log"), handlers.FileOptions{MaxSize: 5, Backups: 3, PlainCurrent: plainCurrent})
		for i, message := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			logAt(t, h, day(2024, 2, 27+i/5), message)
		}
		want := map[string]string{
			"app-2024-02-27.log.1": "a\nb\n", "app-2024-02-27.log.2": "c\nd\n", "app-2024-02-27.log": "e\n",
			"app-2024-02-28.log": "f\ng\n",
		}
		if plainCurrent {
			want["app.log"] = want["app-2024-02-28.log"]
			delete(want, "app-2024-02-28.log")
		}
		expectListing(t, dir, want)

		logAt(t, h, day(2024, 3, 1), "h")
		delete(want, "app-2024-02-27.log.1") // the oldest one
		if plainCurrent {
			want["app-2024-02-28.log"], want["app.log"] = want["app.log"], "h\n"
		} else {
			want["app-2024-03-01.log"] = "h\n"
		}
		expectListing(t, dir, want)
	}
}

// With a plain current file, records may be up to a minute late.
func TestTimedLateRecords(t *testing.T) {
	dir := t.TempDir()
	h := newTimed(t, filepath.Join(dir, "app.log"), handlers.FileOptions{PlainCurrent: true})
	midnight := time.Date(2024, 2, 28, 0, 0, 0, 0, time.UTC)
	logAt(t, h, midnight.Add(-time.Second), "1 before")
	logAt(t, h, midnight, "2 after")
	logAt(t, h, midnight.Add(-time.Second), "3 late")
	logAt(t, h, midnight.Add(time.Second), "4 after")
	expectListing(t, dir, map[string]string{"app-2024-02-27.log": "1 before\n", "app.log": "2 after\n3 late\n4 after\n"})
}

// A late record does not finish the file of the new day.
func TestTimedLateRecordsDoNotRotate(t *testing.T) {
	dir := t.TempDir()
	h := newTimed(t, filepath.Join(dir, "app.log"), handlers.FileOptions{})
	midnight := time.Date(2024, 2, 28, 0, 0, 0, 0, time.UTC)
	for i := range 5 {
		logAt(t, h, midnight.Add(time.Duration(i)*time.Second), "in time")
		logAt(t, h, midnight.Add(-time.Second), "late")
	}
	expectListing(t, dir, map[string]string{
		"app-2024-02-27.log": strings.Repeat("late\n", 5), "app-2024-02-28.log": strings.Repeat("in time\n", 5),
	})
	if s := h.Stats(); s.Count("rotations") != 4 { // each return to the new day
		t.Errorf("%+v", s)
	}
}

// Records of the same time in different zones belong to different files.
func TestTimedZones(t *testing.T) {
	dir := t.TempDir()
	h := newTimed(t, filepath.Join(dir, "app.log"), handlers.FileOptions{Pattern: "%H"})
	now := time.Date(2024, 2, 29, 13, 0, 0, 0, time.UTC)
	east := now.In(time.FixedZone("", 3600))
	for i, at := range []time.Time{now, now, east, east, now} {
		logAt(t, h, at, fmt.Sprint(i))
	}
	expectListing(t, dir, map[string]string{"app-13.log": "0\n1\n4\n", "app-14.log": "2\n3\n"})
}

// Setting the clock back loses no record with a plain current file either.
func TestTimedPlainClockSetBack(t *testing.T) {
	dir := t.TempDir()
	h := newTimed(t, filepath.Join(dir, "app.log"), handlers.FileOptions{PlainCurrent: true})
	for i, d := range []int{28, 29, 28, 29, 28} {
		logAt(t, h, day(2024, 2, d), fmt.Sprintf("%d on %d", i, d))
	}
	expectListing(t, dir, map[string]string{
		"app-2024-02-28.log": "0 on 28\n", "app-2024-02-29.log": "1 on 29\n",
		"app-2024-02-28.log.1": "2 on 28\n", "app-2024-02-29.log.1": "3 on 29\n", "app.log": "4 on 28\n",
	})
}

// The hour that daylight saving time repeats is in one file, in the order it was
// written.
func TestTimedDST(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2024, 10, 27, 0, 30, 0, 0, time.UTC) // 02:30 CEST, then 02:30 CET
	for _, plainCurrent := range []bool{false, true} {
		dir := t.TempDir()
		h := newTimed(t, filepath.Join(dir, "app.log"), handlers.FileOptions{Pattern: "%H.%M", Location: berlin, PlainCurrent: plainCurrent})
		for i := range 5 {
			logAt(t, h, start.Add(time.Duration(i)*30*time.Minute), fmt.Sprint(i))
		}
		want := map[string]string{"app-02.30.log": "0\n2\n", "app-02.00.log": "1\n", "app-03.00.log": "3\n", "app-03.30.log": "4\n"}
		if plainCurrent {
			want = map[string]string{"app-02.30.log": "0\n", "app-02.00.log": "1\n", "app-02.30.log.1": "2\n", "app-03.00.log": "3\n", "app.log": "4\n"}
		}
		expectListing(t, dir, want)
	}
}

// A record without a time belongs to the day on which it is written.
func TestTimedRecordWithoutTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	h := newTimed(t, path, handlers.FileOptions{})
	if err := h.Handle(logbook.NewRecord(logbook.RecordData{Message: "m"})); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(filepath.Dir(path), "app-*"))
	if err != nil || len(names) == 0 || strings.Contains(names[0], "0001") { // at midnight there are two
		t.Errorf("the files are %q, %v", names, err)
	}
}
