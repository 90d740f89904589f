// Package spool keeps entries in a log on disk until all who need them are done with them.
//
// A [Log] is a directory. [Log.Append] adds entries, and returns when they are on disk. A
// [Cursor] reads them in order, and says how far it is; it goes on there after a restart. A
// log can have any number of cursors, which do not hold up each other:
//
//	log, err := spool.Open("/var/lib/app/spool", nil)
//	...
//	err = log.Append(ctx, &spool.Entry{Key: "...", Records: 100, Body: request})
//
//	cursor, err := log.Cursor("mail", nil)
//	for {
//		entries, err := cursor.Read(ctx, 1000, 0)
//		...
//		cursor.Ack(entries[len(entries)-1].Number)
//	}
//
// Package queues puts a log in front of a handler: see queues.NewSpool. The program logbook
// keeps what it receives in one, and its command spool shows and repairs it.
//
// # What is promised
//
// An entry whose Append has returned nil, with the default [SyncAlways], is read by every
// cursor at least once, in the order of the numbers, through crashes of the program and of
// the machine, as far as the disk keeps what it has confirmed. With [SyncInterval] and
// [SyncNever] that holds for crashes of the program; what a crash of the machine can take is
// what was not synced.
//
// Each entry has a checksum. What is damaged or missing is never returned: readers pass it,
// count it exactly, by the gap in the numbers, and go on with the next entry.
//
// After a failed sync, the system may have dropped what it could not write. So the Append
// fails, the file is never synced again, and the next entries go to a new one.
//
// # Space
//
// The log takes at most [Options.MaxBytes]. At the limit Append fails, or the oldest entries
// are dropped and counted. Space becomes free when all cursors are past a segment, a file of
// [Options.SegmentBytes]. The newest finished segment is kept even then, so that the keys of
// the last entries are known after a restart.
//
// The directory has mode 0700 and the files 0600. One process can have a log open for
// writing; [OpenReadOnly] opens it beside that one.
package spool
