package queues

import (
	"context"
	"errors"
	"io"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// DispatchOnce receives one delivery, hands its records to the handlers that a call with
// this context would reach, and acknowledges it. It returns the subscriber's error.
// Failures of handlers go to the error flag, as for any other record.
func DispatchOnce(ctx context.Context, s Subscriber) error {
	d, err := s.Receive(ctx)
	if err != nil {
		return err
	}
	dispatch(ctx, d)
	return nil
}

func dispatch(ctx context.Context, d Delivery) {
	err := errors.New("queues: a handler ended the goroutine, or panicked")
	defer func() { d.Done(err) }()
	for _, r := range d.Records {
		logbook.Dispatch(ctx, r)
	}
	err = nil
}

// DispatchForever dispatches deliveries as [DispatchOnce] does, until the context ends or
// the subscriber fails. It returns nil at the end of the source ([io.EOF]) and after the
// subscriber's Close, and otherwise the error. The delivery in progress is finished first.
func DispatchForever(ctx context.Context, s Subscriber) error {
	for {
		switch err := DispatchOnce(ctx, s); {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, logbook.ErrClosed):
			return nil
		default:
			return err
		}
	}
}

// Dispatcher dispatches the deliveries of a subscriber on a goroutine of its own. See
// [DispatchInBackground].
type Dispatcher struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// DispatchInBackground starts a goroutine that dispatches deliveries until
// [Dispatcher.Stop], the end of the source, or an error of the subscriber. The items of
// the setup are bound to the goroutine, above those of the application.
func DispatchInBackground(s Subscriber, setup ...logbook.Bindable) *Dispatcher {
	ctx, cancel := flow.NewContext()
	d := &Dispatcher{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(d.done)
		defer cancel()
		logbook.InGoroutine(func() {
			if err := DispatchForever(ctx, s); ctx.Err() == nil {
				d.err = err
			}
		}, setup...)
	}()
	return d
}

// Stop ends the goroutine after the delivery in progress, and waits for it until the
// context ends. It returns the error of the subscriber that ended the goroutine before, or
// the context's. It does not close the subscriber.
func (d *Dispatcher) Stop(ctx context.Context) error {
	d.cancel()
	select {
	case <-d.done:
		return d.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Done returns a channel that is closed when the goroutine has ended.
func (d *Dispatcher) Done() <-chan struct{} { return d.done }

// Err returns the error of the subscriber that ended the goroutine. It is nil while the
// goroutine runs, after Stop, and at the end of the source.
func (d *Dispatcher) Err() error {
	select {
	case <-d.done:
		return d.err
	default:
		return nil
	}
}
