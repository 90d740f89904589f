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

// With Block, Put waits for room, and Get for a record.
func TestBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &hold.Buffer{Queue: hold.Queue{MaxRecords: 2, MaxBytes: 1 << 20, Policy: hold.Block}}
		dropped := func() uint64 { _, n := b.Stats(); return n }
		ctx, cancel := context.WithCancel(t.Context())
		var puts sync.WaitGroup
		puts.Go(func() {
			for i := range 5 {
				if err := b.Put(t.Context(), item(0, fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
			}
		})
		synctest.Wait()
		if held, _ := b.Stats(); held != 2 {
			t.Errorf("%d are held", held)
		}
		var got []string
		for range 5 {
			batch, err := b.Get(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, texts(batch))
			batch.Release()
		}
		puts.Wait()
		if want := "0 1 2 3 4"; strings.Join(got, " ") != want || dropped() != 0 {
			t.Errorf("got %q, %d dropped", got, dropped())
		}
		failed := make(chan error, 2)
		go func() {
			_, err := b.Get(ctx, 1)
			failed <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Errorf("Get of a context that ended: %v", err)
		}
		b.Put(t.Context(), item(0, "1"))
		b.Put(t.Context(), item(0, "2"))
		if err := b.Put(ctx, item(0, "3")); !errors.Is(err, context.Canceled) || dropped() != 1 {
			t.Errorf("Put of a context that ended: %v, %d dropped", err, dropped())
		}
		go func() { failed <- b.Put(t.Context(), item(0, "4")) }()
		synctest.Wait()
		b.Close()
		if err := <-failed; !errors.Is(err, logbook.ErrClosed) || dropped() != 2 {
			t.Errorf("Put of a closed buffer: %v, %d dropped", err, dropped())
		}
		if batch, err := b.Get(t.Context(), 9); err != nil || texts(batch) != "1 2 2 records dropped" {
			t.Errorf("%q, %v", texts(batch), err)
		}
		if _, err := b.Get(t.Context(), 9); !errors.Is(err, logbook.ErrClosed) {
			t.Errorf("Get of a closed buffer: %v", err)
		}
	})
}
