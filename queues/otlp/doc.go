// Package otlp sends and receives records by OTLP, the protocol of OpenTelemetry: to and from
// its collector, from its SDKs in any language, to services that take it, and between programs
// of Logbook.
//
// # Sending
//
// A [Handler] sends in the background, in batches:
//
//	h, err := otlp.NewHandler("otlp://localhost:4318", &otlp.HandlerOptions{Service: "shop"})
//	...
//	defer logbook.Use(h)(ctx)
//
// A record of ours that arrives at a receiver of this package is equal to what was logged,
// also by way of an OpenTelemetry collector: level, message and template, attributes of all
// kinds, errors with chain and stack, caller, goroutine and process. Other programs find these
// where the conventions of OpenTelemetry have them. Times have the zone of the sender.
//
// What other programs send, and a record has no method for, are attributes of processors in a
// received record: the group resource, trace_id and span_id. If the record is sent on, they
// become what they were, so it keeps its origin.
//
// Each batch is named, by the header Idempotency-Key: INSTANCE:FIRST-LAST, with a random id of
// the handler and the numbers of its records. A receiver that gets it twice, since its answer
// was lost, knows it by that. Collectors of OpenTelemetry ignore the name: there, such records
// are twice.
//
// Records wait in the memory of the program. With a spool before the handler, they are on the
// disk, and are sent after a restart; see queues.NewSpool.
//
// # Receiving
//
// [Listen] takes OTLP/HTTP, in protobuf and JSON, and OTLP/gRPC, on one port:
//
//	s, err := otlp.Listen("tcp://127.0.0.1:4318", nil)
//	if err != nil {
//		return err
//	}
//	go func() {
//		<-interrupted
//		s.Close(ctx) // the requests in flight are still handled
//	}()
//	err = queues.DispatchForever(context.Background(), s)
//
// A program of an OpenTelemetry SDK needs its address, and a token if there is one:
//
//	OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://127.0.0.1:4318/v1/logs
//	OTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer%20TOKEN
//
// # What an acknowledgement is worth
//
// A request is answered with success when its records are handled: when the handlers of
// [queues.DispatchForever] have returned, or when the function Store of [ListenOptions] has
// returned nil, such as one that appends to a log of package spool, which returns when the
// entry is on the disk. So a sender which keeps what is not acknowledged loses nothing. Logbook's handler
// does, with a spool before it also over a restart. An SDK of OpenTelemetry keeps its records
// in memory for 10 to 60 s.
//
// While the receiver is full, or does not run, senders try again; see [Subscriber] for what
// they are told. What they send twice is delivered once.
//
// # Hostile peers
//
// Whoever reaches the socket can send records, so a plaintext address is refused unless it is
// one of this machine, or Insecure is set. Tokens or client certificates let only their
// holders in. Memory, connections and times are bounded for all peers together; see
// [ListenOptions]. While all connections are taken, those without a valid request make room
// for new ones, and while all memory is taken, the requests that were begun first.
package otlp
