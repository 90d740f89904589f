package inbox_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/internal/inbox"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func record(text string) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{Message: text})
}

func TestPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inbox.New()
		taken := make(chan bool)
		go func() {
			taken <- b.Pass(t.Context(), queues.Delivery{Records: []*logbook.Record{record("a"), record("b")}}, 2)
		}()
		synctest.Wait()
		if b.Held() != 2 || b.Handled() != 0 {
			t.Errorf("%d held, %d handled", b.Held(), b.Handled())
		}
		if d, err := b.Receive(t.Context()); len(d.Records) != 2 || err != nil || !<-taken || b.Held() != 0 || b.Handled() != 2 {
			t.Errorf("%v, %v, %d held, %d handled", d, err, b.Held(), b.Handled())
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if b.Pass(ctx, queues.Delivery{}, 1) || b.Held() != 0 {
			t.Error("passed on without a receiver")
		}
		if _, err := b.Receive(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// Close ends the context of drain when nobody calls Receive any more, and not before.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inbox.New()
		for range 100 {
			b.Notice(record("notice")) // the last ones are dropped
		}
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			for range 60 {
				if d, err := b.Receive(t.Context()); err != nil || d.Records[0].Message() != "notice" {
					t.Errorf("%v, %v", d, err)
				}
				time.Sleep(time.Second / 2)
			}
		}()
		start := time.Now()
		failure := errors.New("failed")
		err := b.Close(t.Context(), func(ctx context.Context) error {
			<-ctx.Done()
			if cause := context.Cause(ctx); cause != inbox.ErrNoReceiver {
				t.Errorf("cause %v", cause)
			}
			return failure
		})
		if d := time.Since(start); err != failure || d < 30*time.Second || d > 33*time.Second {
			t.Errorf("%v after %v", err, d)
		}
		<-stop
		for range 4 {
			if d, err := b.Receive(t.Context()); err != nil || len(d.Records) != 1 {
				t.Errorf("%v, %v", d, err)
			}
		}
		if _, err := b.Receive(t.Context()); !errors.Is(err, logbook.ErrClosed) {
			t.Error(err)
		}
	})
}
