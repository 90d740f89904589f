package logfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
)

func TestMaxTotal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		total int64
		left  []string
	}{
		{0, []string{"f", "f.1", "f.2", "f.3", "f.4"}},
		{12, []string{"f", "f.1", "f.2", "f.3"}},
		{11, []string{"f", "f.1", "f.2"}},
		{1, []string{"f", "f.1"}}, // the newest one stays
	} {
		dir := t.TempDir()
		h := rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), Options{MaxSize: 5, Backups: 9, MaxTotal: c.total})
		mustPut(t, h, noon, "abc", "abc", "abc", "abc", "abc") // 4 bytes each
		if got := names(t, dir); !slices.Equal(got, c.left) {
			t.Errorf("with %d bytes: %q, want %q", c.total, got, c.left)
		}
	}
}

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Old files are removed as time passes.
func TestMaxAge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // for the monotonic clock
		dir := t.TempDir()
		h, clock := agedBackups(t, dir, 0, 1, 2)
		mustPut(t, h, *clock, "a")
		for _, left := range []int{4, 4, 4, 4, 4} { // today's, and those of three days
			<-time.After(24 * time.Hour)
			h.log.mu.Lock() // against the hourly check
			*clock = clock.AddDate(0, 0, 1)
			h.log.mu.Unlock()
			path := filepath.Join(dir, "f")
			if err := os.Chtimes(path, *clock, *clock); err != nil {
				t.Fatal(err)
			}
			mustPut(t, h, *clock, "b")
			if n := backupsIn(t, dir); n != left {
				t.Errorf("on %v, %d backups are left, want %d: %q", clock, n, left, names(t, dir))
			}
		}
	})
}

// All files that are too old are removed when the program starts, even after a long time.
func TestMaxAgeAtStart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ages []int // in days
		left int
	}{
		{[]int{1, 2, 40, 50}, 2},
		{[]int{40, 45, 50, 60}, 0},
		{[]int{300}, 0},
		{[]int{2000, 3000}, 1}, // the clock may be wrong
	} {
		dir := t.TempDir()
		h, clock := agedBackups(t, dir, c.ages...)
		mustPut(t, h, *clock, "a")
		if n := backupsIn(t, dir); n != c.left {
			t.Errorf("of ages %v, %d are left, want %d", c.ages, n, c.left)
		}
	}
	// The time of the current file counts too.
	dir := t.TempDir()
	h, clock := agedBackups(t, dir, 2000)
	path := filepath.Join(dir, "f")
	if err := errors.Join(os.WriteFile(path, []byte("x\n"), 0o600), os.Chtimes(path, noon.AddDate(0, 0, -1), noon.AddDate(0, 0, -1))); err != nil {
		t.Fatal(err)
	}
	h.log.maxSize = 100
	mustPut(t, h, *clock, "a")
	if n := backupsIn(t, dir); n != 0 {
		t.Errorf("beside a file of yesterday, %d are left", n)
	}
}

// Old files are removed even if nothing is logged, within an hour.
func TestMaxAgeWithoutRecords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		start := time.Now()
		h, clock := agedBackups(t, dir, 0, 1, 2)
		h.log.mu.Lock()
		h.log.timeOfDay = func() time.Time { return clock.Add(time.Since(start)) }
		h.log.mu.Unlock()
		for _, left := range []int{3, 2, 1, 0} {
			if n := backupsIn(t, dir); n != left {
				t.Errorf("after %v, %d backups are left, want %d", time.Since(start), n, left)
			}
			<-time.After(25 * time.Hour)
			synctest.Wait()
		}
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// Finished files are counted and aged whatever compressed them.
func TestBackupsOfOtherCompressors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"f.1.gz": "1", "f.2.zst": "2", "f.3.xz": "3", "f.4": "4", "f.5.bak": "not ours", "f.gz": "not ours",
		"t-2024-02-26.gz": "26", "t-2024-02-27.bz2": "27", "t-2024-02-28.bak": "not ours",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h := rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), Options{MaxSize: 3, Backups: 3})
	mustPut(t, h, noon, "a", "b")
	timed := timedOn(t, disk.OS{}, filepath.Join(dir, "t"), Options{Backups: 1})
	mustPut(t, timed, noon, "c")
	if err := timed.Close(context.Background()); err != nil {
		t.Error(err)
	}
	want := []string{
		"f", "f.1", "f.2.gz", "f.3.zst", "f.5.bak", "f.gz",
		"t-2024-02-27.bz2", "t-2024-02-28.bak", "t-2024-02-29",
	}
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("the files are %q, want %q", got, want)
	}
}

