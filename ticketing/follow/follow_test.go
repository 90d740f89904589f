package follow_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/follow"
	"github.com/logbook-go/logbook/ticketing/tracker"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// lab is a store with a follower, in a bubble.
type lab struct {
	*testing.T
	store *ticketing.Memory
	o     follow.Options

	mu      sync.Mutex
	alerts  []string
	reports []string
}

func newLab(t *testing.T, o follow.Options) *lab {
	t.Helper()
	store, err := ticketing.NewMemory(nil)
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{T: t, store: store, o: o}
	l.o.Alert = logbook.HandlerFunc(func(r *logbook.Record) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.alerts = append(l.alerts, r.Message())
		return nil
	})
	l.o.Report = func(err error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.reports = append(l.reports, err.Error())
	}
	return l
}

// run runs a follower until stop is called.
func (l *lab) run() (stop func()) {
	l.Helper()
	f, err := follow.New(l.store, &l.o)
	if err != nil {
		l.Fatal(err)
	}
	ctx, cancel := context.WithCancel(l.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	time.Sleep(5 * time.Second)
	return func() {
		l.Helper()
		cancel()
		if err := <-done; err != nil {
			l.Error(err)
		}
	}
}

func (l *lab) put(sites ...int) {
	l.Helper()
	var entries []*ticketing.Entry
	for _, site := range sites {
		entries = append(entries, &ticketing.Entry{
			Fingerprint: ticketing.Hash(fmt.Sprint(site)), AppID: "lab", Level: logbook.LevelError, Title: fmt.Sprint("failure ", site), Time: time.Now(),
			Data: []byte("{}"),
		})
	}
	if err := l.store.Record(l.Context(), entries); err != nil {
		l.Fatal(err)
	}
	time.Sleep(5 * time.Second)
}

func (l *lab) act(id int64, a ticketing.Action) {
	l.Helper()
	if err := l.store.Act(l.Context(), id, &a); err != nil {
		l.Fatal(err)
	}
	time.Sleep(5 * time.Second)
}

// want checks the alerts since the last call.
func (l *lab) want(alerts ...string) {
	l.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if got := l.alerts; len(got)+len(alerts) > 0 && !reflect.DeepEqual(got, alerts) {
		l.Errorf("alerts: got %q, want %q", got, alerts)
	}
	l.alerts = nil
}

func (l *lab) reported() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.reports)
}

func (l *lab) ticket(id int64) *ticketing.Ticket {
	l.Helper()
	t, err := l.store.Ticket(l.Context(), id)
	if err != nil {
		l.Fatal(err)
	}
	return t
}

var solved = ticketing.Action{Kind: ticketing.EventSolved}

// An alert says where the ticket is, since when, and the place if it is known.
func TestAlertAttributes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, follow.Options{Page: "https://tickets.example/tickets/"})
		var got []string
		l.o.Alert = logbook.HandlerFunc(func(r *logbook.Record) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			got = append(got, fmt.Sprintln(r.Text("app"), r.Text("count"), r.Text("first_seen"), r.Text("location"), r.Text("page")))
			return nil
		})
		stop := l.run()
		since := time.Now().UTC().Format("2006-01-02 15:04:05-07:00")
		for _, location := range []string{":0", "/src/shop/cart.go:7"} {
			err := l.store.Record(t.Context(), []*ticketing.Entry{{
				Fingerprint: ticketing.Hash(location), AppID: "shop", Location: location, Time: time.Now(), Data: []byte("{}"),
			}})
			if err != nil {
				t.Error(err)
			}
		}
		time.Sleep(5 * time.Second)
		stop()
		want := []string{
			fmt.Sprintln("shop", 1, since, "", "https://tickets.example/tickets/1"),
			fmt.Sprintln("shop", 1, since, "/src/shop/cart.go:7", "https://tickets.example/tickets/2"),
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q", got)
		}
	})
}

