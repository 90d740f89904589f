package logfile

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
)

// A pattern recognizes its texts, and sorts them by time.
func TestDatePattern(t *testing.T) {
	t.Parallel()
	times := []time.Time{
		time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC),
		time.Date(2024, 10, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2024, 10, 9, 12, 0, 0, 0, time.UTC),
		time.Date(2024, 10, 9, 12, 0, 1, 0, time.UTC),
		time.Date(12024, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	for _, pattern := range []string{"%Y-%m-%d %H%M%S", "%S.%M.%H %d.%m.%Y", "%F_%T", "%%%Y%j+%H%M%S", "%d%m%Y (%H:%M:%S)"} {
		d, err := newDated("/app.log", ".gz", &Dated{Pattern: pattern, Format: "app-{timestamp}.log"})
		if err != nil {
			t.Fatal(err)
		}
		var last []int
		for _, when := range times {
			name := "app-" + d.pattern.format(when) + ".log"
			key, number, ext, ok := d.parse(name + ".7.gz")
			if !ok || number != 7 || ext != ".gz" {
				t.Errorf("%q: %q is %v, %d, %q, %v", pattern, name, key, number, ext, ok)
			}
			if last != nil && slices.Compare(last, key) >= 0 {
				t.Errorf("%q: %v does not come after %v", pattern, key, last)
			}
			last = key
		}
	}
}

func TestDatedNamesOfOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, err := newDated(filepath.Join(dir, "app.log"), ".gz", &Dated{Pattern: "%Y-%m-%d", Format: "{basename}-{timestamp}{ext}"})
	if err != nil {
		t.Fatal(err)
	}
	ours := []string{"app-2024-03-01.log", "app-2024-02-29.log.gz", "app-2024-02-29.log.10", "app-2024-02-29.log.9.gz"}
	others := []string{
		"app.log", "app-notes.log", "app-2024-02-30.log", "app-2024-13-01.log", "app-2024-2-3.log", "app-2024-02-29.log.0",
		"app-2024-02-29.log.x", "app-2024-02-29.log.01", "xapp-2024-02-29.log", "app-2024-02-28.logs", "app-2024-02-28.log.gz.gz",
		"app-2024-02-28.log.1234567890", "app-2024-02-28_log", "app.log.gz.tmp", "app.log.lock",
	}
	for _, name := range append(ours, others...) {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "app-2024-01-01.log"), 0o700); err != nil { // a directory
		t.Fatal(err)
	}
	backups, err := d.backups(disk.OS{}, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range backups {
		name := filepath.Base(b.path)
		for _, p := range b.packed {
			name += p.ext
		}
		got = append(got, name)
	}
	if !slices.Equal(got, ours) {
		t.Errorf("taken for ours, the newest one first: %q, want %q", got, ours)
	}
}

// A record belongs to the file of its own zone, unless Location is set.
func TestDatedZone(t *testing.T) {
	t.Parallel()
	for _, location := range []*time.Location{nil, time.UTC} {
		d, err := newDated("/app.log", "", &Dated{Pattern: "%d", Format: "{timestamp}", Location: location})
		if err != nil {
			t.Fatal(err)
		}
		evening := time.Date(2024, 2, 28, 20, 0, 0, 0, time.UTC)
		want := map[bool]string{true: "29", false: "28"}[location == nil]
		if first, second := d.period(evening), d.period(evening.In(time.FixedZone("", 5*3600))); first != "28" || second != want {
			t.Errorf("in %v: %q and %q, want 28 and %s", location, first, second, want)
		}
	}
}
