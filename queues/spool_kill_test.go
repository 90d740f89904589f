package queues_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

const spoolChild = "LOGBOOK_TEST_SPOOL" // the directory of a child that is killed

func init() {
	if dir := os.Getenv(spoolChild); dir != "" {
		logUntilKilled(dir, os.Args[1])
	}
}

const spoolProducers = 4

// logUntilKilled logs "RUN PRODUCER NUMBER" to a file by way of a spool, and prints what is on
// the disk.
func logUntilKilled(dir, run string) {
	s, err := spoolToFile(dir)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var producers sync.WaitGroup
	for p := range spoolProducers {
		producers.Go(func() {
			for i := 0; ; i++ {
				text := fmt.Sprint(run, " ", p, " ", i)
				if err := s.Handle(newRecord(text)); err != nil {
					fmt.Println(err)
				}
				if i%20 == 0 {
					if err := s.Flush(context.Background()); err != nil {
						fmt.Println(err)
					}
					fmt.Println(text)
				}
			}
		})
	}
	producers.Wait()
}

func spoolToFile(dir string) (*queues.Spool, error) {
	h, err := handlers.NewFile(filepath.Join(dir, "out"), &handlers.FileOptions{Formatter: logbook.MustFormat("{record.message}")})
	if err != nil {
		return nil, err
	}
	return queues.NewSpool(h, filepath.Join(dir, "spool"), &queues.SpoolOptions{MaxBytes: 8 << 20})
}

// Nothing is lost whose Flush had returned when the program was killed, and the order of each
// goroutine is kept. LOGBOOK_TORTURE_KILLS is the number of kills.
func TestSpoolKilled(t *testing.T) {
	kills := 5
	if n, err := strconv.Atoi(os.Getenv("LOGBOOK_TORTURE_KILLS")); err == nil {
		kills = n
	}
	dir := t.TempDir()
	type producer struct{ run, producer int }
	flushed := make(map[producer]int)
	for run := range kills {
		cmd := exec.CommandContext(t.Context(), os.Args[0], strconv.Itoa(run))
		cmd.Env = append(os.Environ(), spoolChild+"="+dir)
		cmd.Stderr = os.Stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(stdout)
		for kill := 1 + rand.IntN(200); lines.Scan(); kill-- {
			var p producer
			var i int
			if _, err := fmt.Sscan(lines.Text(), &p.run, &p.producer, &i); err != nil {
				t.Fatalf("the program printed %q", lines.Text())
			}
			flushed[p] = i
			if kill == 0 {
				_ = cmd.Process.Kill()
			}
		}
		_ = cmd.Wait()
	}
	s, err := spoolToFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	try(t, s.Close(t.Context()))
	out, err := os.ReadFile(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	next := make(map[producer]int)
	total, twice := 0, 0
	for line := range strings.Lines(string(out)) {
		var p producer
		var i int
		if _, err := fmt.Sscan(line, &p.run, &p.producer, &i); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		switch {
		case i == next[p]:
			next[p]++
			total++
		case i > next[p]:
			t.Fatalf("%v: %d after %d", p, i, next[p]-1)
		default:
			twice++
		}
	}
	for p, i := range flushed {
		if next[p] <= i {
			t.Errorf("%v: record %d was flushed, the last one is %d", p, i, next[p]-1)
		}
	}
	t.Logf("%d kills: %d records, %d of them twice", kills, total, twice)
}
