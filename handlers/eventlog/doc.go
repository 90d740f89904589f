// Package eventlog has a handler to the event log of Windows.
//
//	h, err := eventlog.New("shop", &eventlog.Options{Level: logbook.LevelWarn})
//	if err != nil {
//		return err
//	}
//	defer h.Close(context.Background())
//	defer logbook.PushApplication(h)()
//
// # Registering the source
//
// The event viewer knows how to show events of a source that is registered.
// [Register] does this once, as a rule when the program is installed, since it
// needs an administrator; [Unregister] takes it back. Without it, events are logged
// all the same, in the Application log, and shown with a remark that their
// description was not found.
//
// # Levels
//
//	ERROR, CRITICAL    error
//	WARNING            warning
//	all below          information
//
// # Text
//
// An event is a text of several lines, by [DefaultFormat]: level, place of the
// call, time, and message, with the attributes that the message does not show.
//
// # Other systems
//
// Everywhere else the package compiles, and [New], [Register] and [Unregister]
// return an error that wraps [errors.ErrUnsupported].
package eventlog