// OnRotate gets the final path of each finished file.
func TestOnRotate(t *testing.T) {
	t.Parallel()
	for name, compress := range map[string]Compressor{"plain": nil, "gzip": gzipped{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var got []string
			reported := make(chan bool)
			h := rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), Options{
				MaxSize: 5, Backups: 9, Compress: compress, OnRotate: func(r Rotation) {
					text, err := os.ReadFile(r.Backup)
					if err != nil {
						t.Error(err)
					}
					if compress != nil {
						text = gunzip(t, text)
					}
					got = append(got, strings.TrimPrefix(r.Backup, r.Path)+" "+string(text))
					reported <- true
				},
			})
			for _, message := range []string{"abcd", "efgh", "ijkl"} {
				mustPut(t, h, noon, message)
				if message != "abcd" {
					<-reported
				}
			}
			want := []string{".1 abcd\n", ".1 efgh\n"}
			if compress != nil {
				want = []string{".1.gz abcd\n", ".1.gz efgh\n"}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// Close does not wait beyond its deadline for a callback that panics or hangs.
func TestOnRotateMisbehaves(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var reported []error
	h := rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), Options{
		MaxSize: 5, Backups: 9, OnRotate: func(Rotation) { panic("on purpose") },
		OnError: func(err error) { reported = append(reported, err) },
	})
	mustPut(t, h, noon, "abcd", "efgh")
	if err := h.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if len(reported) != 1 || !strings.Contains(reported[0].Error(), "on purpose") {
		t.Errorf("reported %v", reported)
	}

	hang := make(chan bool)
	defer close(hang)
	h = rotatingOn(t, disk.OS{}, filepath.Join(dir, "g"), Options{
		MaxSize: 5, Backups: 9, OnRotate: func(Rotation) { <-hang },
	})
	mustPut(t, h, noon, "abcd", "efgh")
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := h.Close(ctx); err != nil {
		t.Error(err)
	}
}

// slowCompressor waits for the test.
type slowCompressor struct {
	gzipped
	began chan bool
}

func (c slowCompressor) NewWriter(w io.Writer) (io.WriteCloser, error) {
	c.began <- true
	c.began <- true
	return c.gzipped.NewWriter(w)
}

// Close gives up compression at its deadline and reports how many files are left, and the
// next handler compresses them. A file that was compressed but not removed is not kept
// twice.
func TestCompressionContinues(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	slow := slowCompressor{began: make(chan bool)}
	h := rotatingOn(t, disk.OS{}, path, Options{MaxSize: 5, Backups: 9, Compress: slow})
	mustPut(t, h, noon, "abcd", "efgh", "ijkl")
	<-slow.began
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	go func() {
		<-h.log.tasks.ctx.Done()
		<-slow.began
	}()
	if err := h.Close(ctx); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "2 finished files") {
		t.Errorf("Close returned %v", err)
	}
	expectDir(t, dir, map[string]string{"f": "ijkl\n", "f.1": "efgh\n", "f.2": "abcd\n"})

	// Compressed files have the time of their source.
	source, err := os.Stat(path + ".2")
	if err != nil {
		t.Fatal(err)
	}
	half := rotatingOn(t, &keepingFiles{keep: path + ".2"}, path, Options{MaxSize: 50, Backups: 9, Compress: gzipped{}, OnError: func(error) {}})
	mustPut(t, half, noon, "x")
	if err := half.Close(context.Background()); err == nil {
		t.Error("Close does not tell of a file that could not be removed")
	}
	expectDir(t, dir, map[string]string{"f": "ijkl\nx\n", "f.1.gz": "efgh\n", "f.2": "abcd\n", "f.2.gz": "abcd\n"})
	packed, err := os.Stat(path + ".2.gz")
	if err != nil || !packed.ModTime().Equal(source.ModTime()) {
		t.Errorf("the compressed file is of %v, its source of %v, %v", packed.ModTime(), source.ModTime(), err)
	}

	last := rotatingOn(t, disk.OS{}, path, Options{MaxSize: 50, Backups: 9, Compress: gzipped{}})
	mustPut(t, last, noon, "y")
	if err := last.Close(context.Background()); err != nil {
		t.Error(err)
	}
	expectDir(t, dir, map[string]string{"f": "ijkl\nx\ny\n", "f.1.gz": "efgh\n", "f.2.gz": "abcd\n"})
}

// keepingFiles fails to remove one file.
type keepingFiles struct {
	disk.OS
	keep string
}

func (k *keepingFiles) Remove(path string) error {
	if path == k.keep {
		return &os.PathError{Op: "remove", Path: path, Err: os.ErrPermission}
	}
	return k.OS.Remove(path)
}

// A record that comes after its day was compressed makes another part.
func TestCompressionOfLateRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 3 {
		h := timedOn(t, disk.OS{}, filepath.Join(dir, "app.log"), Options{Compress: gzipped{}})
		mustPut(t, h, noon, fmt.Sprint("day one, ", i))
		mustPut(t, h, noon.AddDate(0, 0, 1), fmt.Sprint("day two, ", i))
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	expectDir(t, dir, map[string]string{
		"app-2024-02-29.log.gz": "day one, 0\n", "app-2024-02-29.log.1.gz": "day one, 1\n", "app-2024-02-29.log.2.gz": "day one, 2\n",
		"app-2024-03-01.log": "day two, 0\nday two, 1\nday two, 2\n",
	})
}
