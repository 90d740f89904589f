package handlers

import (
	"context"
	"encoding/json"
	"github.com/logbook-go/logbook/internal/hold"
	"log/slog"
	"maps"
	"reflect"
	"slices"

	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
)

// tagsKey is the attribute that holds a record's tags.
const tagsKey = "tags"

// TaggingLogger is a logger whose records can carry tags. Without [TaggingLogger.Tagged]
// it logs like the embedded logger. To make one with options, write
// TaggingLogger{logger}.
type TaggingLogger struct{ *logbook.Logger }

// NewTaggingLogger returns a tagging logger for the channel.
func NewTaggingLogger(channel string) TaggingLogger {
	return TaggingLogger{logbook.New(channel)}
}

// Tagged returns a logger whose records carry the tags, as the list "tags" among their
// attributes. It allocates: keep the result.
func (t TaggingLogger) Tagged(tags ...string) *logbook.Logger {
	return t.WithAttrs(slog.Any(tagsKey, slices.Clone(tags)))
}

// Tags returns the tags of a record: the newest attribute "tags" that is a list of
// strings. It is nil if there is none, and must not be changed.
func Tags(r *logbook.Record) (tags []string) {
	for a := range r.Attrs {
		if a.Key != tagsKey {
			continue
		}
		if list, ok := stringList(a.Value.Resolve().Any()); ok {
			tags = list
		}
	}
	return tags
}

func stringList(v any) (list []string, ok bool) {
	switch v := v.(type) {
	case []string:
		return v, true
	case []any: // of a record that was received
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, false
			}
			list = append(list, s)
		}
		return list, true
	case json.Marshaler: // of a retained record
		text, err := v.MarshalJSON()
		return list, err == nil && json.Unmarshal(text, &list) == nil
	}
	return nil, false
}

// TaggingOptions configure [NewTagging]. nil is the default.
type TaggingOptions struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass handled records on to the next handler
}

// Tagging passes a record to the handlers of its tags, as found by [Tags]. Each handler
// gets the record once, even if it is listed for several of the tags, and by its own
// level and filter; its Bubble is ignored. If some of them fail, their errors are joined.
// A record that none of them takes, such as one without tags, goes on to the next handler
// on the stack.
//
// Of a batch, each handler gets the records with its tags, as a batch. Records without
// such tags are left out: a batch has no next handler.
type Tagging struct {
	binding  logbook.Binding
	handlers []logbook.Handler // each once
	byTag    map[string][]int  // indexes of handlers
	tally    tally.Tally
}

// NewTagging returns a handler that passes records to the handlers listed for their tags.
func NewTagging(by map[string][]logbook.Handler, o *TaggingOptions) *Tagging {
	if o == nil {
		o = new(TaggingOptions)
	}
	t := &Tagging{
		binding: logbook.Binding{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble},
		byTag:   make(map[string][]int),
	}
	for _, tag := range slices.Sorted(maps.Keys(by)) {
		for _, h := range by[tag] {
			t.byTag[tag] = append(t.byTag[tag], t.add(hold.Given(h)))
		}
	}
	t.binding.Quiet = t
	t.binding.NoCaller = o.Filter == nil && noCaller(t.handlers)
	t.binding.Console = hasConsole(t.handlers)
	return t
}

// add adds a handler unless it was added before, and returns its index.
func (t *Tagging) add(h logbook.Handler) int {
	if reflect.ValueOf(h).Comparable() {
		if i := slices.Index(t.handlers, h); i >= 0 {
			return i
		}
	}
	t.handlers = append(t.handlers, h)
	return len(t.handlers) - 1
}

// Binding implements [logbook.Bindable].
func (t *Tagging) Binding() logbook.Binding { return t.binding }

// Handle passes the record to the handlers of its tags.
func (t *Tagging) Handle(r *logbook.Record) error {
	var errs joined
	taken := false
	for _, i := range t.chosen(r) {
		h := t.handlers[i]
		handled, err := logbook.Deliver(h, r)
		errs.add(h, err)
		taken = taken || handled
	}
	if taken {
		t.tally.Handled(1)
	}
	if err := errs.err(); err != nil || taken {
		return err
	}
	return logbook.ErrPass
}

// chosen returns the indexes of the handlers for a record, each once.
func (t *Tagging) chosen(r *logbook.Record) (chosen []int) {
	for _, tag := range Tags(r) {
		for _, i := range t.byTag[tag] {
			if !slices.Contains(chosen, i) {
				chosen = append(chosen, i)
			}
		}
	}
	return chosen
}

// HandleBatch passes to each handler the records with its tags. Records that one of them
// leaves unsent are counted as dropped; none is left to the caller.
func (t *Tagging) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	shares := make([][]*logbook.Record, len(t.handlers))
	tagged := 0
	for _, r := range rs {
		chosen := t.chosen(r)
		if len(chosen) > 0 {
			tagged++
		}
		for _, i := range chosen {
			shares[i] = append(shares[i], r)
		}
	}
	var errs joined
	lost := make(map[*logbook.Record]bool)
	for i, share := range shares {
		if len(share) == 0 {
			continue
		}
		left, err := hold.HandOver(t.handlers[i], share, why)
		for _, r := range share[len(share)-left:] {
			lost[r] = true
		}
		errs.add(t.handlers[i], err)
	}
	t.tally.Handled(tagged - len(lost))
	t.tally.Dropped(len(lost))
	return hold.WithUnsent(0, errs.err())
}

// Stats returns the counts so far. Handled are the records that a handler took; those
// that none took are not counted.
func (t *Tagging) Stats() logbook.Stats { return t.tally.Stats() }

// Unwrap returns the inner handlers, each once.
func (t *Tagging) Unwrap() []logbook.Handler { return slices.Clone(t.handlers) }

// Flush flushes the inner handlers.
func (t *Tagging) Flush(ctx context.Context) error { return flushAll(ctx, t.handlers) }

// Close closes the inner handlers.
func (t *Tagging) Close(ctx context.Context) error { return closeAll(ctx, t.handlers) }

// Unbound calls Unbound of the inner handlers.
func (t *Tagging) Unbound() { unboundAll(t.handlers) }
