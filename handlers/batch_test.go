package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// batchOf returns retained records with the same time.
func batchOf(at time.Time, messages ...string) (rs []*logbook.Record) {
	for _, message := range messages {
		rs = append(rs, logbook.NewRecord(logbook.RecordData{Time: at, Level: logbook.LevelInfo, Channel: "testlogger", Message: message}))
	}
	return rs
}

// countedWriter counts calls of Write.
type countedWriter struct {
	strings.Builder
	writes int
	err    error
}

func (w *countedWriter) Write(p []byte) (int, error) {
	w.writes++
	if w.err != nil {
		return 0, w.err
	}
	return w.Builder.Write(p)
}

// An escalation to a stream is one write.
func TestStreamBatch(t *testing.T) {
	w := new(countedWriter)
	fc := handlers.NewFingersCrossed(handlers.NewStream(w, &logbook.Options{Formatter: messageOnly}), &handlers.FingersCrossedOptions{MaxRecords: 1000})
	bound(t, func() {
		for i := range 501 {
			log.Debug("record {i}", "i", i)
		}
		log.Error("failed")
	}, fc)
	if lines := strings.Count(w.String(), "\n"); w.writes != 1 || lines != 502 || !strings.HasSuffix(w.String(), "record 500\nfailed\n") {
		t.Errorf("%d writes of %d lines", w.writes, lines)
	}

	w.err = errors.New("on purpose")
	h := handlers.NewStream(w, nil)
	if err := logbook.HandleBatch(h, batchOf(time.Now(), "a", "b"), logbook.ReasonGroup); !errors.Is(err, w.err) {
		t.Errorf("got %v", err)
	}
	if err := logbook.HandleBatch(h, nil, logbook.ReasonGroup); err != nil {
		t.Errorf("an empty batch: %v", err)
	}
}

// badFormat fails for some messages, and panics for others.
func badFormat(r *logbook.Record) string {
	switch r.Message() {
	case "panic":
		panic("on purpose")
	default:
		return r.Message()
	}
}

// A record that cannot be formatted does not affect the others.
func TestBatchWithABadRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	w := new(countedWriter)
	for _, h := range []logbook.Handler{
		newFile(t, path, handlers.FileOptions{Formatter: logbook.FormatterFunc(badFormat)}),
		handlers.NewStream(w, &logbook.Options{Formatter: logbook.FormatterFunc(badFormat)}),
	} {
		for _, messages := range [][]string{{"a", "panic", "b"}, {"panic"}} {
			if err := logbook.HandleBatch(h, batchOf(time.Now(), messages...), logbook.ReasonGroup); err == nil || !strings.Contains(err.Error(), "on purpose") {
				t.Errorf("%T: %q: %v", h, messages, err)
			}
		}
	}
	expectFile(t, path, "a\nb\n")
	if w.String() != "a\nb\n" {
		t.Errorf("the stream has %q", w)
	}
}

// No other line comes in between: none of the same handler, of another handler of the
// process, or of another process.
func TestFileBatchIsContiguous(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	o := handlers.FileOptions{Formatter: messageOnly}
	var wg sync.WaitGroup
	for g := range 4 {
		h := newFile(t, path, o)
		wg.Go(func() {
			for i := range 25 {
				name := fmt.Sprintf("%d-%d", g, i)
				if err := h.HandleBatch(batchOf(time.Now(), name, name, name), logbook.ReasonEscalation); err != nil {
					t.Error(err)
				}
				logAt(t, h, time.Now(), "single")
			}
		})
	}
	wg.Wait()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(text))
	if len(lines) != 4*25*4 {
		t.Fatalf("%d lines", len(lines))
	}
	for i := 0; i < len(lines); {
		if lines[i] == "single" {
			i++
			continue
		}
		if lines[i+1] != lines[i] || lines[i+2] != lines[i] {
			t.Fatalf("line %d: %q", i, lines[i:i+3])
		}
		i += 3
	}
}

// A batch is split only where the file rotates.
func TestBatchThatRotates(t *testing.T) {
	dir := t.TempDir()
	h := newRotating(t, filepath.Join(dir, "size"), handlers.FileOptions{MaxSize: 7, Backups: 9})
	logAt(t, h, time.Now(), "a")
	if err := h.HandleBatch(batchOf(time.Now(), "b", "c", "d", "long line", "e", "f"), logbook.ReasonGroup); err != nil {
		t.Error(err)
	}
	timed := newTimed(t, filepath.Join(dir, "day"), handlers.FileOptions{})
	rs := append(batchOf(day(2024, 2, 28), "a", "b"), batchOf(day(2024, 2, 29), "c")...)
	rs = append(rs, batchOf(day(2024, 3, 1), "d", "e")...)
	if err := timed.HandleBatch(rs, logbook.ReasonBuffer); err != nil {
		t.Error(err)
	}
	buffered := newFile(t, filepath.Join(dir, "buffered"), handlers.FileOptions{Formatter: messageOnly, Buffer: &handlers.BufferOptions{Interval: time.Hour}})
	if err := buffered.HandleBatch(batchOf(time.Now(), "a", "b"), logbook.ReasonGroup); err != nil {
		t.Error(err)
	}
	expectFile(t, filepath.Join(dir, "buffered"), "")
	mustClose(t, buffered)
	expectListing(t, dir, map[string]string{
		"size.3": "a\nb\nc\n", "size.2": "d\n", "size.1": "long line\n", "size": "e\nf\n",
		"day-2024-02-28": "a\nb\n", "day-2024-02-29": "c\n", "day-2024-03-01": "d\ne\n",
		"buffered": "a\nb\n",
	})
	if s := timed.Stats(); s.Handled != 5 {
		t.Errorf("%+v", s)
	}
}

