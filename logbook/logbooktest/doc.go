// Package logbooktest tests code that logs, and handlers.
//
// # Code that logs
//
// [Record] catches what a test logs, and answers questions about it:
//
//	func TestTransfer(t *testing.T) {
//		t.Parallel()
//		rec := logbooktest.Record(t)
//		transfer(rec.Context(t.Context()), -5)
//		if !rec.HasWarn("negative amount -5") {
//			t.Error(rec)
//		}
//	}
//
// The recorder is bound to the test's goroutine until the test ends, so tests
// that run in parallel do not see each other's records, and nothing is printed. A
// goroutine that the code starts has no part in that, nor has a subtest: give them
// [Recorder.Context], start them with [logbook.Go], or let the subtest call Record
// itself.
//
// A question is a level and probes, all of which one record must answer: [Message],
// [Matching], [Channel], [Attr], [ErrorIs], or any function of a record. Each level
// has two short forms: HasWarn asks for a message, HasWarns for any record of the
// level.
//
//	rec.HasWarn("negative amount -5", logbooktest.Attr("n", -5))
//	rec.HasErrors(logbooktest.ErrorIs(fs.ErrNotExist))
//	rec.Has(logbook.LevelWarn, logbooktest.Matching(regexp.MustCompile("^negative")))
//
// [RecordWith] can also print each record into the test's output, and fail a test
// that logged an error which it did not ask for:
//
//	rec := logbooktest.RecordWith(t, &logbooktest.Options{Echo: true, FailOn: logbook.LevelError})
//
// # Handlers
//
// [TestHandler] checks that a handler keeps the contract of [logbook.Handler] and
// of what else it implements. Run it with the race detector: then records that are
// used after their time panic.
//
//	func TestChat(t *testing.T) {
//		logbooktest.TestHandler(t, func() logbook.Handler { return &chat{post: discard} })
//	}
//
// To let a failing handler fail a test that has nothing to do with it, bind
// [logbook.Flags] with [logbook.RaiseErrors].
package logbooktest
