package follow

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Follower follows the tickets of a store.
type Follower struct {
	o        Options
	store    ticketing.Store
	document string
	holder   string // this follower, among those with its name
	alerts   *handlers.Limit

	state   state
	data    []byte // of the document, and its version
	version int64

	creating flow.Pause
	synced   time.Time
}

// New returns a follower of a store. The error is a [*logbook.OptionError].
func New(s ticketing.Store, o *Options) (*Follower, error) {
	d, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	f := &Follower{o: d, store: s, document: "follow/" + d.Name, holder: rand.Text(), creating: flow.Pause{Max: time.Hour}}
	if err := ticketing.CheckDocument(f.document, nil); err != nil {
		return nil, optionError("Name", "want fewer characters, and UTF-8")
	}
	if d.Alert != nil {
		f.alerts = handlers.NewLimit(d.Alert, &handlers.LimitOptions{Records: d.PerMinute, By: func(*logbook.Record) string { return "alerts" }})
	}
	return f, nil
}

const (
	interval = 2 * time.Second // the shortest time between two looks
	syncing  = 5 * time.Minute // between two looks at issues
)

// Run follows the store until the context ends, or the store is closed. It then flushes the
// handler for alerts, which it does not close. The error is that of the store's Watch or of
// the flushing. Run must not be called twice at once.
func (f *Follower) Run(ctx context.Context) error {
	changed, err := f.store.Watch(ctx)
	if err != nil {
		return err
	}
	for open := true; open; {
		if err := f.look(ctx, time.Now()); err != nil && ctx.Err() == nil && !errors.Is(err, logbook.ErrClosed) {
			f.report(err)
		}
		wait(ctx, nil, interval)
		open = wait(ctx, changed, renewal)
	}
	if f.alerts == nil {
		return nil
	}
	flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return f.alerts.Flush(flush)
}

// wait waits for a value of a channel, at most for some time. It reports whether the channel
// is open and the context has not ended.
func wait(ctx context.Context, c <-chan struct{}, limit time.Duration) (open bool) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case _, open = <-c:
		return open
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

func (f *Follower) report(err error) { f.o.Report(fmt.Errorf("follow %s: %w", f.o.Name, err)) }

// look does what is to be done now, if it is this follower's turn.
func (f *Follower) look(ctx context.Context, now time.Time) error {
	if mine, err := f.load(ctx, now); err != nil || !mine {
		return err
	}
	if err := f.events(ctx, now); err != nil {
		return err
	}
	if err := f.save(ctx); err != nil {
		return err
	}
	return errors.Join(f.create(ctx, now), f.sync(ctx, now), f.save(ctx))
}

// events handles what happened since the last look.
func (f *Follower) events(ctx context.Context, now time.Time) error {
	since := f.state.At.Add(-late)
	if since.Before(f.state.Began) {
		since = f.state.Began
	}
	list, err := f.list(ctx, &ticketing.Query{Since: f.state.At.Add(-late)})
	if err != nil {
		return err
	}
	listed := make(map[int64]bool, len(list))
	for _, t := range slices.Backward(list) { // the oldest first
		listed[t.ID] = true
		before, known := f.state.Done[t.ID]
		if known && before.State == t.State && before.Regressions == t.Regressions {
			continue
		}
		history, err := f.store.History(ctx, t.ID)
		if errors.Is(err, ticketing.ErrNotFound) { // deleted meanwhile
			continue
		}
		if err != nil {
			return err
		}
		for i, e := range history {
			if known && i >= before.Events || !known && !e.Time.Before(since) {
				f.happened(t, e.Kind)
			}
		}
		f.state.Done[t.ID] = done{len(history), t.State, t.Regressions}
	}
	if err := f.rates(ctx, list, now); err != nil {
		return err
	}
	f.state.forget(listed, now, f.o.Rate)
	f.state.At = now.Truncate(renewal) // so that the document is not written each time
	return nil
}

