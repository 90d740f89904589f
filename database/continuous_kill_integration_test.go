//go:build integration

package database_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	osexec "os/exec"
	"reflect"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/logbook-go/logbook/database"
)

// These variables make a program of this test that logs until it is killed.
const (
	killedURL = "LOGBOOK_TEST_DATABASE_URL"
	killedDir = "LOGBOOK_TEST_DATABASE_DIR"
)

func init() {
	if url := os.Getenv(killedURL); url != "" {
		if err := logUntilKilled(url, os.Getenv(killedDir)); err != nil {
			fmt.Println("failed:", err)
		}
		os.Exit(1)
	}
}

// killedRate is the number of points a second, in groups of killedGroup.
const (
	killedRate  = 1000
	killedGroup = 20
)

// logUntilKilled logs points with the numbers from that of its argument on, and prints the
// last one after each Flush, with the memory that the program uses.
func logUntilKilled(url, dir string) error {
	ctx := context.Background()
	db, err := database.Open(ctx, &database.Options{URL: url, Lazy: true})
	if err != nil {
		return err
	}
	l, err := database.NewContinuousLogger(ctx, db, lab, dir, []string{"a"}, &database.ContinuousOptions{StartAnyway: true})
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	var memory runtime.MemStats
	for tick := time.NewTicker(time.Second * killedGroup / killedRate); ; <-tick.C {
		for range killedGroup {
			if _, err := l.EnqueueNow(ctx, "a", n); err != nil {
				return err
			}
			n++
		}
		if err := l.Flush(ctx); err != nil {
			return err
		}
		runtime.ReadMemStats(&memory)
		fmt.Println(n-1, memory.HeapAlloc>>20)
	}
}

// The database is stopped under load, and the program killed twice meanwhile. Every point
// whose Flush had returned is stored once, and in order. LOGBOOK_TORTURE_SECONDS is how long
// the database is stopped.
func TestContinuousKilled(t *testing.T) {
	stopped := time.Second
	if n, err := strconv.Atoi(os.Getenv("LOGBOOK_TORTURE_SECONDS")); err == nil {
		stopped = time.Duration(n) * time.Second
	}
	out, url, direct := newOutage(t)
	server := open(t, &database.Options{URL: direct})
	exec(t, server, dateplots)
	dir := t.TempDir()
	var acknowledged [][2]int // the first and the last point of each run
	memory, next := 0, 0
	// run runs the program until it has acknowledged some points, and kills it. during is
	// called after half of them.
	run := func(points int, during func()) {
		t.Helper()
		cmd := osexec.CommandContext(t.Context(), os.Args[0], strconv.Itoa(next))
		cmd.Env = append(os.Environ(), killedURL+"="+url, killedDir+"="+dir)
		cmd.Stderr = os.Stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		first, last := next, -1
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			var n, heap int
			if _, err := fmt.Sscan(lines.Text(), &n, &heap); err != nil {
				t.Fatalf("the program printed %q", lines.Text())
			}
			if last, memory = n, max(memory, heap); last-first >= points/2 && during != nil {
				during()
				during = nil
			}
			if last-first >= points {
				_ = cmd.Process.Kill()
			}
		}
		_ = cmd.Wait()
		if last < 0 {
			t.Fatal("the program has acknowledged no point")
		}
		acknowledged = append(acknowledged, [2]int{first, last})
		next = last + 1_000_000 // apart from those that were not acknowledged
	}
	each := int(stopped.Seconds() * killedRate / 3)
	run(killedRate/2+each, out.begin)
	run(each, nil)
	run(each+killedRate/2, func() { out.end(t) })
	l := continuous(t, open(t, &database.Options{URL: direct}), dir, nil)
	stop(t, l)
	got := values(t, server)
	total := 0
	for _, r := range acknowledged {
		want := make([]float64, 0, r[1]-r[0]+1)
		for n := r[0]; n <= r[1]; n++ {
			want = append(want, float64(n))
		}
		total += len(want)
		if len(got) < len(want) || !reflect.DeepEqual(got[:len(want)], want) {
			t.Fatalf("the points from %d to %d are not all there once and in order", r[0], r[1])
		}
		for got = got[len(want):]; len(got) > 0 && got[0] == want[len(want)-1]+1; got = got[1:] {
			want = append(want, got[0]) // was not acknowledged
		}
	}
	if len(got) > 0 {
		t.Errorf("%d more points", len(got))
	}
	if memory > 64 {
		t.Errorf("the program has used %d MiB", memory)
	}
	t.Logf("the database was stopped for %v: %d points acknowledged, %d MiB of memory", stopped, total, memory)
}
