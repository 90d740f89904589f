// Package follow acts on what happens to the tickets of a store: it alerts people, creates
// issues in a tracker, and solves tickets whose issues were closed.
//
//	f, err := follow.New(store, &follow.Options{
//		Alert:   slack, // any handler
//		Tracker: issues,
//		Create:  []ticketing.EventKind{ticketing.EventRegressed},
//		Solve:   true,
//	})
//	...
//	err = f.Run(ctx)
//
// # Several processes
//
// A follower reads the store, so that it sees what any process records, in Go or in Python. When
// several processes follow a store under one [Options.Name], one of them works, and another takes
// over within about a minute after it ended; their clocks may differ by half a minute. What the
// follower has done is kept in a document of the store, so that a restart neither repeats nor omits
// anything. Only a process that is killed at the wrong moment may leave an alert to be sent again,
// or an issue without a link, for which another is created.
//
// # What is seen
//
// A follower looks at the store soon after it changed, but not more often than each two seconds, at
// the 10,000 tickets seen last, as far as they were seen within an hour before the last look.
// What happened before the first one is not reported, nor are records that arrive more than an
// hour late.
//
// # Failures
//
// An alert that the handler refuses is reported and not sent again; put a queues.Background or
// a spool around the handler for that. An issue that could not be created is tried again, with
// longer and longer pauses, also after a restart.
package follow