func TestAlerts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, follow.Options{})
		l.put(1)
		stop := l.run()
		l.put(1)
		l.want()
		l.put(2, 3, 2)
		l.want("new: failure 2", "new: failure 3")
		l.put(2, 3)
		l.act(2, solved)
		l.want()
		l.put(2)
		l.put(2)
		l.want("regressed: failure 2")
		l.act(2, ticketing.Action{Kind: ticketing.EventMuted, Mute: ticketing.Mute{Count: 2}})
		l.put(2)
		l.want()
		l.put(2)
		l.want("unmuted: failure 2")
		l.act(2, solved)
		l.act(2, ticketing.Action{Kind: ticketing.EventReopened})
		l.want()
		l.act(2, solved)
		time.Sleep(48 * time.Hour)
		l.put(2)
		l.want("regressed: failure 2")
		stop()
		if l.reported() != 0 {
			t.Errorf("%q", l.reports)
		}
	})
}

// What happens while nobody follows is seen later, and nothing is seen twice.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, follow.Options{})
		stop := l.run()
		l.put(1)
		l.want("new: failure 1")
		stop()
		for range 3 {
			time.Sleep(10 * time.Minute)
			l.put(2)
			stop = l.run()
			time.Sleep(2 * time.Minute) // for the lease of the one before
			l.put(1, 2)
			stop()
		}
		l.want("new: failure 2")
		l.act(1, solved)
		l.put(1)
		time.Sleep(100 * time.Hour)
		stop = l.run()
		time.Sleep(2 * time.Minute)
		stop()
		l.want("regressed: failure 1")
	})
}

func TestSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, follow.Options{})
		first := l.run()
		second := l.run()
		third := l.run()
		l.put(1)
		l.want("new: failure 1")
		first()
		l.put(2)
		l.want()
		time.Sleep(90 * time.Second)
		l.want("new: failure 2")
		second()
		third()
		l.o.Name = "other"
		other := l.run()
		l.put(3)
		l.want("new: failure 3")
		other()
	})
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, follow.Options{Rate: follow.Rate{Count: 5, Hours: 2}, Events: []ticketing.EventKind{}})
		stop := l.run()
		l.put(1, 1, 1, 1, 2, 2)
		l.want()
		l.put(1, 2)
		l.want("5 in 2 h: failure 1")
		l.put(1, 1, 1, 1, 1)
		l.want()
		time.Sleep(4 * time.Hour)
		l.put(1, 1)
		l.want()
		l.put(1, 1, 1)
		l.want("5 in 2 h: failure 1")
		stop()
	})
}

func TestFilter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, follow.Options{Query: &ticketing.Query{Text: "failure 2", States: []ticketing.State{ticketing.Regressed}}})
		stop := l.run()
		l.put(1, 2)
		l.act(1, solved)
		l.act(2, solved)
		l.put(1, 2)
		l.want("regressed: failure 2")
		stop()
	})
}

func TestPerMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, follow.Options{PerMinute: 2})
		stop := l.run()
		l.put(1, 2, 3, 4)
		l.want("new: failure 1", "new: failure 2")
		time.Sleep(2 * time.Minute)
		l.put(5)
		l.want("new: failure 5 (2 suppressed)")
		stop()
	})
}

// issues is a tracker.
type issues struct {
	mu      sync.Mutex
	created []int64
	err     error
	asked   int
	closed  map[string]bool
}

func (s *issues) Create(_ context.Context, t *ticketing.Ticket) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.err != nil {
		return "", s.err
	}
	s.created = append(s.created, t.ID)
	return fmt.Sprint("https://issues.example.com/", t.ID), nil
}

func (s *issues) State(_ context.Context, link string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return false, s.err
	}
	return s.closed[link], nil
}

// fail sets the error of later calls, and the number of calls to 0.
func (s *issues) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.asked = err, 0
}

func (s *issues) setClosed(link string, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed[link] = closed
}

// seen returns the number of calls of Create, and the tickets for which issues were created.
func (s *issues) seen() (asked int, created string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked, fmt.Sprint(s.created)
}

