package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// progress is a line on a terminal that shows how many records came. It stays away if a
// sink prints there.
type progress struct {
	w     io.Writer
	tick  <-chan time.Time // nil: there is no line
	stop  func()
	last  uint64
	since time.Time
}

func newProgress(stderr io.Writer, c *config.Config) *progress {
	p := &progress{w: stderr, stop: func() {}}
	f, ok := stderr.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) || slices.ContainsFunc(c.Setup(), func(b logbook.Bindable) bool { return b.Binding().Console }) {
		return p
	}
	t := time.NewTicker(time.Second)
	p.tick, p.since = t.C, time.Now()
	p.stop = func() {
		t.Stop()
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	return p
}

// show replaces the line.
func (p *progress) show(received, lost uint64) {
	now := time.Now()
	rate := float64(received-p.last) / now.Sub(p.since).Seconds()
	p.last, p.since = received, now
	fmt.Fprintf(p.w, "\r\x1b[K%d records, %.0f/s, %d lost", received, rate, lost)
}

// byteProgress is a line on a terminal that shows how much of files was read, while
// nothing else is printed there. The reader of a pipe may print there. Its methods may be
// called on nil.
type byteProgress struct {
	w     io.Writer
	total int64 // size of the files; 0 if one is compressed
	since time.Time
	next  time.Time
	read  int64
}

// newByteProgress returns nil if there is no line to show.
func newByteProgress(stderr, stdout io.Writer, in []*input) *byteProgress {
	if !onTerminal(stderr) || onTerminal(stdout) || isPipe(stdout) {
		return nil
	}
	b := &byteProgress{w: stderr, since: time.Now()}
	for _, s := range in {
		if s.file == nil {
			return nil
		}
		info, err := s.file.Stat()
		if err != nil {
			return nil
		}
		b.total += info.Size()
	}
	return b
}

// onTerminal reports whether a reader or writer is a terminal.
func onTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

func isPipe(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// add counts the bytes of a chunk, and shows them every now and then.
func (b *byteProgress) add(c chunk) {
	if b == nil {
		return
	}
	b.read += int64(len(c.data))
	if c.from.packed() {
		b.total = 0
	}
	now := time.Now()
	if now.Before(b.next) {
		return
	}
	b.next = now.Add(200 * time.Millisecond)
	of := ""
	if b.total > 0 {
		of = fmt.Sprintf(" of %.1f", float64(b.total)/1e6)
	}
	fmt.Fprintf(b.w, "\r\x1b[K%.1f%s MB, %.0f MB/s", float64(b.read)/1e6, of, float64(b.read)/1e6/max(now.Sub(b.since).Seconds(), 1e-3))
}

// end removes the line.
func (b *byteProgress) end() {
	if b != nil {
		fmt.Fprint(b.w, "\r\x1b[K")
	}
}
