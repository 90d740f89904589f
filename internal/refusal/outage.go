package refusal

import (
	"context"
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// Outage makes the record that reports that a source cannot receive, once until it can
// again. The zero value is ready for use. One goroutine uses it.
type Outage struct {
	pause flow.Pause
	lasts bool
}

// Pauses after failures.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 10 * time.Second
)

// Failed returns the record that reports a failure, or nil if it goes on.
func (o *Outage) Failed(now time.Time, err error) *logbook.Record {
	if o.lasts {
		return nil
	}
	o.lasts = true
	return logbook.NewRecord(logbook.RecordData{
		Time: now, Level: logbook.LevelWarn, Channel: Channel, Template: "cannot receive, and will try again: {error}",
		Attrs: []slog.Attr{slog.String("error", err.Error())},
	})
}

// Wait waits until the next attempt is due, or the context ends: 100 ms after the first
// failure, and up to 10 s after later ones.
func (o *Outage) Wait(ctx context.Context) {
	o.pause.First, o.pause.Max, o.pause.Jitter = firstPause, maxPause, flow.DefaultJitter
	o.pause.Wait(ctx)
}

// Over ends the outage.
func (o *Outage) Over() {
	o.lasts = false
	o.pause.Succeeded()
}
