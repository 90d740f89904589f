// Package desktop shows records as notifications on the desktop of the user.
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
// [New] uses the mechanism of the platform:
//
//	Linux, BSD  the service org.freedesktop.Notifications on the session bus
//	macOS       osascript
//	Windows     a toast, by PowerShell
//
// If the program does not run in a desktop session, as a service does not, the error
// wraps [ErrNoSession], [ErrNoService] or [ErrNoCommand]. For notifications over the
// network see package push.
//
// # Title and text
//
// The title is "channel: Level", the text is the message, the attributes that it does not
// show, and the error without its stack. Options.Title and Options.Formatter replace
// them:
//
//	Title: logbook.MustFormat("{record.level_name} in {record.channel}"),
//
// Data is shown unchanged. It cannot become markup or part of a command: the scripts are
// fixed; osascript gets the data as arguments, and PowerShell as environment variables.
//
// Errors stay until the user closes them, and are marked as critical; Options.Urgency and
// Options.Expiry change that for each record.
//
// # Limiting notifications
//
// A handler before this one limits the notifications of each call site, and reports how
// many it suppressed:
//
//	handlers.NewLimit(h, &handlers.LimitOptions{Records: 1, Per: time.Minute})
//
// With Options.Replace there is only ever one notification, the newest.
//
// # Waiting
//
// Handle returns when the desktop has the notification. Over D-Bus that usually takes
// less than a millisecond; PowerShell takes about a second. With NewBackground of package
// queues the log call does not wait:
//
//	screen := queues.NewBackground(h, nil)
//	defer screen.Close(ctx) // shows what is left in its queue, and closes h
//	defer logbook.PushApplication(screen)()
package desktop
