package queues_test

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// message is a message of a broker.
type message struct {
	body   []byte
	settle func(err error) // does not wait
}

// inbox is a subscriber of the broker's messages.
type inbox struct {
	messages <-chan message // closed by the broker at the end
	closed   chan struct{}
	closing  sync.Once
}

func (b *inbox) Receive(ctx context.Context) (queues.Delivery, error) {
	select {
	case m, ok := <-b.messages:
		if !ok {
			return queues.Delivery{}, io.EOF
		}
		r := new(logbook.Record)
		if err := r.UnmarshalJSON(m.body); err != nil {
			r = logbook.NewRecord(logbook.RecordData{Level: logbook.LevelWarn, Channel: "inbox", Message: "refused a message: " + err.Error()})
		}
		return queues.Delivery{Records: []*logbook.Record{r}, Ack: m.settle}, nil
	case <-b.closed:
		return queues.Delivery{}, logbook.ErrClosed
	case <-ctx.Done():
		return queues.Delivery{}, ctx.Err()
	}
}

func (b *inbox) Close(context.Context) error {
	b.closing.Do(func() { close(b.closed) })
	return nil
}

// A subscriber of a message broker, which sends a message again that is not acknowledged.
func ExampleSubscriber() {
	messages := make(chan message, 2)
	for i, body := range []string{
		`{"channel": "shop", "level": 13, "message": "sold out", "extra": {"item": 7}, "heavy_initialized": true, "time": "2024-02-29T13:37:42.005000Z"}`,
		`no record`,
	} {
		messages <- message{[]byte(body), func(err error) { fmt.Println("message", i, "acknowledged:", err == nil) }}
	}
	close(messages)

	defer logbook.PushApplication(stdout())()
	if err := queues.DispatchForever(context.Background(), &inbox{messages: messages, closed: make(chan struct{})}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// WARNING: sold out item=7
	// message 0 acknowledged: true
	// WARNING: refused a message: logbook: received record: invalid JSON at byte 1: expected null
	// message 1 acknowledged: true
}
