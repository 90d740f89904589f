// Package desktop shows records as notifications on the desktop of whoever runs the
// program.
//
//	h, err := desktop.New("My App", &desktop.Options{
//		Level: logbook.LevelWarn, Bubble: true,
//	})
//	if err != nil {
//		return err
//	}
//	defer h.Close(context.Background())
//	defer logbook.PushApplication(h)()
//
// [New] does it the way the platform does:
//
//	Linux, BSD  the service org.freedesktop.Notifications on the session bus
//	macOS       osascript
//	Windows     a toast, by PowerShell
//
// A program that does not run in a desktop's session, such as a service, has none of
// them: the error then wraps [ErrNoSession], [ErrNoService] or [ErrNoCommand]. For
// notifications over the network see package push.
//
// # What is shown
//
// The title is "channel: Level", the text is the message, the attributes that it does
// not show, and the error without its stack. Options.Title and Options.Formatter are
// format strings or functions that make others:
//
//	Title: logbook.MustFormat("{record.level_name} in {record.channel}"),
//
// What the data holds is shown as it is. It is no markup for the desktop, and no part
// of a command: osascript gets it as arguments and PowerShell as environment variables,
// of scripts that are fixed.
//
// Errors stay until somebody closes them, and are marked as critical;
// Options.Urgency and Options.Expiry change that by record.
//
// # Not too many
//
// A handler before this one limits the notifications of each call site, and tells how
// many it held back:
//
//	handlers.NewLimit(h, &handlers.LimitOptions{Records: 1, Per: time.Minute})
//
// With Options.Replace there is only ever one notification, the newest.
//
// # Waiting
//
// Handle hands the notification to the desktop before it returns. Over D-Bus that takes
// less than a millisecond as a rule; PowerShell takes about a second. Where the program
// must not wait, put a handler that works in the background before it.
package desktop
