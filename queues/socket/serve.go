package socket

import (
	"cmp"
	"context"
	"errors"

	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// ServeOptions configure [Serve]. nil is the default.
type ServeOptions struct {
	// Listen has the options of the socket. Without Accept it receives [Pickle].
	Listen ListenOptions

	// Setup has handlers and other items for the records, above those of the application. They
	// are closed by [Server.Close]. nil: the records go to the handlers of the application,
	// also to those of [Attach], which must not send them here again.
	Setup []logbook.Bindable

	// OnRecord is called for each record before it is dispatched, on one goroutine; it may
	// change the record. A panic is reported as refused input is, and the record dispatched.
	OnRecord func(*logbook.Record)
}

// Server receives records and dispatches them, on goroutines of its own, until it is closed.
// It is the ServerContext of dagrunner. [Serve] makes one.
type Server struct {
	*Subscriber
	dispatcher *queues.Dispatcher
	setup      []logbook.Bindable
}

// Serve receives at an address, as [Listen] does, and dispatches the records; "" is
// tcp://localhost:9020. The errors are those of Listen; then the items of Setup are not
// closed.
//
//	logs, err := sqlitelog.New("logs.db", nil)
//	...
//	s, err := socket.Serve("", &socket.ServeOptions{Setup: []logbook.Bindable{logs}})
//	...
//	defer s.Close(ctx)
func Serve(address string, o *ServeOptions) (*Server, error) {
	if o == nil {
		o = new(ServeOptions)
	}
	listen := o.Listen
	if len(listen.Accept) == 0 {
		listen.Accept = []Format{Pickle}
	}
	sub, err := Listen(cmp.Or(address, "tcp://localhost:"+defaultPort), &listen)
	if err != nil {
		return nil, err
	}
	s := &Server{Subscriber: sub, setup: o.Setup}
	s.dispatcher = queues.DispatchInBackground(&hooked{sub, o.OnRecord}, o.Setup...)
	return s, nil
}

// Close stops accepting, dispatches what has arrived, until the context ends, and closes the
// items of Setup. So what the server has received by then is written when Close returns nil.
// Closing again does nothing.
func (s *Server) Close(ctx context.Context) error {
	err := s.Subscriber.Close(ctx)
	select {
	case <-s.dispatcher.Done():
		err = errors.Join(err, s.dispatcher.Err())
	case <-ctx.Done():
		err = errors.Join(err, s.dispatcher.Stop(ctx))
	}
	return errors.Join(err, logbook.Close(ctx, s.setup...))
}

// hooked calls OnRecord.
type hooked struct {
	*Subscriber
	onRecord func(*logbook.Record)
}

// Receive implements [queues.Subscriber].
func (h *hooked) Receive(ctx context.Context) (queues.Delivery, error) {
	d, err := h.Subscriber.Receive(ctx)
	if h.onRecord != nil {
		for _, r := range d.Records {
			if err := panics.Call(func() error { h.onRecord(r); return nil }); err != nil {
				h.refuse(listener.Peer{PID: listener.Unknown, UID: listener.Unknown}, err)
			}
		}
	}
	return d, err
}

// Attach sends the records of the application to a receiver for Python's SocketHandler, at an
// address as for [NewPythonHandler], beside the handlers that are bound already. Log calls do
// not wait for the network. It is client_attach_socket_handler of dagrunner.
//
// A process that also receives must not send what it has received back to where it came from,
// such as to itself, or the records go round for ever. A filter can leave them out: they have
// the attribute peer or, on a unix socket, peer_pid.
//
// Detach ends that, and sends what was logged before, until the context ends.
func Attach(address string, o *PythonOptions) (detach func(ctx context.Context) error, err error) {
	if o == nil {
		o = new(PythonOptions)
	}
	bubbling := *o
	bubbling.Bubble = true
	h, err := NewPythonHandler(address, &bubbling)
	if err != nil {
		return nil, err
	}
	b := queues.NewBackground(h, nil)
	undo := logbook.PushApplication(b)
	return func(ctx context.Context) error {
		undo()
		return b.Close(ctx)
	}, nil
}
