package refusal

import (
	"log/slog"
	"sync"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Interval is the shortest time between two records of a [Counter], so that hostile peers
// cannot fill the logs.
const Interval = 10 * time.Second

// Channel is the channel of the records.
const Channel = "logbook"

// Counter counts the refused input of a source. The zero value is ready for use. It is
// safe for concurrent use.
type Counter struct {
	Source string // such as "tcp://127.0.0.1:9020"; set it before use

	mu         sync.Mutex
	total      uint64
	unreported int
	reported   time.Time // of the last record
	peer       string    // the last peer
	err        error     // its error
}

// Refuse counts input of a peer that was refused because of err. It returns the record that
// reports it, with all those before it that are not reported, or nil within [Interval] of
// the last record. An unknown peer is "".
func (c *Counter) Refuse(now time.Time, peer string, err error) *logbook.Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total++
	c.unreported++
	c.peer, c.err = peer, err
	if !c.reported.IsZero() && now.Sub(c.reported) < Interval {
		return nil
	}
	return c.report(now)
}

// Rest returns the record that reports what is not reported yet, or nil. A source calls it
// when it closes.
func (c *Counter) Rest(now time.Time) *logbook.Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unreported == 0 {
		return nil
	}
	return c.report(now)
}

func (c *Counter) report(now time.Time) *logbook.Record {
	template := "refused {refused} inputs of {source}, the last one: {error}"
	if c.unreported == 1 {
		template = "refused an input of {source}: {error}"
	}
	attrs := []slog.Attr{slog.Int("refused", c.unreported), slog.String("source", c.Source), slog.String("error", c.err.Error())}
	if c.peer != "" {
		attrs = append(attrs, slog.String("peer", c.peer))
	}
	c.reported, c.unreported = now, 0
	return logbook.NewRecord(logbook.RecordData{Time: now, Level: logbook.LevelWarn, Channel: Channel, Template: template, Attrs: attrs})
}

// Count returns the number of refused inputs.
func (c *Counter) Count() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total
}
