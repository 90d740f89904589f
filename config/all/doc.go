// Package all makes every sink known to package config: import it for its effect.
//
//	import _ "github.com/logbook-go/logbook/config/all"
//
// Sink URIs and sections [sink NAME] then have these schemes besides those of package
// config. Their options are described in docs/configuration.md, by the program logbook
// ("logbook help sink smtp"), and by [config.SinkEntry].
//
// The sinks of this package:
//
//	desktop:APP                 notifications on the desktop
//	eventlog:SOURCE             the event log of Windows
//	journal:[SOCKET]            systemd's journal
//	mail:TO[,TO]?from=FROM      a mail, by the mail server of this machine
//	ntfy:https://ntfy.sh/TOPIC  a topic of ntfy
//	pushover:?token=TOKEN&user_key=KEY
//		Pushover
//	slack:https://hooks.slack.com/services/...
//		a channel of Slack, by an incoming webhook
//	smtp://[USER:PASSWORD@]HOST[:PORT]?from=FROM&to=TO
//		a mail, by a server; with STARTTLS if there is a user
//	smtps://[USER:PASSWORD@]HOST[:PORT]?from=FROM&to=TO
//		the same, with TLS from the start
//	syslog:[PATH]               the syslog of this machine, or another socket
//	syslog://HOST[:PORT]        a server, on port 514, or 6514 with TLS
//	webhook:https://HOST/PATH   JSON, to anybody
//
// The option compress of files knows zstd, too.
//
// Of slack, ntfy, webhook and pushover the address is a secret, and no error shows it. In
// a file, keys are clearer than a long URI:
//
//	[sink alarms]
//	scheme   = smtp
//	host     = smtp.example.com
//	user     = lab@example.com
//	password = ...
//	from     = lab@example.com
//	to       = anna@example.com, otto@example.com
//	level    = error
//
// # Sections of lab_utils
//
// [MailHandler] has credentials_file (user and password, a line each), recipients
// (one a line), mail_host, port, sender, subject and log_level (ERROR). Port 465
// means TLS from the start; on others credentials go only over STARTTLS.
//
// [SlackLogger] has api_file, whose first line is the address of an incoming
// webhook, channel, user and log_level (SUCCESS).
package all
