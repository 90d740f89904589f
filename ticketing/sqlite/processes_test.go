package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

// childEnv makes a test act as a child process: its value is the path of a database.
const childEnv = "LOGBOOK_TICKETS_DATABASE"

// child starts a test of this program as a child process.
func child(t *testing.T, test, path string, env ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+test+"$")
	cmd.Env = append(append(os.Environ(), childEnv+"="+path), env...)
	cmd.Stderr = os.Stderr
	return cmd
}

// Fifty processes record the first entry of a ticket at once.
func TestFiftyProcesses(t *testing.T) {
	if path := os.Getenv(childEnv); path != "" {
		_, _ = io.Copy(io.Discard, os.Stdin) // until all have started
		s, err := sqlite.Open(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Record(t.Context(), oneEntry("x")); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		return
	}
	const processes = 50
	path := filepath.Join(t.TempDir(), "t.db")
	var children []*exec.Cmd
	var gates []io.Closer
	for range processes {
		c := child(t, "TestFiftyProcesses", path)
		gate, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		children, gates = append(children, c), append(gates, gate)
	}
	for _, gate := range gates {
		_ = gate.Close()
	}
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	}
	s := openStore(t, path, &sqlite.Options{NoCreate: true})
	list := must[[]*ticketing.Ticket](t)(s.Tickets(t.Context(), nil))
	if len(list) != 1 || list[0].Count != processes {
		t.Error(dump(t, s))
	}
}

// A process that records numbered entries is killed again and again. What it had acknowledged
// is there, and what it sends again is counted once.
func TestKill(t *testing.T) {
	if path := os.Getenv(childEnv); path != "" {
		recordNumbered(t, path)
		return
	}
	kills := 3
	if n, err := strconv.Atoi(os.Getenv("LOGBOOK_TORTURE_KILLS")); err == nil {
		kills = n
	}
	path := filepath.Join(t.TempDir(), "t.db")
	random := rand.New(rand.NewPCG(1, uint64(kills)))
	acked, unacked := 0, int64(0)
	for range kills {
		c := child(t, "TestKill", path, "LOGBOOK_TICKETS_FROM="+strconv.Itoa(acked+1))
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		after := 1 + random.IntN(60)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			n, err := strconv.Atoi(lines.Text())
			if err != nil {
				t.Fatalf("%q: %v", lines.Text(), err)
			}
			acked = n
			if after--; after == 0 {
				_ = c.Process.Kill()
			}
		}
		_ = c.Wait() // it was killed
		sum := checkCounts(t, path)
		if sum < int64(acked) {
			t.Fatalf("%d of %d acknowledged entries", sum, acked)
		}
		unacked += sum - int64(acked)
	}
	last := acked + 1000
	c := child(t, "TestKill", path, "LOGBOOK_TICKETS_FROM="+strconv.Itoa(acked+1), "LOGBOOK_TICKETS_LAST="+strconv.Itoa(last))
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	if sum := checkCounts(t, path); sum != int64(last) {
		t.Errorf("%d entries, want %d", sum, last)
	}
	t.Logf("%d kills, %d entries, %d of them recorded and not acknowledged when the process was killed", kills, last, unacked)
}

const killTickets = 40

// recordNumbered records entries until it is killed, or one has the last number.
func recordNumbered(t *testing.T, path string) {
	s, err := sqlite.Open(path, &sqlite.Options{Limits: &ticketing.Limits{Keep: 3}})
	if err != nil {
		t.Fatal(err)
	}
	n, _ := strconv.Atoi(os.Getenv("LOGBOOK_TICKETS_FROM"))
	last, _ := strconv.Atoi(os.Getenv("LOGBOOK_TICKETS_LAST"))
	for last == 0 || n <= last {
		var batch []*ticketing.Entry
		for ; len(batch) < 25 && (last == 0 || n <= last); n++ {
			e := oneEntry(fmt.Sprint("ticket ", n%killTickets))[0]
			e.Instance, e.Number = "killed", uint64(n)
			batch = append(batch, e)
		}
		if err := s.Record(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
		fmt.Println(n - 1)
	}
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	os.Exit(0) // without the output of a test
}

// checkCounts checks that all tables agree, and returns the count of all tickets.
func checkCounts(t *testing.T, path string) (sum int64) {
	t.Helper()
	s, err := sqlite.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	db := raw(t, path)
	defer db.Close()
	var hours, python, stored, ordinals, occurrences int64
	var check string
	for query, to := range map[string]any{
		"SELECT coalesce(sum(total), 0) FROM logbook_counts":             &sum,
		"SELECT coalesce(sum(n), 0) FROM logbook_hours":                  &hours,
		"SELECT coalesce(sum(occurrence_count), 0) FROM logbook_tickets": &python,
		"SELECT coalesce(sum(stored), 0) FROM logbook_counts":            &stored,
		"SELECT count(*) FROM logbook_ordinals":                          &ordinals,
		"SELECT count(*) FROM logbook_occurrences":                       &occurrences,
		"PRAGMA integrity_check":                                         &check,
	} {
		if err := db.QueryRow(query).Scan(to); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	if hours != sum || python != sum || ordinals != stored || occurrences != stored || check != "ok" {
		t.Errorf("counts %d, of hours %d, of Python %d; stored %d, %d ordinals, %d occurrences; %s", sum, hours, python, stored, ordinals, occurrences, check)
	}
	return sum
}
