// Package queues carries records between goroutines and processes.
//
// NewBackground puts a queue and a goroutine before a handler, so that a log call does
// not wait for a slow sink:
//
//	mails := queues.NewBackground(mail, &queues.BackgroundOptions{Overflow: queues.DropOldest})
//	undo := logbook.PushApplication(mails)
//	defer mails.Close(ctx) // sends what is left
//
// The other handlers of this package send records elsewhere, and each has a [Subscriber]
// that receives them: NewChannel on a Go channel, and NewPipe on a pipe between a
// parent and a child process. The packages below this one do so over a network. A program
// that receives hands the records to its own handlers, as if they were logged there:
//
//	err := queues.DispatchForever(ctx, subscriber)
//
// [DispatchInBackground] does it on a goroutine of its own, and NewGroup merges several
// subscribers into one.
package queues
