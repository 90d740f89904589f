//go:build integration

package sqlite_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// python is a Python program that writes to a database and reads it. It needs Debian's
// python3-logbook and python3-sqlalchemy, and patches how Logbook opens the database, since
// these two do not fit together.
type python struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Reader
}

func startPython(t *testing.T, path string) *python {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "testdata/tickets.py", path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v (are python3-logbook and python3-sqlalchemy installed? make deps)", err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &python{t, in, bufio.NewReader(out)}
}

// pythonTicket is a ticket as Python reads it.
type pythonTicket struct {
	ID, Count, Occurrences int64
	Solved                 bool
	Channel, Location, App string
	Last                   string
}

func (p *python) do(format string, args ...any) (list []pythonTicket) {
	p.t.Helper()
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		p.t.Fatal(err)
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		p.t.Fatalf("%s: %v", fmt.Sprintf(format, args...), err)
	}
	if err := json.Unmarshal(line, &list); err != nil {
		p.t.Fatal(err)
	}
	return list
}

// Python and Go record the same call site in turn: it is one ticket, and each reads what the
// other has written.
func TestPython(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	p := startPython(t, path) // makes its tables
	p.do("record 1")
	s := openStore(t, path, nil)
	h := must[*ticketing.Handler](t)(ticketing.NewHandler(s, &ticketing.HandlerOptions{AppID: "lab", Key: ticketing.KeyCallSite}))

	// The call site of Python, as a record of this process.
	call := must[*logbook.Record](t)(must[*ticketing.Occurrence](t)(newest(t, s, 1)).Record())
	years := 0
	goRecord := func(text string) {
		t.Helper()
		years++
		d := call.Data()
		d.Message, d.Template = text, ""
		d.Time = d.Time.AddDate(years, 0, 0) // the newest
		if err := h.Handle(logbook.NewRecord(d)); err != nil {
			t.Error(err)
		}
	}
	check := func(count int64, state ticketing.State, last string) {
		t.Helper()
		if text, want := dump(t, s), fmt.Sprintf("1 %s %v %d %d failure 1 | ", must[*ticketing.Ticket](t)(s.Ticket(t.Context(), 1)).Location, state, count, count); text != want {
			t.Errorf("Go reads  %s\nwant      %s", text, want)
		}
		list := p.do("tickets")
		if len(list) != 1 || list[0].Count != count || list[0].Occurrences != count || list[0].Solved != (state == ticketing.Solved) ||
			list[0].Channel != "shared" || list[0].App != "lab" || list[0].Last != last {
			t.Errorf("Python reads %+v, want %d, the last %q", list, count, last)
		}
	}
	check(1, ticketing.Open, "failure 1")
	goRecord("from Go")
	check(2, ticketing.Open, "from Go")
	p.do("record 1")
	check(3, ticketing.Open, "from Go")
	p.do("solve 1")
	check(3, ticketing.Solved, "from Go")
	goRecord("from Go again")
	check(4, ticketing.Regressed, "from Go again")
	if err := s.Act(t.Context(), 1, &ticketing.Action{Kind: ticketing.EventSolved, Actor: "anna"}); err != nil {
		t.Fatal(err)
	}
	check(4, ticketing.Solved, "from Go again")
	p.do("record 1")
	check(5, ticketing.Regressed, "from Go again")

	// Both at once.
	const each = 20
	var wg sync.WaitGroup
	other := startPython(t, path)
	wg.Go(func() { p.do("record %d", each) })
	wg.Go(func() { other.do("record %d", each) })
	wg.Go(func() {
		for range each {
			goRecord("at once")
		}
	})
	wg.Wait()
	if ticket := must[*ticketing.Ticket](t)(s.Ticket(t.Context(), 1)); ticket.Count != 5+3*each {
		t.Errorf("%d records, want %d", ticket.Count, 5+3*each)
	}
	list := p.do("tickets")
	if len(list) != 1 || list[0].Count != 5+3*each {
		t.Errorf("%+v", list)
	}

	// A ticket of Go alone is there for Python, too.
	if err := h.Handle(logbook.NewRecord(logbook.RecordData{Channel: "Go", Message: "Go's own", Attrs: []slog.Attr{slog.String("fingerprint", "x")}})); err != nil {
		t.Fatal(err)
	}
	if list := p.do("tickets"); len(list) != 2 || !slices.ContainsFunc(list, func(p pythonTicket) bool { return p.Channel == "Go" && p.Last == "Go's own" && p.Count == 1 }) {
		t.Errorf("%+v", list)
	}
	p.do("delete 1")
	if n, err := s.Count(t.Context(), nil); err != nil || n != 1 {
		t.Errorf("%d tickets, %v", n, err)
	}
}
