// Package logbooktest helps to test code that logs, and tests handlers.
//
// # Code that logs
//
// [Record] collects the records that a test logs:
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
// The recorder is bound to the test's goroutine until the test ends, so parallel
// tests do not see each other's records, and nothing is printed. The binding does not
// extend to other goroutines or to subtests: pass them [Recorder.Context], start
// goroutines with [logbook.Go], or let the subtest call Record itself.
//
// [Recorder.Has] reports whether a record has a level and matches all probes:
// [Message], [Matching], [Channel], [Attr], [ErrorIs], or any function of a record.
// Each level has two short forms: HasWarn looks for a message, HasWarns for any record
// of the level.
//
//	rec.HasWarn("negative amount -5", logbooktest.Attr("n", -5))
//	rec.HasErrors(logbooktest.ErrorIs(fs.ErrNotExist))
//	rec.Has(logbook.LevelWarn, logbooktest.Matching(regexp.MustCompile("^negative")))
//
// [RecordWith] can also print each record to the test's output, and fail a test that
// logs an unexpected error:
//
//	rec := logbooktest.RecordWith(t, &logbooktest.Options{Echo: true, FailOn: logbook.LevelError})
//
// # Handlers
//
// [TestHandler] checks that a handler keeps the contract of [logbook.Handler] and of
// the optional interfaces that it implements. Run it with the race detector, which
// makes the use of a released record panic.
//
//	func TestChat(t *testing.T) {
//		logbooktest.TestHandler(t, func() logbook.Handler { return &chat{post: discard} })
//	}
//
// To make failures of handlers fail any test, bind [logbook.Flags] with
// [logbook.RaiseErrors].
package logbooktest
