// Package all registers every sink with package config. Import it for its side effects:
//
//	import _ "github.com/logbook-go/logbook/config/all"
//
// Sink URIs and sections [sink NAME] can then use these schemes, besides those of package
// config. For their options, see docs/configuration.md, "logbook help sink smtp", or
// [config.LookupSink].
//
// The sinks of this package:
//
//	alarm://HOST[:PORT]         a daemon that takes lab_utils' alarms, on port 9020
//	alarm:SOCKET                the same, on a Unix socket
//	desktop:APP                 desktop notifications
//	eventlog:SOURCE             the Windows event log
//	journal:[SOCKET]            the systemd journal
//	mail:TO[,TO]?from=FROM      mail, through the local mail server
//	nats://[USER:PASSWORD@]HOST[:PORT]/STREAM
//		a stream of NATS JetStream, on port 4222
//	nats+tls://[USER:PASSWORD@]HOST[:PORT]/STREAM
//		the same, with TLS
//	ntfy:https://ntfy.sh/TOPIC  an ntfy topic
//	otlp://HOST[:PORT][/PATH]   a receiver of OTLP over HTTP, such as logbook collect or an OpenTelemetry collector, on port 4318
//	otlps://HOST[:PORT][/PATH]  the same, with TLS
//	pushover:?token=TOKEN&user_key=KEY
//		Pushover
//	python-socket://HOST[:PORT] a receiver for Python's SocketHandler, on port 9020
//	python-socket:SOCKET        the same, on a Unix socket
//	redis://[USER:PASSWORD@]HOST[:PORT][/DB]
//		a list of a Redis server, on port 6379
//	redis:SOCKET                the same, on a Unix socket
//	rediss://[USER:PASSWORD@]HOST[:PORT][/DB]
//		a list of a Redis server, with TLS
//	slack:https://hooks.slack.com/services/...
//		a Slack channel, through an incoming webhook
//	smtp://[USER:PASSWORD@]HOST[:PORT]?from=FROM&to=TO
//		mail, through a server; with STARTTLS if there is a user
//	smtps://[USER:PASSWORD@]HOST[:PORT]?from=FROM&to=TO
//		the same, with implicit TLS
//	syslog:[PATH]               the local syslog, or another socket
//	syslog://HOST[:PORT]        a syslog server, on port 514, or 6514 with TLS
//	webhook:https://HOST/PATH   JSON, posted to any address
//	zmq-pub://HOST:PORT         all who subscribe over ZeroMQ, here
//	zmq-pub:SOCKET              the same, on a Unix socket
//	zmq-push://HOST:PORT        one that pulls over ZeroMQ
//	zmq-push:SOCKET             the same, on a Unix socket
//
// The option compress of files then accepts zstd, too.
//
// The addresses of slack, ntfy, webhook and pushover are secrets, which no error shows. In
// a file, keys are clearer than a long URI:
//
//	[sink alarms]
//	scheme     = smtp
//	host       = smtp.example.com
//	user       = lab@example.com
//	password   = ...
//	from       = lab@example.com
//	to         = anna@example.com, otto@example.com
//	level      = error
//	background = 1000
//
// # Sections of lab_utils
//
// [MailHandler] has credentials_file (user and password, one per line), recipients (one
// per line), mail_host, port, sender, subject and log_level (ERROR). Port 465 means
// implicit TLS; on other ports, credentials are sent only after STARTTLS.
//
// [AlarmLogger] has port (9020) and log_level (WARNING). The daemon is on this machine.
//
// [SlackLogger] has api_file, whose first line is the address of an incoming
// webhook, channel, user and log_level (SUCCESS).
package all
