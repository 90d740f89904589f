package hold_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/logbook"
)

func item(level logbook.Level, message string) hold.Item {
	return hold.Keep(logbook.NewRecord(logbook.RecordData{Level: level, Message: message, Channel: "c"}))
}

// texts returns the messages of a batch.
func texts(b hold.Batch) string {
	var all []string
	for _, r := range b.Records() {
		all = append(all, r.Message())
	}
	return strings.Join(all, " ")
}

// levels of the letters of a test.
var levels = map[byte]logbook.Level{'d': logbook.LevelDebug, 'i': logbook.LevelInfo, 'w': logbook.LevelWarn, 'e': logbook.LevelError}

// Each policy drops its records, counts them, and reports them in the stream at the place
// of the loss.
func TestPolicies(t *testing.T) {
	for _, tt := range []struct {
		policy  hold.Policy
		pushed  string // messages, whose first letter is the level
		want    string
		dropped uint64
	}{
		{hold.DropOldest, "i1 i2 i3", "i1 i2 i3", 0},
		{hold.DropOldest, "e1 i2 i3 i4 i5", "2 records dropped i3 i4 i5", 2},
		{hold.DropNewest, "i1 i2 i3 e4", "i1 i2 i3 1 record dropped", 1},
		{hold.DropLowest, "i1 d2 e3 e4", "1 record dropped i1 e3 e4", 1},
		{hold.DropLowest, "d1 d2 e3 d4", "1 record dropped d2 e3 d4", 1},
		{hold.DropLowest, "i1 w2 e3 d4", "1 record dropped i1 w2 e3", 1},
		{hold.DropLowest, "d1 i2 d3 e4 e5 e6 e7", "4 records dropped e5 e6 e7", 4},
		{hold.Block, "i1 i2 i3", "i1 i2 i3", 0},
	} {
		q := hold.Queue{MaxRecords: 3, MaxBytes: 1 << 20, Policy: tt.policy}
		for _, m := range strings.Fields(tt.pushed) {
			q.Push(item(levels[m[0]], m))
		}
		if q.Len() != 3 || q.Dropped() != tt.dropped {
			t.Errorf("%d: %d held, %d dropped", tt.policy, q.Len(), q.Dropped())
		}
		b := q.Take(3)
		if got := texts(b); got != tt.want || q.Len() != 0 || q.Bytes() != 0 {
			t.Errorf("policy %d of %s: %q, want %q", tt.policy, tt.pushed, got, tt.want)
		}
		b.Release()
		q.Push(item(logbook.LevelInfo, "again"))
		if got := texts(q.Take(1)); got != "again" {
			t.Errorf("a loss is reported twice: %q", got)
		}
	}
	full := hold.Queue{MaxRecords: 1, MaxBytes: 1 << 20, Policy: hold.Block}
	kept, refused := full.Push(item(0, "1")), !full.Push(item(0, "2"))
	if !kept || !refused || full.Dropped() != 0 {
		t.Errorf("Block: kept %t, refused %t, %d dropped", kept, refused, full.Dropped())
	}
}

// Bytes are bounded too, but one record is held whatever its size.
func TestBytes(t *testing.T) {
	small := item(0, "x")
	q := hold.Queue{MaxRecords: 100, MaxBytes: 3*small.Size() + 1}
	q.Push(small)
	for range 5 {
		q.Push(item(0, "x"))
	}
	if q.Len() != 3 || q.Bytes() != 3*small.Size() || q.Dropped() != 3 {
		t.Errorf("%d records of %d bytes, %d dropped", q.Len(), q.Bytes(), q.Dropped())
	}
	large := item(0, strings.Repeat("x", 10_000))
	if !q.Push(large) || q.Len() != 1 || q.Bytes() != large.Size() {
		t.Errorf("%d records of %d bytes", q.Len(), q.Bytes())
	}
}