func TestCreate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issues{}
		l := newLab(t, follow.Options{Tracker: s, Create: []ticketing.EventKind{ticketing.EventCreated, ticketing.EventRegressed}})
		stop := l.run()
		l.put(1, 2, 2)
		l.want("new: failure 1", "new: failure 2")
		if l.ticket(1).Link != "https://issues.example.com/1" || l.ticket(2).Link != "https://issues.example.com/2" {
			t.Error(s.seen())
		}
		l.act(1, solved)
		l.put(1) // has an issue
		if asked, _ := s.seen(); asked != 2 {
			t.Error(s.seen())
		}
		s.fail(errors.New("503 Service Unavailable"))
		l.put(3)
		l.put(4)
		time.Sleep(time.Hour)
		if asked, _ := s.seen(); asked < 5 || asked > 30 || l.reported() != asked {
			t.Errorf("%d attempts, %d reports", asked, l.reported())
		}
		stop()
		time.Sleep(time.Hour)
		s.fail(nil)
		stop = l.run()
		time.Sleep(2 * time.Minute)
		if _, created := s.seen(); l.ticket(3).Link == "" || l.ticket(4).Link == "" || created != "[1 2 3 4]" {
			t.Error(s.seen())
		}
		s.fail(fmt.Errorf("created: %w", tracker.ErrNoLink))
		l.put(5)
		time.Sleep(time.Hour)
		if asked, _ := s.seen(); asked != 1 {
			t.Errorf("an issue without a link was created %d times", asked)
		}
		stop()
	})
}

func TestSolve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issues{closed: make(map[string]bool)}
		l := newLab(t, follow.Options{Tracker: s, Solve: true})
		const first, second = "https://issues.example.com/a", "https://issues.example.com/b"
		l.put(1, 2)
		l.act(1, ticketing.Action{Kind: ticketing.EventLinked, Link: first})
		l.act(2, ticketing.Action{Kind: ticketing.EventLinked, Link: second})
		s.setClosed(second, true) // it never was open
		stop := l.run()
		state := func(id int64, want ticketing.State) {
			t.Helper()
			time.Sleep(11 * time.Minute)
			if got := l.ticket(id).State; got != want {
				t.Errorf("ticket %d is %v, want %v", id, got, want)
			}
		}
		state(1, ticketing.Open)
		s.setClosed(first, true)
		state(1, ticketing.Solved)
		history, err := l.store.History(t.Context(), 1)
		if last := history[len(history)-1]; err != nil || last.Actor != "tracker" || last.Comment != first {
			t.Errorf("%+v, %v", last, err)
		}
		l.put(1) // the issue is still closed
		state(1, ticketing.Regressed)
		s.setClosed(first, false)
		state(1, ticketing.Regressed)
		s.fail(errors.New("gone"))
		s.setClosed(first, true)
		state(1, ticketing.Regressed)
		s.fail(nil)
		stop()
		stop = l.run() // remembers that it was open
		state(1, ticketing.Solved)
		state(2, ticketing.Open)
		stop()
	})
}

func TestClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, follow.Options{})
		f, err := follow.New(l.store, &l.o)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- f.Run(t.Context()) }()
		time.Sleep(time.Minute)
		if err := l.store.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil || l.reported() != 0 {
			t.Error(err, l.reports)
		}
		if err := f.Run(t.Context()); !errors.Is(err, logbook.ErrClosed) {
			t.Error(err)
		}
	})
}

func TestInvalid(t *testing.T) {
	store, err := ticketing.NewMemory(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]*follow.Options{
		"Events": {Events: []ticketing.EventKind{ticketing.EventSolved}}, "Create": {Create: []ticketing.EventKind{"x"}},
		"Rate": {Rate: follow.Rate{Count: -1}}, "PerMinute": {PerMinute: -1}, "Tracker": {Solve: true}, "Limit": {Query: &ticketing.Query{Limit: -1}},
		"Name": {Name: string(make([]byte, 200))},
	} {
		var option *logbook.OptionError
		if _, err := follow.New(store, o); !errors.As(err, &option) || option.Option != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}
