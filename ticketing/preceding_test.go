package ticketing_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/ticketing"
)

// contexts returns the context of each occurrence of a store, in the order of the occurrences.
func contexts(t *testing.T, s ticketing.Store) (all []string) {
	t.Helper()
	list, err := s.Tickets(t.Context(), &ticketing.Query{Order: ticketing.ByLastSeenOldest})
	if err != nil {
		t.Fatal(err)
	}
	for _, ticket := range list {
		occurrences, err := s.Occurrences(t.Context(), ticket.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range occurrences {
			r, err := o.Record()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, r.Text(ticketing.ContextKey))
		}
	}
	return all
}

// An occurrence has the records that came before it, which other handlers get, too.
func TestContext(t *testing.T) {
	store := newMemory(t, nil)
	h := newHandler(t, store, &ticketing.HandlerOptions{Level: logbook.LevelError, Context: 2})
	all := logbooktest.NewRecorder()
	defer logbook.PushGoroutine(all)()
	undo := logbook.PushGoroutine(h)
	log := logbook.New("app")
	for i := range 3 {
		log.Debug("step {i}", "i", i)
	}
	log.Error("failed")
	undo()
	got := contexts(t, store)
	if len(got) != 1 || !strings.Contains(got[0], "DEBUG app: step 1") || !strings.Contains(got[0], "DEBUG app: step 2") || strings.Contains(got[0], "step 0") || strings.Contains(got[0], "failed") {
		t.Errorf("%q", got)
	}
	if got := all.Formatted(); len(got) != 3 || all.HasErrors() {
		t.Errorf("%q were passed on, want those that the handler does not take", got)
	}
}

// Behind a queue a record is handled late: what came after it is not its context.
func TestContextBehindQueue(t *testing.T) {
	store := newMemory(t, nil)
	h := newHandler(t, store, &ticketing.HandlerOptions{Level: logbook.LevelError, Context: 3})
	gate := make(chan struct{})
	waiting := logbook.HandlerFunc(func(r *logbook.Record) error {
		<-gate
		return h.Handle(r)
	})
	late := &behind{waiting, h.Binding()}
	b := queues.NewBackground(late, nil)
	undo := logbook.PushGoroutine(b)
	log := logbook.New("app")
	log.Info("before")
	log.Error("failed")
	log.Info("after")
	undo()
	close(gate)
	if err := logbook.Close(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if got := contexts(t, store); len(got) != 1 || !strings.Contains(got[0], "before") || strings.Contains(got[0], "after") {
		t.Errorf("%q", got)
	}
}

// behind is a handler with the binding of another one.
type behind struct {
	logbook.Handler
	binding logbook.Binding
}

func (b *behind) Binding() logbook.Binding { return b.binding }

// Processes do not see each other's records; of very many, those that were quiet for longest are
// forgotten.
func TestContextOfProcesses(t *testing.T) {
	store := newMemory(t, nil)
	h := newHandler(t, store, &ticketing.HandlerOptions{Level: logbook.LevelError, Context: 5, Filter: func(r *logbook.Record) bool { return r.Channel() != "noise" }})
	filter := h.Binding().Filter
	at := time.Unix(1_700_000_000, 0)
	record := func(pid int, level logbook.Level, channel, message string) {
		at = at.Add(time.Second)
		r := logbook.NewRecord(logbook.RecordData{
			Time: at, Level: level, Channel: channel, Message: message, PID: pid, Extra: []slog.Attr{slog.String("host", "lab1")},
		})
		if !filter(r) {
			return
		}
		if err := h.Handle(r); err != nil {
			t.Fatal(err)
		}
	}
	record(7, logbook.LevelInfo, "app", "first of 7")
	record(8, logbook.LevelInfo, "app", "of 8")
	record(7, logbook.LevelError, "noise", "refused by the filter")
	record(7, logbook.LevelError, "app", "7 failed "+strings.Repeat("x", 1000))
	for pid := range 300 {
		record(1000+pid, logbook.LevelInfo, "app", fmt.Sprint("of ", pid))
	}
	record(7, logbook.LevelError, "late", "7 failed again")
	got := contexts(t, store)
	if len(got) != 2 || !strings.Contains(got[0], "first of 7") || !strings.Contains(got[0], "refused by the filter") || strings.Contains(got[0], "of 8") || got[1] != "" {
		t.Errorf("%q", got)
	}
}

func TestContextOption(t *testing.T) {
	for _, n := range []int{-1, 201} {
		var e *logbook.OptionError
		if _, err := ticketing.NewBase(&ticketing.HandlerOptions{Context: n}); !errors.As(err, &e) || e.Option != "Context" {
			t.Errorf("%d: %v", n, err)
		}
	}
}
