package socket

import (
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// What a server has received is dispatched before Close returns, in the order of its sender;
// the hooks see each record and connection, and their panics cost nothing.
func TestServe(t *testing.T) {
	rec := logbooktest.NewRecorder()
	var opened, closed, seen atomic.Int32
	s, err := Serve("tcp://127.0.0.1:0", &ServeOptions{
		Listen: ListenOptions{OnConnection: func(remote net.Addr) func() {
			opened.Add(1)
			return func() {
				closed.Add(1)
				panic("ignored")
			}
		}},
		Setup: []logbook.Bindable{rec},
		OnRecord: func(r *logbook.Record) {
			if seen.Add(1); r.Channel() == Pickle.String() {
				panic("not a record of the test")
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	own := func(r *logbook.Record) bool { return r.Text("peer") == "" } // or what is received goes round
	detach, err := Attach("tcp://"+s.Addr().String(), &PythonOptions{Filter: own})
	if err != nil {
		t.Fatal(err)
	}
	log := logbook.New("myapp.area1")
	for i := range 21 {
		log.Infof("rec %d", i)
	}
	if err := detach(t.Context()); err != nil {
		t.Error(err)
	}
	log.Info("not sent")
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Errorf("again: %v", err)
	}
	n := 0
	for _, r := range rec.Records() {
		if r.Channel() != "myapp.area1" {
			continue // the report of a panic
		}
		if want := fmt.Sprint("rec ", n); r.Message() != want {
			t.Errorf("got %q, want %q", r.Message(), want)
		}
		n++
	}
	if n != 21 || opened.Load() != 1 || closed.Load() != 1 || seen.Load() < 21 {
		t.Errorf("%d records, %d opened, %d closed, %d seen", n, opened.Load(), closed.Load(), seen.Load())
	}
	if l, err := net.Listen("tcp", s.Addr().String()); err != nil {
		t.Error(err)
	} else {
		_ = l.Close()
	}
}