// list returns the tickets that a query selects, in its order. Of the conditions of the options,
// those that a ticket may cease to meet do not count.
func (f *Follower) list(ctx context.Context, q *ticketing.Query) (all []*ticketing.Ticket, err error) {
	if own := f.o.Query; own != nil {
		q.Text, q.Channel, q.AppID, q.Host, q.Release, q.Level = own.Text, own.Channel, own.AppID, own.Host, own.Release, own.Level
	}
	q.Limit = 500
	for len(all) < maxTickets {
		page, err := f.store.Tickets(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < q.Limit {
			break
		}
		q.After = page[len(page)-1]
	}
	return all, nil
}

// follows reports whether a ticket meets the conditions that list does not regard.
func (f *Follower) follows(t *ticketing.Ticket) bool {
	q := f.o.Query
	return q == nil || (len(q.States) == 0 || slices.Contains(q.States, t.State)) && (q.Assignee == "" || q.Assignee == t.Assignee)
}

var titles = map[ticketing.EventKind]string{ticketing.EventCreated: "new", ticketing.EventRegressed: "regressed", ticketing.EventUnmuted: "unmuted"}

// happened handles an event of a ticket.
func (f *Follower) happened(t *ticketing.Ticket, kind ticketing.EventKind) {
	if !f.follows(t) {
		return
	}
	if slices.Contains(f.o.Events, kind) {
		f.alert(t, string(kind), titles[kind])
	}
	if slices.Contains(f.o.Create, kind) && t.Link == "" && !f.state.add(t.ID) {
		f.report(fmt.Errorf("no issue for ticket %d: %d others wait", t.ID, maxPending))
	}
}

func (f *Follower) alert(t *ticketing.Ticket, event, title string) {
	if f.alerts == nil {
		return
	}
	attrs := []slog.Attr{
		slog.Int64("ticket", t.ID), slog.String("event", event), slog.Int64("count", t.Count), slog.Time("first_seen", t.FirstSeen.UTC().Truncate(time.Second)),
		slog.String("app", t.AppID),
	}
	if t.Location != ":0" { // it is known
		attrs = append(attrs, slog.String("location", t.Location))
	}
	if f.o.Page != "" {
		attrs = append(attrs, slog.String("page", strings.TrimSuffix(f.o.Page, "/")+"/"+strconv.FormatInt(t.ID, 10)))
	}
	logbook.Offer(f.alerts, logbook.NewRecord(logbook.RecordData{
		Time: time.Now(), Level: t.Level, Channel: t.Channel, Message: title + ": " + t.Title, Attrs: attrs,
	}))
}

// rates sends alerts for tickets that are seen often.
func (f *Follower) rates(ctx context.Context, list []*ticketing.Ticket, now time.Time) error {
	rate := f.o.Rate
	if rate.Count == 0 || f.alerts == nil {
		return nil
	}
	from := now.Add(-time.Duration(rate.Hours) * time.Hour)
	var often []*ticketing.Ticket
	for _, t := range list {
		at, known := f.state.Rates[t.ID]
		if f.follows(t) && t.Count >= rate.Count && !t.LastSeen.Before(from) && t.State != ticketing.Muted && !(known && time.Unix(at, 0).After(from)) {
			often = append(often, t)
		}
	}
	for chunk := range slices.Chunk(often, 100) {
		var ids []int64
		for _, t := range chunk {
			ids = append(ids, t.ID)
		}
		hours, err := f.store.Hours(ctx, ids, from, now.Add(1))
		if errors.Is(err, ticketing.ErrNotFound) { // deleted meanwhile; the next look is soon
			continue
		}
		if err != nil {
			return err
		}
		for _, t := range chunk {
			sum := int64(0)
			for _, n := range hours[t.ID] {
				sum += n
			}
			if sum >= rate.Count {
				f.state.Rates[t.ID] = now.Unix()
				f.alert(t, "rate", fmt.Sprintf("%d in %d h", sum, rate.Hours))
			}
		}
	}
	return nil
}
