// Package push notifies people of records over the network: by Slack, Pushover, ntfy, or
// a webhook of one's own.
//
//	h, err := push.NewSlack(os.Getenv("SLACK_WEBHOOK"), &push.SlackOptions{
//		Level: logbook.LevelError, Bubble: true,
//	})
//	if err != nil {
//		return err
//	}
//	defer h.Close(context.Background())
//	defer logbook.PushApplication(h)()
//
// # Which service
//
//	NewSlack     a channel of a team: Slack, Mattermost
//	NewPushover  the phones of a user or group; emergencies repeat until confirmed
//	NewNtfy      phones and browsers, by ntfy.sh or a server of one's own
//	NewWebhook   anything that takes a POST: JSON by default, signed if you like
//
// The first three show a title and a text. The title is "channel: Level" (Pushover has
// none unless it is set), the text is the message, the attributes that it does not show,
// and the error without its stack. Title and Formatter of the options are format strings
// or functions that make others. What the data holds is shown as it is, and escaped for
// the service; longer texts are cut behind a word and end in "...".
//
// A webhook gets what the formatter makes. [JSONTemplate] makes JSON of any shape, and
// whatever a record holds cannot break out of it:
//
//	format, err := push.JSONTemplate(`{"content": "{record.channel}: {record.message}"}`)
//	...
//	push.NewWebhook(discord, &push.WebhookOptions{Formatter: format})
//
// # Not too many
//
// A handler before this one limits the notifications of each call site, and tells how
// many it held back:
//
//	handlers.NewLimit(h, &handlers.LimitOptions{Records: 1, Per: time.Minute})
//
// Behind [handlers.NewFingersCrossed] or [handlers.NewGroup] a whole batch is one
// notification: "(12 records led up to this)".
//
// # When the service does not want more
//
// Nothing is tried again, nothing waits in a queue, and nothing is lost in silence. While
// the service wants to be left alone (Retry-After), or fails, records are refused at once
// with an [*Error] that says until when, so that a fallback handler can take them. They
// are counted by [Handler.Stats], and the next notification tells how many there were.
// Those of a batch are left to whoever handed it over, by a [*logbook.UnsentError].
//
// Handle waits for the service's answer, for 5 s at most. Where the program must not
// wait, put a handler that works in the background before it.
//
// # Secrets
//
// Tokens are secrets, and so are the addresses of webhooks and topics. No error repeats
// them: [Error] names the service and its host, and what the service answered, with
// "[redacted]" where that holds a secret. Certificates are verified; an address without
// TLS is refused unless it is on this machine or AllowPlaintext is set; redirects to
// other hosts are not followed.
package push
