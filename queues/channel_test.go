package queues_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
)

// Records go through a channel and keep their order; closing it ends the subscriber.
func TestChannel(t *testing.T) {
	ch := make(chan *logbook.Record, 3)
	h := logbook.Must(queues.NewChannel(ch, &queues.ChannelOptions{Level: logbook.LevelInfo}))
	logbook.InGoroutine(func() {
		logbook.Debug("0")
		for _, m := range []string{"1", "2", "3"} {
			logbook.Info(m)
		}
	}, h)
	try(t, h.Close(t.Context()))
	close(ch)
	rec := logbooktest.NewRecorder()
	try(t, queues.DispatchForever(rec.Context(t.Context()), queues.NewChannelSubscriber(ch)))
	if messages(rec) != "1 2 3" || h.Stats().Handled != 3 {
		t.Errorf("%s, %v", messages(rec), h.Stats())
	}
	if err := h.Handle(logbook.NewRecord(logbook.RecordData{})); !errors.Is(err, logbook.ErrClosed) || h.Stats().Dropped != 1 {
		t.Errorf("%v, %v", err, h.Stats())
	}
}

// With Block a call waits for room, or for Close.
func TestChannelBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan *logbook.Record)
		h := logbook.Must(queues.NewChannel(ch, nil))
		done := make(chan error)
		r := logbook.NewRecord(logbook.RecordData{Message: "1"})
		go func() { done <- h.Handle(r) }()
		synctest.Wait()
		if got := receive(t, queues.NewChannelSubscriber(ch)); got != "1" || <-done != nil {
			t.Error(got)
		}
		go func() { done <- h.Handle(r) }()
		synctest.Wait()
		go h.Close(t.Context())
		if err := <-done; !errors.Is(err, logbook.ErrClosed) || h.Stats().Dropped != 1 {
			t.Errorf("%v, %v", err, h.Stats())
		}
	})
}

// With DropNewest a call never waits. The loss is reported when there is room.
func TestChannelDrops(t *testing.T) {
	ch := make(chan *logbook.Record, 2)
	h := logbook.Must(queues.NewChannel(ch, &queues.ChannelOptions{Overflow: queues.DropNewest}))
	log := func(m string) { try(t, h.Handle(logbook.NewRecord(logbook.RecordData{Message: m}))) }
	for _, m := range strings.Fields("1 2 3 4") {
		log(m)
	}
	s := queues.NewChannelSubscriber(ch)
	got := []string{receive(t, s), receive(t, s)}
	log("5")
	log("6")
	got = append(got, receive(t, s), receive(t, s))
	log("7")
	got = append(got, receive(t, s), receive(t, s))
	if all := strings.Join(got, ", "); all != "1, 2, 2 records dropped, 5, 1 record dropped, 7" {
		t.Error(all)
	}
	if stats := h.Stats(); stats.Handled != 4 || stats.Dropped != 3 {
		t.Error(stats)
	}
}

func TestChannelOptions(t *testing.T) {
	var e *logbook.OptionError
	if _, err := queues.NewChannel(nil, &queues.ChannelOptions{Overflow: queues.DropOldest}); !errors.As(err, &e) || e.Option != "Overflow" {
		t.Error(err)
	}
}

func TestChannelSubscriberClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := queues.NewChannelSubscriber(make(chan *logbook.Record))
		got := make(chan string)
		go func() { got <- receive(t, s) }()
		time.Sleep(time.Second) // of the bubble
		for range 2 {
			try(t, s.Close(t.Context()))
		}
		if g := <-got; g != logbook.ErrClosed.Error() || receive(t, s) != g {
			t.Error(g)
		}
	})
	ch := make(chan *logbook.Record)
	close(ch)
	if _, err := queues.NewChannelSubscriber(ch).Receive(t.Context()); err != io.EOF {
		t.Error(err)
	}
}

func TestChannelHandler(t *testing.T) {
	for _, o := range []*queues.ChannelOptions{nil, {Overflow: queues.DropNewest, Bubble: true, Level: logbook.LevelInfo}} {
		var stop []chan *logbook.Record
		logbooktest.TestHandler(t, func() logbook.Handler {
			ch := make(chan *logbook.Record)
			stop = append(stop, ch)
			go func() {
				for range ch { // takes them all
				}
			}()
			return logbook.Must(queues.NewChannel(ch, o))
		})
		for _, ch := range stop {
			close(ch)
		}
	}
}
