// Package all makes every sink known to package config: import it for its effect.
//
//	import _ "github.com/logbook-go/logbook/config/all"
//
// Sink URIs and sections [sink NAME] then have these schemes besides those of
// package config. The options level, bubble and format, and of formats source, are
// known to all of them but where it is said.
//
//	mail:TO[,TO...]?from=FROM                        the mail server of this machine
//	smtp://[USER:PASSWORD@]HOST[:PORT]?from=&to=     STARTTLS if there is a user
//	smtps://[USER:PASSWORD@]HOST[:PORT]?from=&to=    TLS from the start
//	syslog:[PATH]                                    the socket of this machine
//	syslog://HOST[:PORT]                             over UDP
//	journal:[SOCKET]                                 systemd's journal
//	eventlog:SOURCE                                  the event log of Windows
//	desktop:APP                                      notifications on the desktop
//	slack:https://hooks.slack.com/services/...       an incoming webhook
//	pushover:?token=TOKEN&user_key=USER              Pushover
//	ntfy:https://ntfy.sh/TOPIC                       ntfy
//	webhook:https://HOST/PATH                        anybody's webhook, with JSON
//
// Their options:
//
//	mail, smtp(s)  from, to (with commas), subject, timeout, record_limit (mails of
//	               one call site), record_delta (in which time: 1m)
//	smtp           tls: starttls or none
//	with TLS       ca (roots to trust in place of the system's), cert and key (of this
//	               side): paths of files in PEM
//	syslog         transport: udp, tcp or tls; facility, app, rfc: 3164 or 5424;
//	               framing: newline, nul or octets; structured_data, hostname,
//	               max_size, timeout, delay
//	journal        identifier, timeout
//	desktop        title, icon, replace, timeout
//	slack          channel, username, title, emoji, color, timeout
//	pushover       title, device, sound, timeout
//	ntfy           token, title, timeout
//	webhook        secret (signs the body), timestamp, content_type, timeout
//
// The option compress of files knows zstd, too.
//
// title is a format string. Of slack, ntfy, webhook and pushover the address counts
// as a secret, and no error shows it. In a file, keys are clearer than a long URI:
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
