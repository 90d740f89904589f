// Package zeromq sends records over ZeroMQ, and receives them, in the form of Python
// Logbook: its programs can be at either end. The package needs libzmq, so it is built with
// the tag zmq and cgo; in other programs its constructors return [ErrNotBuilt].
//
//	apt-get install libzmq3-dev
//	go build -tags zmq
//
// # Publish and subscribe
//
// A handler publishes at an address. Any number of subscribers connect, also from Python,
// and each receives all that is published from then on:
//
//	h, err := zeromq.NewHandler("tcp://127.0.0.1:5000", nil)
//	...
//	defer logbook.Use(h)(ctx)
//
// In another program, the records are dispatched to the handlers there:
//
//	s, err := zeromq.NewSubscriber("tcp://127.0.0.1:5000", nil)
//	...
//	err = queues.DispatchForever(ctx, s)
//
// This is a view of what happens now. While nobody subscribes, records are discarded, and
// counted as Suppressed. So are those that are logged before the first subscription has
// arrived, which takes some milliseconds.
//
// # Push and pull
//
// To collect the records of many programs, each of them pushes to one subscriber, which
// binds. This is Python Logbook's multi mode. Records wait in the queue of the handler until
// the collector is there:
//
//	h, err := zeromq.NewHandler("tcp://127.0.0.1:5000", &zeromq.HandlerOptions{Push: true})
//
//	s, err := zeromq.NewSubscriber("tcp://127.0.0.1:5000", &zeromq.SubscriberOptions{Pull: true})
//
// Either end can bind, and the other connects; see [End]. Connections that break are made
// again, at growing intervals.
//
// # What is lost, and when
//
// A log call puts the record into a queue that is bounded in records and bytes. If the queue
// is full, its Overflow decides; by default the oldest records are dropped. They are counted,
// and a record in the stream says how many there were. This includes records for which
// ZeroMQ's own queue, of HighWater records for each peer, has no room: they wait in ours,
// and are not dropped in silence, as they are by a usual PUB socket. A subscriber that is
// slow for long holds up the others, until it is disconnected; see Heartbeat.
//
// ZeroMQ knows no acknowledgements. When a connection breaks or a program ends, the records
// on the way are lost, in the buffers of both programs and both systems, and nobody can
// count them. Close of a handler waits until they are sent, and that of a subscriber counts
// those that had arrived. Where no record may be lost, ZeroMQ is the wrong transport.
//
// # Security
//
// Without Curve, anybody who reaches the address can read records, or send some. So tcp
// addresses beyond this machine are refused without it, unless Insecure is set. With Curve,
// both ends are authenticated by their keys, and the connection is encrypted:
//
//	public, secret, err := zeromq.NewKeys() // once for each program
//
//	s, err := zeromq.NewSubscriber("tcp://*:5000", &zeromq.SubscriberOptions{
//		Pull: true,
//		SocketOptions: zeromq.SocketOptions{
//			Curve: &zeromq.Curve{SecretKey: serverSecret, ClientKeys: []string{clientPublic}},
//		},
//	})
//
//	h, err := zeromq.NewHandler("tcp://logs.example.com:5000", &zeromq.HandlerOptions{
//		Push: true,
//		SocketOptions: zeromq.SocketOptions{
//			Curve: &zeromq.Curve{SecretKey: clientSecret, ServerKey: serverPublic},
//		},
//	})
//
// The keys of clients are checked by this package, in a context of its own: libzmq by
// itself accepts every client that knows the server's public key. Refused handshakes are
// counted, and reported in the stream, by a record with the address and the key.
//
// A peer that is let in can still take memory, with messages of many parts. So give keys
// only to peers that you trust. Versions of libzmq before 4.3.3 have holes for all others,
// and are refused.
//
// # Messages
//
// Each message is one frame: a record as [logbook.Wire] formats it, without a topic or a
// newline. To send it in another way, format it with Wire yourself.
package zeromq
