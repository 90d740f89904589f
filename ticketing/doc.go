// Package ticketing turns records into tickets: all records of one call site that fails are
// one ticket, with how often, since when, and the full records. It takes the place of Python
// Logbook's module of that name.
//
//	store, err := sqlite.Open("tickets.db", nil)
//	...
//	h, err := ticketing.NewHandler(store, &ticketing.HandlerOptions{Level: logbook.LevelWarn, Bubble: true})
//	...
//	defer logbook.Use(queues.NewBackground(h, nil))(ctx)
//
// Then each warning and error is in the database:
//
//	tickets, err := store.Tickets(ctx, nil) // the newest first
//	for _, t := range tickets {
//		fmt.Println(t.State, t.Count, t.Title)
//	}
//
// # Which records belong together
//
// A [Key] computes the [Fingerprint] of a record. [KeyFunc] groups by function and message
// template, so that tickets survive edits of the source; [KeyCallSite] groups by file and
// line, as Python Logbook does. A record with the attribute "fingerprint" is grouped by that
// alone. [Store.Merge] and [Store.Split] correct what a key got wrong.
//
// # States
//
// A ticket is [Open] until somebody solves or mutes it. A solved ticket that recurs is
// [Regressed], unless it was solved in the next release and the record is of an old one. A
// muted ticket opens when a record recurs after a time, or when a number of records recur
// within a time; without such a record it stays muted. Every change is in [Store.History].
//
// # Growth
//
// All records are counted, in total and for each hour, but not all are kept: see [Limits]. A
// program that makes up fingerprints without end, from paths or ids, fills an overflow ticket
// instead of the database. What is left out is counted in [Store]'s Stats.
//
// A record that comes again is counted once, if it has a [logbook.Origin], as those have that
// come from a spool, or from a handler of package otlp.
//
// # Stores
//
// [Memory] is a store in memory. Package sqlite stores in a file, which Python Logbook can
// share, package postgres in a PostgreSQL database, and package mongodb in a MongoDB database.
// For a store of your own, implement [Store], and test it by package ticketingtest.
//
// Package web serves a store as a page, package follow sends alerts about its tickets, and
// package tracker creates issues for them.
package ticketing
