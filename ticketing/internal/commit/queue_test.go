package commit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing/internal/commit"
)

// journal is a place to commit to, which a test can block.
type journal struct {
	commit.Queue[int]
	gate    chan struct{} // Begin takes an element, which End puts back
	commits []string
	err     error // of Commit
}

func newJournal(limit int) *journal {
	j := &journal{gate: make(chan struct{}, 1)}
	j.gate <- struct{}{}
	j.Max = limit
	j.Begin = func(ctx context.Context) error {
		select {
		case <-j.gate:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	j.Commit = func(_ context.Context, items []int) error {
		j.commits = append(j.commits, fmt.Sprint(items))
		return j.err
	}
	j.End = func(error) { j.gate <- struct{}{} }
	return j
}

// start begins a call, and returns when it waits.
func (j *journal) start(ctx context.Context, items ...int) chan error {
	done := make(chan error, 1)
	go func() { done <- j.Do(ctx, items) }()
	synctest.Wait()
	return done
}

func TestTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal(5)
		if err := j.Do(t.Context(), []int{1}); err != nil {
			t.Fatal(err)
		}
		<-j.gate
		var calls []chan error
		for i := range 5 {
			calls = append(calls, j.start(t.Context(), 2*i, 2*i+1))
		}
		calls = append(calls, j.start(t.Context(), 10, 11, 12, 13, 14, 15))
		j.gate <- struct{}{}
		for _, c := range calls {
			if err := <-c; err != nil {
				t.Error(err)
			}
		}
		want := []string{"[1]", "[0 1 2 3]", "[4 5 6 7]", "[8 9]", "[10 11 12 13 14 15]"}
		if !slices.Equal(j.commits, want) {
			t.Errorf("got %v, want %v", j.commits, want)
		}
		j.err = errors.New("full")
		if err := j.Do(t.Context(), []int{1}); err != j.err {
			t.Error(err)
		}
		if err := j.Do(t.Context(), nil); err != nil {
			t.Error(err)
		}
	})
}

// A call whose context ends while it waits is withdrawn, and another one leads.
func TestWithdrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal(5)
		<-j.gate
		ctx, cancel := context.WithCancel(t.Context())
		first, second, third := j.start(ctx, 1), j.start(ctx, 2), j.start(t.Context(), 3)
		cancel()
		for _, c := range []chan error{first, second} {
			if err := <-c; err != context.Canceled {
				t.Error(err)
			}
		}
		j.gate <- struct{}{}
		if err := <-third; err != nil || !slices.Equal(j.commits, []string{"[3]"}) {
			t.Error(err, j.commits)
		}
		if err := j.Do(ctx, []int{4}); err != context.Canceled {
			t.Error(err)
		}
	})
}

// The context of a commit ends with the last one of the calls.
func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal(5)
		j.Commit = func(ctx context.Context, _ []int) error {
			<-ctx.Done()
			return context.Cause(ctx)
		}
		<-j.gate
		one, cancelOne := context.WithCancel(t.Context())
		two, cancelTwo := context.WithTimeout(t.Context(), time.Hour)
		defer cancelTwo()
		first, second := j.start(one, 1), j.start(two, 2)
		j.gate <- struct{}{}
		synctest.Wait()
		cancelOne()
		synctest.Wait()
		select {
		case <-first:
			t.Error("the commit ended with the first context")
		case <-second:
			t.Error("the commit ended with the first context")
		default:
		}
		time.Sleep(time.Hour)
		for _, err := range []error{<-first, <-second} {
			if err != context.DeadlineExceeded {
				t.Error(err)
			}
		}
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal(5)
		<-j.gate
		first, second := j.start(t.Context(), 1), j.start(t.Context(), 2)
		if n := j.Waiting(); n != 2 || j.Closed() {
			t.Error(n, j.Closed())
		}
		j.Close()
		j.gate <- struct{}{}
		for _, err := range []error{<-first, <-second, j.Do(t.Context(), []int{3}), j.Do(t.Context(), nil)} {
			if err != logbook.ErrClosed {
				t.Error(err)
			}
		}
		if !j.Closed() || len(j.commits) > 0 {
			t.Error(j.commits)
		}
	})
}
