//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

// Tickets count each record once though the collector is killed: the senders send again what
// was not acknowledged, and a spool hands over again what was not noted. LOGBOOK_TORTURE_RECORDS
// and LOGBOOK_TORTURE_KILLS change the size.
func TestCollectTicketsKilled(t *testing.T) {
	for _, numbered := range []bool{true, false} {
		t.Run(fmt.Sprint("numbered=", numbered), func(t *testing.T) { collectTicketsKilled(t, numbered) })
	}
}

func collectTicketsKilled(t *testing.T, numbered bool) {
	const producers, size = 4, 20
	records, kills := tortureSize(4000, 5)
	each := records / producers / size * size
	dir := t.TempDir()
	address := freePort(t)
	db := filepath.Join(dir, "tickets.db")
	stderr, err := os.Create(filepath.Join(dir, "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	start := func() *running {
		cmd := command(t, "collect", "--from", "otlp://"+address, "--spool", "spool", "--to", "sqlite:"+db+"?app_id=lab")
		cmd.Dir = dir
		return startCommand(t, cmd, stderr)
	}
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	acks := make(chan struct{})
	var producing sync.WaitGroup
	for p := range producers {
		producing.Go(func() {
			for first := 0; first < each; first += size {
				post(t, client, address, p, first, size, numbered)
				acks <- struct{}{}
			}
		})
	}
	go func() {
		producing.Wait()
		close(acks)
	}()
	c := start()
	acknowledged, killed := 0, 0
	share := producers * each / size / (kills + 1) // requests between two kills
	for range acks {
		if acknowledged++; acknowledged%share == 0 && killed < kills {
			try(t, c.signal(syscall.SIGKILL))
			_ = c.wait()
			c = start()
			killed++
		}
	}
	try(t, c.signal(syscall.SIGTERM))
	if code := exitOf(t, c.wait()); code != exitOK {
		out, _ := os.ReadFile(stderr.Name())
		t.Errorf("exit code %d: %s", code, out)
	}
	wantTickets(t, db, int64(producers*each))
	t.Logf("%d kills, %d records acknowledged, each counted once", killed, producers*each)
}

// wantTickets fails unless all tickets together have counted n records.
func wantTickets(t *testing.T, path string, n int64) {
	t.Helper()
	s, err := sqlite.Open(path, &sqlite.Options{NoCreate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	var counted int64
	if err := eachTicket(t.Context(), s, func(k *ticketing.Ticket) { counted += k.Count }); err != nil || counted != n {
		t.Errorf("counted %d records, want %d; %v", counted, n, err)
	}
}
