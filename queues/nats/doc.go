// Package nats sends records to streams of NATS JetStream, and receives them from there: a
// queue on disk between programs, on one server or replicated on a cluster, that several
// collectors empty together.
//
//	h, err := nats.NewHandler("nats://127.0.0.1", &nats.HandlerOptions{Stream: "LOGS", Create: &nats.StreamOptions{}})
//	...
//	defer logbook.Use(h)(ctx)
//
// And elsewhere:
//
//	s, err := nats.NewSubscriber("nats://127.0.0.1", &nats.SubscriberOptions{Stream: "LOGS"})
//	...
//	err = queues.DispatchForever(ctx, s)
//
// Servers must have version 2.10.23 or later: earlier ones may lose a stream when they are
// killed. The package refuses them.
//
// # Messages
//
// A message has up to 1000 records. Its body is a request of OTLP for logs
// (ExportLogsServiceRequest, in protobuf), so that other programs can read it, too; package
// queues/otlp describes how records are mapped to it. The headers are
//
//	Nats-Msg-Id       INSTANCE:FIRST-LAST: the instance of the handler, and the numbers of
//	                  the records; the key of an entry that comes from a spool
//	Content-Type      application/x-protobuf
//	Content-Encoding  gzip, if the body came so
//
// # What an acknowledgement is worth
//
// Flush of the handler returns when the server has acknowledged the records. It has written
// them to a file then, and will call fsync within two minutes, unless sync_interval: always is
// in its configuration. So they survive a server that is killed, and not a machine that loses
// power; see [StreamOptions]. What is in the queue of the program is lost if the program is
// killed; a spool in front of the handler keeps it.
//
// A batch that may have arrived is sent again under the same id, and the stream drops it if it
// has seen the id in the last two minutes. So records come twice only after an outage longer
// than that which began between a message and its acknowledgement.
//
// A subscriber acknowledges a message when its delivery is acknowledged, and the server
// delivers it again otherwise: at least once. What was handled comes again if the program ends
// before it has told the server.
//
// # Security
//
// Addresses of other machines need TLS, or Insecure. Anybody who may publish to the subject
// of a stream can fill it, so servers should have logins with permissions. A handler publishes
// to its subject, and subscribes to _INBOX.>; with Create it also publishes to
// $JS.API.STREAM.INFO.STREAM and $JS.API.STREAM.CREATE.STREAM, where the last word is the name
// of the stream. A subscriber subscribes to _INBOX.>, and publishes to
// $JS.API.CONSUMER.CREATE.STREAM.>, $JS.API.CONSUMER.MSG.NEXT.STREAM.> and $JS.ACK.STREAM.>;
// with Create to the two above as well.
package nats
