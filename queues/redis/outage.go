package redis

import (
	"context"
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
)

// Pauses after failures.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 10 * time.Second
)

// outage counts the failures of a connection, and reports the first one.
type outage struct {
	s     *Subscriber
	pause flow.Pause
	lasts bool
}

func newOutage(s *Subscriber) outage {
	return outage{s: s, pause: flow.Pause{First: firstPause, Max: maxPause, Jitter: flow.DefaultJitter}}
}

// failed waits for the time of the next attempt, until the context ends.
func (f *outage) failed(ctx context.Context, err error) {
	f.s.failures.Add(1)
	if !f.lasts {
		f.lasts = true
		f.s.notice(logbook.NewRecord(logbook.RecordData{
			Level: logbook.LevelWarn, Channel: refusal.Channel, Template: "cannot receive, and will try again: {error}",
			Attrs: []slog.Attr{slog.String("error", f.s.fail(err).Error())},
		}))
	}
	f.pause.Wait(ctx)
}

func (f *outage) over() {
	f.lasts = false
	f.pause.Succeeded()
}
