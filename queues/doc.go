// Package queues takes records to where they are handled: to another goroutine, another
// process, or another machine.
//
// # Which one
//
//	NewBackground  a handler of this program that is slow: mail, chat, a command, a network
//	NewSpool       a handler that must not lose a record: the queue is on the disk
//	NewChannel     another goroutine of this program, such as one that shows the records
//	FromChild      the parent process, from a child that calls ToParent; not on Windows
//	NewPipe        another program that reads a pipe: the parent, or "logbook pipe"
//	zeromq         many programs to one, or one to many, over a network; also to Python's Logbook
//	redis          a list of a Redis server, for workers; also from and to Python's Logbook
//	nats           a stream on disk of NATS JetStream, on one server or a cluster
//	socket         programs that speak a format of their own
//
// The last three are packages below this one. docs/queues.md compares all of them: what each
// costs, and what is lost when.
//
// # In the background
//
// [NewBackground] puts a queue and a goroutine before a handler, so that a log call does
// not wait for it:
//
//	mails := queues.NewBackground(mail, &queues.BackgroundOptions{Overflow: queues.DropOldest})
//	undo := logbook.PushApplication(mails)
//	...
//	undo()
//	err := mails.Close(ctx) // sends what is left
//
// A file rarely needs one: it has a buffer of its own, BufferOptions of package handlers.
//
// The queue is bounded. [Overflow] decides about records for which there is no room: by
// default a log call waits, and with the other policies records are dropped. No loss is
// silent. A record in the stream says how many records were dropped, Stats counts them, and
// Close reports those that are left when its context ends as a [logbook.UnsentError].
//
// # On the disk
//
// [NewSpool] writes the records to a log on the disk before a handler, and hands them over from
// there, until the handler has them, also after a restart:
//
//	mails, err := queues.NewSpool(mail, "/var/lib/app/mails", nil)
//
// Flush returns when all records are on the disk. What a handler fails to handle is set aside;
// see the command "logbook spool".
//
// # Elsewhere
//
// The other handlers of this package send records elsewhere, and each has a [Subscriber]
// that receives them: [NewChannelSubscriber] those of [NewChannel], [NewPipeSubscriber] those
// of [NewPipe], and [FromChild] those of [ToParent]. A program that receives hands the
// records to its own handlers, as if they were logged there, but with the time, caller,
// process and attributes that they had:
//
//	err := queues.DispatchForever(ctx, subscriber)
//
// [DispatchInBackground] does it on a goroutine of its own, which can have handlers of its
// own, and [NewGroup] merges several subscribers into one. A program that does something
// else with the records calls Receive of the subscriber, and Done of each [Delivery].
//
// Input that is no record does not end a subscriber. It is counted, and reported by a
// warning on channel "logbook".
package queues
