//go:build integration && unix

package postgres_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/logbook-go/logbook/internal/pgtest"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/postgres"
)

// childEnv makes a test act as a child process: its value is the URL of a database.
const childEnv = "LOGBOOK_TICKETS_DATABASE"

// child starts a test of this program as a child process.
func child(t *testing.T, test, url string, env ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+test+"$")
	cmd.Env = append(append(os.Environ(), childEnv+"="+url), env...)
	cmd.Stderr = os.Stderr
	return cmd
}

func oneEntry(text string) *ticketing.Entry {
	return &ticketing.Entry{Fingerprint: ticketing.Hash(text), Key: "test/1", AppID: "a", Title: text, Time: time.Now(), Data: []byte("{}")}
}

func record(t testing.TB, s *postgres.Store, entries ...*ticketing.Entry) {
	t.Helper()
	if err := s.Record(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
}

// list returns the tickets, one a line: state, count, occurrences that are kept, title.
func list(t testing.TB, s *postgres.Store) (text string) {
	t.Helper()
	tickets, err := s.Tickets(t.Context(), &ticketing.Query{Order: ticketing.ByLastSeenOldest})
	if err != nil {
		t.Fatal(err)
	}
	for _, ticket := range tickets {
		text += fmt.Sprintln(ticket.State, ticket.Count, ticket.Stored, ticket.Title)
	}
	return text
}

// Fifty processes make the tables, and record the first entry of a ticket, at once.
func TestFiftyProcesses(t *testing.T) {
	if url := os.Getenv(childEnv); url != "" {
		_, _ = io.Copy(io.Discard, os.Stdin) // until all have started
		s := openStore(t, url, nil)
		e := oneEntry("x")
		e.Host, e.Release = "lab1", "1.0"
		record(t, s, e)
		return
	}
	const processes = 50
	url := pgtest.URL(t)
	var children []*exec.Cmd
	var gates []io.Closer
	for range processes {
		c := child(t, "TestFiftyProcesses", url)
		c.Stdout = os.Stderr
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
	s := openStore(t, url, &postgres.Options{NoCreate: true})
	if got := list(t, s); got != "open 50 22 x\n" { // 1 to 10, 16, 32 and 41 to 50
		t.Errorf("got %s", got)
	}
	if sum := checkCounts(t, url); sum != processes {
		t.Errorf("%d entries", sum)
	}
}

// Stores record overlapping sets of new and known tickets at once, in different orders, while
// others change, merge and delete tickets. No deadlock breaks a transaction: that would show
// in the database's statistics.
func TestWriters(t *testing.T) {
	const writers, batches, size, tickets = 8, 15, 40, 60
	url := pgtest.URL(t)
	var wg sync.WaitGroup
	for w := range writers {
		s := openStore(t, url, nil)
		wg.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for b := range batches {
				var entries []*ticketing.Entry
				for i := range size {
					e := oneEntry(fmt.Sprint("ticket ", random.IntN(tickets*(b+1)/batches+1)))
					e.Host, e.Release = fmt.Sprint("lab", random.IntN(5)), fmt.Sprint(b)
					e.Instance, e.Number = fmt.Sprint(w), uint64(b*size+i+1)
					e.Time = e.Time.Add(time.Duration(random.IntN(5)) * time.Hour)
					entries = append(entries, e)
				}
				if err := s.Record(t.Context(), entries); err != nil {
					t.Error(err)
				}
				if b%5 == 4 {
					change(t, s, w)
				}
			}
		})
	}
	wg.Wait()
	if sum := checkCounts(t, url); sum != writers*batches*size {
		t.Errorf("%d entries, want %d", sum, writers*batches*size)
	}
	var deadlocks int
	query(t, url, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()", &deadlocks)
	if deadlocks > 0 {
		t.Errorf("%d deadlocks", deadlocks)
	}
}

// change changes some tickets, so that no count is lost.
func change(t *testing.T, s *postgres.Store, w int) {
	list, err := s.Tickets(t.Context(), &ticketing.Query{Order: ticketing.ByCount, Limit: 4})
	if err != nil || len(list) < 4 {
		t.Error(err, list)
		return
	}
	if err := s.Act(t.Context(), list[w%4].ID, &ticketing.Action{Kind: ticketing.EventSolved}); err != nil {
		t.Error(err)
	}
	if err := s.Merge(t.Context(), list[w%4].ID, []int64{list[(w+1)%4].ID, list[(w+2)%4].ID}, "anna"); err != nil {
		t.Error(err)
	}
	if _, err := s.Prune(t.Context(), time.Now()); err != nil {
		t.Error(err)
	}
}

// A process that records numbered entries is killed again and again. What it had acknowledged
// is there, and what it sends again is counted once.
func TestKill(t *testing.T) {
	if url := os.Getenv(childEnv); url != "" {
		recordNumbered(t, url)
		return
	}
	kills := 3
	if n, err := strconv.Atoi(os.Getenv("LOGBOOK_TORTURE_KILLS")); err == nil {
		kills = n
	}
	url := pgtest.URL(t)
	random := rand.New(rand.NewPCG(1, uint64(kills)))
	acked, unacked := 0, int64(0)
	for range kills {
		c := child(t, "TestKill", url, "LOGBOOK_TICKETS_FROM="+strconv.Itoa(acked+1))
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
		sum := checkCounts(t, url)
		if sum < int64(acked) {
			t.Fatalf("%d of %d acknowledged entries", sum, acked)
		}
		unacked += sum - int64(acked)
	}
	last := acked + 1000
	c := child(t, "TestKill", url, "LOGBOOK_TICKETS_FROM="+strconv.Itoa(acked+1), "LOGBOOK_TICKETS_LAST="+strconv.Itoa(last))
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	if sum := checkCounts(t, url); sum != int64(last) {
		t.Errorf("%d entries, want %d", sum, last)
	}
	t.Logf("%d kills, %d entries, %d of them recorded and not acknowledged when the process was killed", kills, last, unacked)
}

const killTickets = 40

// recordNumbered records entries until it is killed, or one has the last number.
func recordNumbered(t *testing.T, url string) {
	s, err := postgres.Open(context.Background(), url, &postgres.Options{Limits: &ticketing.Limits{Keep: 3}, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	n, _ := strconv.Atoi(os.Getenv("LOGBOOK_TICKETS_FROM"))
	last, _ := strconv.Atoi(os.Getenv("LOGBOOK_TICKETS_LAST"))
	for last == 0 || n <= last {
		var batch []*ticketing.Entry
		for ; len(batch) < 25 && (last == 0 || n <= last); n++ {
			e := oneEntry(fmt.Sprint("ticket ", n%killTickets))
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

// query reads one row.
func query(t testing.TB, url, sql string, to ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if err := conn.QueryRow(t.Context(), sql).Scan(to...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// checkCounts checks that all tables agree, in one snapshot, and returns the count of all
// tickets.
func checkCounts(t testing.TB, url string) (sum int64) {
	t.Helper()
	var hours, python, stored, ordinals, occurrences, wrong int64
	query(t, url, `SELECT
		(SELECT coalesce(sum(total), 0)::bigint FROM logbook_counts),
		(SELECT coalesce(sum(n), 0)::bigint FROM logbook_hours),
		(SELECT coalesce(sum(occurrence_count), 0)::bigint FROM logbook_tickets),
		(SELECT coalesce(sum(stored), 0)::bigint FROM logbook_counts),
		(SELECT count(*) FROM logbook_ordinals),
		(SELECT count(*) FROM logbook_occurrences),
		(SELECT count(*) FROM logbook_counts c FULL JOIN logbook_tickets t USING (ticket_id) FULL JOIN (SELECT DISTINCT ticket_id FROM logbook_fingerprints) f USING (ticket_id)
			WHERE c.total IS NULL OR c.total IS DISTINCT FROM t.occurrence_count OR f.ticket_id IS NULL
			OR c.stored <> (SELECT count(*) FROM logbook_ordinals n JOIN logbook_occurrences o USING (occurrence_id) WHERE n.ticket_id = c.ticket_id AND o.ticket_id = c.ticket_id))`,
		&sum, &hours, &python, &stored, &ordinals, &occurrences, &wrong)
	if hours != sum || python != sum || ordinals != stored || occurrences != stored || wrong > 0 {
		t.Errorf("counts %d, of hours %d, of Python's columns %d; stored %d, %d ordinals, %d occurrences; %d wrong tickets", sum, hours, python, stored, ordinals, occurrences, wrong)
	}
	return sum
}
