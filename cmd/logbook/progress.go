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
