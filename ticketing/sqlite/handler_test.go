package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Upstream's test_basic_ticketing: three call sites are three tickets, which can be read, solved
// and deleted.
func TestHandler(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "t.db"), nil)
	h := must[*ticketing.Handler](t)(ticketing.NewHandler(s, nil))
	undo := logbook.PushGoroutine(h)
	log := logbook.New("Logger")
	for range 5 {
		log.Warn("A warning")
		log.Info("An information")
	}
	for i := range 2 {
		log.Exception(fmt.Errorf("failure %d", i), "An exception")
	}
	undo()
	if n := must[int](t)(s.Count(t.Context(), nil)); n != 3 {
		t.Fatal(n)
	}
	list := must[[]*ticketing.Ticket](t)(s.Tickets(t.Context(), nil))
	got := ""
	for _, k := range list {
		got += fmt.Sprintf("%v %s %s %d, ", k.Level, k.Channel, k.Title, k.Count)
	}
	if want := "ERROR Logger An exception 2, INFO Logger An information 5, WARNING Logger A warning 5, "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	newest := list[0]
	if again := must[*ticketing.Ticket](t)(s.Ticket(t.Context(), newest.ID)); !reflect.DeepEqual(again, newest) {
		t.Errorf("%+v, %+v", again, newest)
	}

	occurrences := must[[]*ticketing.Occurrence](t)(s.Occurrences(t.Context(), newest.ID, &ticketing.OccurrenceQuery{Order: ticketing.ByTimeOldestFirst}))
	if len(occurrences) != 2 || !occurrences[1].Time.Equal(newest.LastSeen) {
		t.Fatalf("%+v", occurrences)
	}
	for i, o := range occurrences {
		r := must[*logbook.Record](t)(o.Record())
		info := r.ErrorInfo()
		if !strings.HasSuffix(r.Source().File, "handler_test.go") || !strings.HasSuffix(r.Source().Function, ".TestHandler") || r.Level() != logbook.LevelError ||
			r.Goroutine() == 0 || r.PID() != os.Getpid() || r.Channel() != "Logger" || info == nil || info.Message != fmt.Sprintf("failure %d", i) ||
			!strings.Contains(info.Traceback(), "TestHandler") {
			t.Errorf("%+v", r.Data())
		}
	}

	if err := s.Act(t.Context(), newest.ID, &ticketing.Action{Kind: ticketing.EventSolved}); err != nil {
		t.Error(err)
	}
	if k := must[*ticketing.Ticket](t)(s.Ticket(t.Context(), newest.ID)); k.State != ticketing.Solved {
		t.Error(k.State)
	}
	if err := s.Delete(t.Context(), newest.ID); err != nil {
		t.Error(err)
	}
	if _, err := s.Ticket(t.Context(), newest.ID); !errors.Is(err, ticketing.ErrNotFound) {
		t.Error(err)
	}
	if _, err := s.Occurrences(t.Context(), newest.ID, nil); !errors.Is(err, ticketing.ErrNotFound) {
		t.Error(err)
	}
	if n := must[int](t)(s.Count(t.Context(), nil)); n != 2 {
		t.Error(n)
	}
}
