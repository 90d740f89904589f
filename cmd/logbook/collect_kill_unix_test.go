//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
)

const killProducers = 8

// Nothing is lost that a collector had acknowledged when it was killed, nothing is stored twice
// under its key, and the order of each producer is kept. LOGBOOK_TORTURE_RECORDS and
// LOGBOOK_TORTURE_KILLS change the size.
func TestCollectKilled(t *testing.T) {
	records, kills := tortureSize(16_000, 4)
	each := records / killProducers
	dir := t.TempDir()
	address := freePort(t)
	start := func() *running {
		cmd := command(t, "collect", "--from", "otlp://"+address, "--spool", filepath.Join(dir, "spool"), "--to", "file:"+filepath.Join(dir, "out")+"?format={record.extra[producer]} {record.extra[n]}")
		stderr, err := os.OpenFile(filepath.Join(dir, "stderr"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer stderr.Close()
		return startCommand(t, cmd, stderr)
	}
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	acks := make(chan int) // numbers of records
	var producing sync.WaitGroup
	for p := range killProducers {
		producing.Go(func() {
			size := 1 + each/kills/10
			for first := 0; first < each; first += size {
				post(t, client, address, p, first, min(size, each-first), true)
				acks <- min(size, each-first)
			}
		})
	}
	go func() {
		producing.Wait()
		close(acks)
	}()
	c := start()
	acknowledged, restarts := 0, 0
	share := killProducers * each / (kills + 1)
	until := rand.IntN(share)
	for n := range acks {
		if acknowledged += n; acknowledged >= until && restarts < kills {
			try(t, c.signal(syscall.SIGKILL))
			_ = c.wait()
			c = start()
			restarts++
			until = share*restarts + rand.IntN(share)
		}
	}
	try(t, c.signal(syscall.SIGTERM))
	stderr := func() string {
		b, _ := os.ReadFile(filepath.Join(dir, "stderr"))
		return string(b)
	}
	if code := exitOf(t, c.wait()); code != 0 || !strings.Contains(stderr(), "none lost") {
		t.Errorf("exit code %d, %s", code, stderr())
	}
	out, err := os.ReadFile(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	var next [killProducers]int
	twice, torn := 0, 0
	for line := range strings.Lines(string(out)) {
		var p, n int
		if _, err := fmt.Sscan(line, &p, &n); err != nil {
			// A kill can end a write anywhere. The next collector ends the line, and writes
			// the record again.
			if torn++; torn > restarts {
				t.Fatalf("%q: %v", line, err)
			}
			continue
		}
		switch {
		case n == next[p]:
			next[p]++
		case n > next[p]:
			t.Fatalf("producer %d: %d after %d", p, n, next[p]-1)
		default:
			twice++
		}
	}
	for p, n := range next {
		if n != each {
			t.Errorf("producer %d: %d of %d records", p, n, each)
		}
	}
	t.Logf("%d kills, %d records acknowledged, none lost; %d written twice", restarts, acknowledged, twice)
}

// tortureSize returns the size of a test, which the environment can change.
func tortureSize(records, kills int) (int, int) {
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return otherwise
	}
	return number("LOGBOOK_TORTURE_RECORDS", records), number("LOGBOOK_TORTURE_KILLS", kills)
}

// post sends records of a producer until they are acknowledged. If numbered, the request has the
// numbers of the records.
func post(t *testing.T, client *http.Client, address string, producer, first, n int, numbered bool) {
	rs := make([]*logbook.Record, n)
	for i := range rs {
		rs[i] = logbook.NewRecord(logbook.RecordData{
			Time: time.Now(), Level: logbook.LevelInfo, Channel: "app", Message: "measured",
			Attrs: []slog.Attr{slog.Int("producer", producer), slog.Int("n", first+i)},
		})
	}
	body := new(otlp.Encoder).AppendRequest(nil, rs, nil)
	for t.Context().Err() == nil {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+address+"/v1/logs", bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Content-Type", "application/x-protobuf")
		if numbered {
			req.Header.Set("Idempotency-Key", fmt.Sprintf("producer-%d:%d-%d", producer, first+1, first+n))
		}
		resp, err := client.Do(req)
		if err == nil {
			_ = resp.Body.Close()
			switch resp.StatusCode {
			case http.StatusOK:
				return
			case http.StatusServiceUnavailable:
			default:
				t.Errorf("status %s", resp.Status)
				return
			}
		}
		<-time.After(5 * time.Millisecond) // a pause, while the collector is down
	}
}

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}
