// Package push notifies people of records over the network: by Slack, Pushover, ntfy, or
// a webhook.
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
//	NewNtfy      phones and browsers, by ntfy.sh or your own server
//	NewWebhook   anything that takes a POST: JSON by default, optionally signed
//
// The first three show a title and a text. The title is "channel: Level" (Pushover has
// none by default), the text is the message, the attributes that it does not show, and
// the error without its stack. The options Title and Formatter replace them. Data is
// shown unchanged, escaped for the service; long texts are cut after a word and end in
// "...".
//
// A webhook gets the output of the formatter. [JSONTemplate] makes JSON of any shape,
// which no data can break:
//
//	format, err := push.JSONTemplate(`{"content": "{record.channel}: {record.message}"}`)
//	...
//	push.NewWebhook(discord, &push.WebhookOptions{Formatter: format})
//
// # Limiting notifications
//
// A handler before this one limits the notifications of each call site, and reports how
// many it suppressed:
//
//	handlers.NewLimit(h, &handlers.LimitOptions{Records: 1, Per: time.Minute})
//
// Behind handlers.NewFingersCrossed or handlers.NewGroup a whole batch is one
// notification: "(12 records led up to this)".
//
// # When the service fails or refuses
//
// The handler tries nothing again, queues nothing, and reports every loss. While the
// service asks for a pause (Retry-After), or fails, records are refused at once with an
// [*Error] that has the time of the next attempt, so that a fallback handler can take
// them. [Handler.Stats] counts them, and the next notification says how many there were.
// The records of a batch are left to the caller, by a [*logbook.UnsentError].
//
// # Waiting
//
// Handle waits for the service's answer, for 5 s by default. With NewBackground of package
// queues the log call does not wait. It sends on a goroutine of its own, and tries again
// while the service fails:
//
//	team := queues.NewBackground(h, &queues.BackgroundOptions{Overflow: queues.DropOldest})
//	defer team.Close(ctx) // sends what is left in its queue, and closes h
//	defer logbook.PushApplication(team)()
//
// # Secrets
//
// Tokens are secrets, and so are the addresses of webhooks and topics. No error repeats
// them: [Error] has the service, its host and its answer, with "[redacted]" in place of
// secrets. Certificates are verified; an address without TLS is refused unless it is on
// this machine or AllowPlaintext is set; redirects to other hosts are not followed.
package push
