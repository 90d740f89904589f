package queues_test

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// Each record is either handled or counted as dropped, though the inner handler is three
// times slower than the program, and though the Background is closed and replaced while
// records are logged: every second time within its context, and otherwise without time to
// hand over what is left.
//
// LOGBOOK_TORTURE_RECORDS is the number of records; the default is 50,000.
func TestBackgroundAccounting(t *testing.T) {
	const goroutines, generations = 10, 8
	records := 50_000
	if s, set := os.LookupEnv("LOGBOOK_TORTURE_RECORDS"); set {
		var err error
		if records, err = strconv.Atoi(s); err != nil || records < goroutines*generations {
			t.Fatalf("LOGBOOK_TORTURE_RECORDS is %q", s)
		}
	}
	each := records / goroutines
	for name, policy := range map[string]queues.Overflow{
		"newest": queues.DropNewest, "oldest": queues.DropOldest, "lowest": queues.DropLowest,
	} {
		t.Run(name, func(t *testing.T) {
			type generation struct {
				*queues.Background
				received, reported atomic.Int64
			}
			var all []*generation
			var current atomic.Pointer[generation]
			var sent, received atomic.Int64
			var finished atomic.Bool // nobody logs until the handler goes on
			start := func() {
				g := new(generation)
				g.Background = queues.NewBackground(logbook.NewHandler(func(r *logbook.Record) error {
					if v, ok := r.Lookup("dropped"); ok {
						g.reported.Add(v.Int64())
						return nil
					}
					g.received.Add(1)
					for n := received.Add(1); sent.Load() < 3*n && !finished.Load(); {
						runtime.Gosched()
					}
					return nil
				}, nil), &queues.BackgroundOptions{MaxRecords: 50, Overflow: policy})
				all = append(all, g)
				current.Store(g)
			}
			start()
			closed := logbook.Flags{Errors: func(*logbook.HandlerError) {}} // records that came too late
			undo := logbook.PushApplication(logbook.NewHandler(func(r *logbook.Record) error {
				return current.Load().Handle(r)
			}, nil), closed)
			var logging sync.WaitGroup
			for g := range goroutines {
				logging.Go(func() {
					for i := range each {
						if g == 0 && i > 0 && i%(each/generations) == 0 {
							old := current.Load()
							start()
							ctx := t.Context()
							if len(all)%2 == 0 {
								ctx = ended(t)
							}
							finished.Store(true)
							_ = old.Close(ctx)
							finished.Store(false)
						}
						logbook.Log(context.Background(), []logbook.Level{logbook.LevelInfo, logbook.LevelWarn}[i%2], "record")
						sent.Add(1)
						if i%4 == 0 {
							runtime.Gosched() // to the handler
						}
					}
				})
			}
			logging.Wait()
			undo()
			finished.Store(true)
			var dropped, reported int64
			for _, g := range all {
				try(t, g.Close(t.Context()))
				stats := g.Stats()
				if stats.Held != 0 || stats.Handled != uint64(g.received.Load()) {
					t.Errorf("%v, received %d", stats, g.received.Load())
				}
				dropped += int64(stats.Dropped)
				reported += g.reported.Load()
			}
			if total := int64(goroutines * each); received.Load()+dropped != total {
				t.Errorf("%d received and %d dropped, want %d together", received.Load(), dropped, total)
			}
			if last := all[len(all)-1]; last.reported.Load() != int64(last.Stats().Dropped) || reported > dropped || reported == 0 {
				t.Errorf("%d reported, %d dropped; in the last one %d, %v", reported, dropped, last.reported.Load(), last.Stats())
			}
			t.Logf("%d Backgrounds: %d received, %d dropped, of which %d reported in the stream", len(all), received.Load(), dropped, reported)
		})
	}
}

// If the inner handler blocks for ever, log calls go on, and the memory is bounded.
func TestBackgroundDeadHandler(t *testing.T) {
	const n, size = 20_000, 1000
	for _, o := range []queues.BackgroundOptions{
		{MaxRecords: 100, Overflow: queues.DropOldest},
		{MaxBytes: 100 * size, Overflow: queues.DropOldest},
		{MaxRecords: 100, Overflow: queues.DropNewest},
	} {
		gate := make(chan struct{})
		bg := queues.NewBackground(logbook.NewHandler(func(*logbook.Record) error {
			<-gate
			return nil
		}, nil), &o)
		before := heap()
		undo := logbook.PushApplication(bg)
		for range n {
			logbook.Info(strings.Repeat("x", size))
		}
		undo()
		const most = 100 + 1 // one is being handled
		stats := bg.Stats()
		if stats.Held > most || stats.Held < 50 || stats.Dropped != uint64(n-stats.Held) {
			t.Errorf("%v", stats)
		}
		if grown := heap() - before; grown > 2<<20 { // all records are more than 20 MB
			t.Errorf("%d bytes for %d records", grown, stats.Held)
		}
		close(gate)
		try(t, bg.Close(t.Context()))
	}
}

// heap returns the bytes in use.
func heap() int64 {
	runtime.GC()
	runtime.GC() // empties pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