// Records that cannot be written are left to the caller, such as a fallback.
func TestBatchThatFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	path := filepath.Join(dir, "app.log")
	h := newFile(t, path, handlers.FileOptions{Delay: true, Formatter: messageOnly})
	var unsent *logbook.UnsentError
	if err := h.HandleBatch(batchOf(time.Now(), "a", "b"), logbook.ReasonGroup); !errors.As(err, &unsent) || unsent.Records != 2 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	w := new(countedWriter)
	fallback := handlers.NewFallback(h, handlers.NewStream(w, &logbook.Options{Formatter: messageOnly}))
	if err := fallback.HandleBatch(batchOf(time.Now(), "c", "d"), logbook.ReasonGroup); err != nil || w.String() != "c\nd\n" {
		t.Errorf("the fallback has %q, %v", w, err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := h.HandleBatch(batchOf(time.Now(), "e", "f"), logbook.ReasonGroup); err != nil {
		t.Error(err)
	}
	expectFile(t, path, "e\nf\n")
	if s := h.Stats(); s.Dropped != 0 || s.Handled != 2 {
		t.Errorf("%+v", s)
	}
	if err := h.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if err := h.HandleBatch(batchOf(time.Now(), "g"), logbook.ReasonGroup); !errors.Is(err, logbook.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// cutShort writes that many bytes, and fails.
type cutShort int

func (s cutShort) Write(p []byte) (int, error) { return min(int(s), len(p)), errDiskFull }

// The error of a batch counts the records that are left to the caller; records that
// cannot be tried again are dropped.
func TestUnsentRecordsOfBatches(t *testing.T) {
	closed := newFile(t, filepath.Join(t.TempDir(), "f"), handlers.FileOptions{})
	mustClose(t, closed)
	byTag := func(hs ...logbook.Handler) map[string][]logbook.Handler { return map[string][]logbook.Handler{"x": hs} }
	same := func(*logbook.Record) string { return "" }
	for name, c := range map[string]struct {
		h      logbook.Handler
		unsent int
		stats  string
	}{
		"stream":             {handlers.NewStream(cutShort(5), &logbook.Options{Formatter: messageOnly}), 3, "handled 2"},
		"closed file":        {closed, 5, "none"},
		"limit":              {handlers.NewLimit(leaves(2, errRefused), &handlers.LimitOptions{Records: 9}), 2, "handled 3, sites 5"},
		"limit, suppressing": {handlers.NewLimit(leaves(1, errRefused), &handlers.LimitOptions{Records: 3, By: same}), 3, "handled 2, sites 1"},
		"fallback":           {handlers.NewFallback(leaves(3, errRefused), new(sink)), 0, "handled 5, failures 3"},
		"fallback, failing":  {handlers.NewFallback(leaves(3, errRefused), leaves(2, errDiskFull)), 2, "handled 3, failures 3"},
		"fan-out":            {handlers.NewFanout(leaves(1, errRefused), leaves(2, errDiskFull), new(sink)), 0, "handled 3, dropped 2"},
		"tagging":            {handlers.NewTagging(byTag(leaves(1, errRefused), leaves(2, errDiskFull)), nil), 0, "handled 3, dropped 2"},
		"group":              {handlers.NewGroup(leaves(2, errRefused)), 2, "handled 3, dropped 2"},
		"dedup":              {handlers.NewDedup(leaves(2, errRefused), nil), 2, "handled 3, dropped 2"},
		"wrapped group":      {logbook.Wrapper{Handler: handlers.NewGroup(leaves(9, errRefused))}, 5, "dropped 5"},
	} {
		var rs []*logbook.Record
		for _, text := range []string{"a", "b", "c", "d", "e"} {
			rs = append(rs, logbook.NewRecord(logbook.RecordData{Message: text, Attrs: []slog.Attr{slog.Any("tags", []string{"x"})}}))
		}
		err := errors.Join(logbook.HandleBatch(c.h, rs, logbook.ReasonBuffer), logbook.Flush(t.Context(), c.h))
		unsent := new(logbook.UnsentError)
		if errors.As(err, &unsent); unsent.Records != c.unsent {
			t.Errorf("%s: %v, want %d records", name, err, c.unsent)
		}
		h := c.h
		if w, ok := h.(logbook.Wrapper); ok {
			h = w.Handler
		}
		if got := h.(logbook.StatsReporter).Stats().String(); got != c.stats {
			t.Errorf("%s: %s, want %s", name, got, c.stats)
		}
	}
}
