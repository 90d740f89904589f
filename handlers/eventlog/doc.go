// Package eventlog has a handler for the event log of Windows.
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
// The event viewer shows events of registered sources. [Register] registers one, usually
// when the program is installed, since it needs an administrator; [Unregister] undoes it.
// Events of other sources are logged too, in the Application log, and shown with a remark
// that their description was not found.
//
// # Levels
//
//	ERROR, CRITICAL    error
//	WARNING            warning
//	other levels       information
//
// # Text
//
// An event is a text of several lines, by [DefaultFormat]: level, place of the call,
// time, and message, with the attributes that the message does not show.
//
// # Other systems
//
// On other systems the package compiles, and [New], [Register] and [Unregister] return an
// error that wraps [errors.ErrUnsupported].
package eventlog