func TestUntake(t *testing.T) {
	q := hold.Queue{MaxRecords: 3, MaxBytes: 1 << 20}
	for _, m := range []string{"1", "2", "3", "4"} {
		q.Push(item(0, m))
	}
	b := q.Take(2)
	q.Push(item(0, "5"))
	q.Untake(b)
	if got := texts(q.Take(q.Len())); got != "2 records dropped 3 4 5" {
		t.Errorf("%q", got)
	}
	q.Push(item(0, "6"))
	q.Discard()
	if q.Len() != 0 || q.Bytes() != 0 || q.Dropped() != 2 {
		t.Errorf("%d records of %d bytes, %d dropped", q.Len(), q.Bytes(), q.Dropped())
	}
}

func TestUpToMark(t *testing.T) {
	var q hold.Queue
	q.MaxRecords, q.MaxBytes = 9, 1<<20
	for i := range 4 {
		k := item(0, fmt.Sprint(i))
		k.Marked = i == 2
		q.Push(k)
	}
	for _, want := range []int{3, 2, 1, 0} {
		if got := q.UpToMark(); got != want {
			t.Errorf("%d, want %d", got, want)
		}
		q.Take(1).Release()
	}
}

// A queue behaves like a plain slice, and its memory stays bounded.
func TestQueueAgainstModel(t *testing.T) {
	for _, policy := range []hold.Policy{hold.DropOldest, hold.DropNewest, hold.DropLowest} {
		rnd := rand.New(rand.NewPCG(1, uint64(policy)))
		q := hold.Queue{MaxRecords: 7, MaxBytes: 1 << 20, Policy: policy}
		var model []hold.Item
		for n := range 20_000 {
			if rnd.IntN(10) == 0 {
				k := rnd.IntN(len(model) + 1)
				if got := q.Take(k).Items; !slices.Equal(got, model[:k]) {
					t.Fatalf("policy %d, step %d: took others", policy, n)
				}
				model = model[k:]
				continue
			}
			k := item(logbook.Level(rnd.IntN(4)), "")
			q.Push(k)
			model = append(slices.Clone(model), k)
			if len(model) <= 7 {
				continue
			}
			out := 0
			switch policy {
			case hold.DropNewest:
				out = 7
			case hold.DropLowest:
				for i, m := range model {
					if m.Record.Level() < model[out].Record.Level() {
						out = i
					}
				}
			}
			model = slices.Delete(model, out, out+1)
		}
		if got := q.Take(q.Len()).Items; !slices.Equal(got, model) {
			t.Errorf("policy %d: others are left", policy)
		}
		if got := q.Capacity(); got > 4*7 {
			t.Errorf("policy %d: room for %d records", policy, got)
		}
	}
}

// worker returns a buffer whose worker hands out batches of up to n records, each after a
// value from next, until it is done.
func worker(q hold.Queue, n int, next <-chan struct{}, got func(b hold.Batch) (unsent int)) *hold.Buffer {
	b := &hold.Buffer{Queue: q}
	b.Work = func() {
		for {
			<-next
			batch, ok := b.Get(n)
			if !ok {
				return
			}
			b.Done(batch, got(batch))
		}
	}
	return b
}

