package main

import "strings"

// variables are the environment variables that the program reads, by purpose.
var variables = []struct {
	purpose string
	rows    [][2]string
}{
	{"Colors, in this order:", [][2]string{
		{"NO_COLOR", "if it is not empty: none"},
		{"FORCE_COLOR", "if it is neither empty nor 0: also if the output is not a terminal"},
		{"CLICOLOR_FORCE", "the same as FORCE_COLOR"},
		{"CLICOLOR", "if it is 0: none"},
		{"TERM", "if it is dumb: none"},
	}},
	{"Times and levels:", [][2]string{
		{"TZ", "the time zone of times that have none, in the input and on the command line, such as Europe/Berlin"},
		{"LOGBOOK", "collect --config: the levels by channel, in place of those in the file, such as app.db=debug,*=info"},
	}},
	{"Places:", [][2]string{
		{"HOME", `the folder that "~/" stands for, in options that name a certificate or a file with a secret`},
		{"PATH", "where exec: and desktop: look for programs"},
		{"USER, USERNAME", "tickets: the name of who changes a ticket, if the system does not know it"},
	}},
	{"Connections:", [][2]string{
		{"HTTP_PROXY, HTTPS_PROXY, NO_PROXY", "the proxies of sinks that speak HTTP, such as otlp and webhook, and the addresses without one"},
		{"SSL_CERT_FILE, SSL_CERT_DIR", "the certificates that are trusted, in place of the system's"},
		{"PGPASSWORD, PGPASSFILE, PGSSLMODE, ...", "postgres: those of libpq, where the address has no such value"},
		{"DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR", "desktop: the bus of the session"},
	}},
	{"Memory:", [][2]string{
		{"GOGC", "how much memory grows before it is collected, in percent; default 100, pipe: 200"},
	}},
	{"Services, set by systemd:", [][2]string{
		{"NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID", "collect: where to report the state of the service, and how often"},
		{"LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES", "collect: sockets that are already open"},
	}},
}

const environmentTail = `
The Go runtime also reads GOMAXPROCS, GOMEMLIMIT and GODEBUG.

Example:

  journalctl -f | FORCE_COLOR=1 logbook pipe | less -R`

// environmentHelp returns the help page of the environment variables.
func environmentHelp() string {
	var b strings.Builder
	b.WriteString("The environment variables that logbook reads:\n")
	for _, group := range variables {
		b.WriteString("\n" + group.purpose + "\n\n")
		for _, r := range group.rows {
			b.WriteString(row(r[0], r[1]))
		}
	}
	return b.String() + environmentTail
}