// With Block, Put waits for room, in order, until Close.
func TestBufferBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := make(chan struct{})
		var got []string
		b := worker(hold.Queue{MaxRecords: 2, MaxBytes: 1 << 20, Policy: hold.Block}, 1, next, func(batch hold.Batch) int {
			got = append(got, texts(batch))
			return 0
		})
		var puts sync.WaitGroup
		puts.Go(func() {
			for i := range 5 {
				if err := b.Put(item(0, fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
			}
		})
		synctest.Wait()
		if _, held, _ := b.Stats(); held != 2 || !b.Working() {
			t.Errorf("%d are held", held)
		}
		for range 6 {
			next <- struct{}{}
			synctest.Wait()
		}
		puts.Wait()
		synctest.Wait()
		if handled, held, dropped := b.Stats(); strings.Join(got, " ") != "0 1 2 3 4" || handled != 5 || held != 0 || dropped != 0 || b.Working() {
			t.Errorf("got %q; %d handled, %d held, %d dropped", got, handled, held, dropped)
		}
		b.Put(item(0, "1"))
		b.Put(item(0, "2"))
		failed := make(chan error)
		go func() { failed <- b.Put(item(0, "3")) }()
		go func() { failed <- b.PutAll([]hold.Item{item(0, "4"), item(0, "5")}, logbook.ReasonGroup) }()
		synctest.Wait()
		b.Close()
		for range 2 {
			if err := <-failed; !errors.Is(err, logbook.ErrClosed) {
				t.Errorf("Put of a closed buffer: %v", err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if left := b.Wait(ctx); left != 2 {
			t.Errorf("%d are left, want 2", left)
		}
		close(next)
		if left := b.Wait(t.Context()); left != 0 || strings.Join(got[5:], ", ") != "1, 2 3 records dropped" {
			t.Errorf("%d are left, got %q", left, got)
		}
		b.Join(t.Context())
	})
}

// Records that were put together are taken together, and no others with them.
func TestBufferTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := make(chan struct{})
		var got []string
		b := worker(hold.Queue{MaxRecords: 6, MaxBytes: 1 << 20, Policy: hold.Block}, 3, next, func(batch hold.Batch) int {
			got = append(got, fmt.Sprint(batch.Why(), ": ", texts(batch)))
			return 0
		})
		for i := range 4 {
			b.Put(item(0, fmt.Sprint(i)))
		}
		put := make(chan error)
		go func() {
			put <- b.PutAll([]hold.Item{item(0, "a"), item(0, "b"), item(0, "c"), item(0, "d")}, logbook.ReasonEscalation)
		}()
		synctest.Wait() // for room
		next <- struct{}{}
		if err := <-put; err != nil {
			t.Error(err)
		}
		b.Put(item(0, "4"))
		close(next)
		if b.Wait(t.Context()); strings.Join(got, ", ") != "buffer: 0 1 2, buffer: 3, escalation: a b c d, buffer: 4" {
			t.Errorf("%q", got)
		}
		got = nil
		many := make([]hold.Item, 10) // more than fit
		for i := range many {
			many[i] = item(0, fmt.Sprint(i))
		}
		b.PutAll(many, logbook.ReasonGroup)
		if b.Wait(t.Context()); strings.Join(got, ", ") != "group: 0 1 2 3 4 5 6 7 8 9" {
			t.Errorf("%q", got)
		}
		b.Join(t.Context())
	})
}

// Unsent records come again, before newer ones.
func TestBufferUnsent(t *testing.T) {
	for _, policy := range []hold.Policy{hold.Block, hold.DropOldest, hold.DropNewest, hold.DropLowest} {
		synctest.Test(t, func(t *testing.T) {
			next := make(chan struct{})
			var got []string
			unsent := 2
			b := worker(hold.Queue{MaxRecords: 3, MaxBytes: 1 << 20, Policy: policy}, 9, next, func(batch hold.Batch) int {
				got = append(got, texts(batch))
				return unsent
			})
			for i := range 3 {
				b.Put(item(0, fmt.Sprint(i)))
			}
			next <- struct{}{}
			synctest.Wait()
			unsent = 0
			if handled, held, _ := b.Stats(); handled != 1 || held != 2 {
				t.Errorf("%d handled, %d held", handled, held)
			}
			b.Put(item(0, "3"))
			close(next)
			if left := b.Wait(t.Context()); left != 0 || strings.Join(got, ", ") != "0 1 2, 1 2 3" {
				t.Errorf("%d: %d left, got %q", policy, left, got)
			}
			b.Join(t.Context())
		})
	}
}

// Discard drops the records that are left, and those that the worker leaves unsent later.
func TestBufferDiscard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next, unsent := make(chan struct{}), make(chan int)
		b := worker(hold.Queue{MaxRecords: 9, MaxBytes: 1 << 20}, 2, next, func(hold.Batch) int { return <-unsent })
		for i := range 5 {
			b.Put(item(0, fmt.Sprint(i)))
		}
		next <- struct{}{}
		synctest.Wait()
		b.Close()
		if left := b.Discard(); left != 5 {
			t.Errorf("%d are left, want 5", left)
		}
		unsent <- 1
		close(next)
		b.Join(t.Context())
		if handled, held, dropped := b.Stats(); handled != 1 || held != 0 || dropped != 4 {
			t.Errorf("%d handled, %d held, %d dropped", handled, held, dropped)
		}
	})
}
