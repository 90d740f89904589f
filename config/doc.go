// Package config builds handlers from text: from sink URIs such as
// "file:app.log?level=warning", and from INI files. It can reload such a file, and show
// and change levels, while the program runs.
//
//	cfg, err := config.Load("/etc/app.ini", nil)
//	if err != nil {
//		return err
//	}
//	defer logbook.Close(ctx, cfg.Setup())
//	defer logbook.PushApplication(cfg.Setup())()
//
// # Files
//
// A file has levels by channel, and a section for each sink. A section has either a URI or
// a key for each part of one:
//
//	levels = app.db:debug, app:warning, *:info
//
//	[sink log]
//	uri = rotating:/var/log/app.log?size=10MB&backups=5
//
//	[sink errors]
//	scheme = file
//	path   = /var/log/errors.log
//	level  = error
//	format = {record.time:%H:%M} {record.message}
//
// The keys scheme, path, host, user and password are the parts of a URI; all other keys are
// its options. Nothing is escaped. Any sink may also have the key levels, with levels by
// channel of its own. A record goes to every sink that takes it, in the order of the file,
// until one with "bubble = false" has handled it. Handlers below the configuration and the
// default handler do not see it.
//
// The syntax is that of Python's configparser: "=" or ":" follows a key; keys ignore case;
// comments have lines of their own and begin with "#" or ";"; indented lines continue a
// value. But percent signs are literal.
//
// The keys of [DEFAULT] are defaults for all sections that know them, and for options that
// a URI does not give. They do not replace scheme, host, path, user and password of a URI.
// A fallback inherits them, too, except level, bubble and the wrappers.
//
// Only levels, args and format of exec:, and to, recipients and format of mail may have
// several lines. For any other key that is an error. A continuation line that looks like a
// known key is always an error, since the key was indented by mistake.
//
// Relative paths start from the working directory at the time of the call of [Load] or
// [Watch].
//
// Unknown sections and keys are warnings: [Config.Warnings] returns them, and they are
// logged on channel "config". With [Options].Strict they are errors. Errors are of type
// [*FileError], with file, section, key and line, and leave nothing open.
//
// # Levels
//
// An entry of levels applies to its channel and all channels below it; the longest matching
// entry wins, and "*" is for all other channels. A section can replace the line before the
// first section:
//
//	[levels]
//	app.db = debug
//	*      = info
//
// The environment variable LOGBOOK, such as LOGBOOK=app.db=debug,*=info, replaces the
// entries of the same channels. A sink takes a record if both the levels and the sink's own
// level allow it. [FromEnv] is for a program without a file: it returns a console with the
// levels of LOGBOOK. [Levels.Wrap] puts levels before any handler.
//
// # Reloading
//
// [Watch] loads a file, and reloads it at each SIGHUP without losing a record. A program
// with a signal handler of its own can do the same with a [logbook.Slot]:
//
//	slot := logbook.NewSlot(cfg.Setup())
//	...
//	if cfg, err := config.Load("/etc/app.ini", nil); err != nil {
//		log.Error("keeping the old configuration", logbook.Err(err))
//	} else {
//		old := slot.Set(cfg.Setup())
//		err = logbook.Close(ctx, old...)
//	}
//
// [LevelsHandler] shows and changes levels over HTTP. Package config/counter counts
// records by channel and level, for package expvar.
//
// # Files of lab_utils
//
// The package also reads the sections of lab_utils' logging.ini. A section is active if its
// key "active" is true, 1, t, y, yes or on, and log_level is its lowest level. Defaults are
// in parentheses:
//
//	[ConsoleLogger]   active (on), log_level (INFO), use_coloured_output (on)
//	[FileLogger]      active (off), log_path, log_basename, log_extension, log_level (INFO),
//	                  mode: JSON lines in the daily file PATH/BASENAME_YYYY-MM-DD.EXTENSION;
//	                  missing directories are created
//	[AlarmLogger]     see package config/all
//	[MailHandler]     see package config/all
//	[SlackLogger]     see package config/all
//
// The console is also active if the file has no section for it but another of these
// sections, or no sink at all. Without log_level it uses the levels by channel. Any other of
// these sections that cannot be opened is left out with a warning. [Options].Fallback and
// [Options].Channel are lab_utils' fallback and logger_name. Packages add sections with
// [RegisterSection].
//
// # Sinks
//
// [Open] makes a handler from a URI, for example from a flag or an environment variable:
//
//	h, err := config.Open(os.Getenv("LOG_TO"))
//
// The sinks of this package:
//
//	console:                    human-readable lines on standard error
//	console:-                   the same, on standard output
//	exec:COMMAND                a command for each record
//	file:PATH                   lines of text at the end of a file
//	file:-                      the same, on standard output
//	json:PATH                   one JSON object per line, at the end of a file
//	json:                       the same, on standard output; also json:-
//	monitoring:PATH             a file that may be moved away, as by logrotate
//	null:                       nowhere
//	rotating:PATH               files of limited size: PATH, PATH.1, ...
//	stderr:                     lines of text on standard error
//	timed:PATH                  a file per day or other period, with the date in its name
//
// Paths are absolute or relative: file:app.log, file:/var/log/app.log. The forms
// file:///var/log/app.log and file:C:\logs\app.log work, too. A file named "-" is
// file:./-. A console has colours if [github.com/logbook-go/logbook/handlers.ColorEnabled]
// reports true.
//
// Packages add schemes with [RegisterSink]. [Schemes] lists them. Import package config/all
// for mail, syslog, notifications and others.
//
// # Options
//
// Options follow a question mark, separated by ampersands:
// "file:app.log?level=warning&mode=0600". All sinks have level, bubble, format, source and
// json. For the others, see docs/configuration.md, "logbook help sink file", or
// [LookupSink]. Sizes are like 4096, 10MB or 1GiB, and durations like 500ms, 1h30m or 7d.
//
// Unknown and duplicate options are errors. The zone of an IPv6 address is written with
// %25: smtp://[fe80::1%25eth0].
//
// # Wrappers
//
// Any sink can be wrapped in handlers of package handlers that hold back or redirect
// records. A record passes through them in this order:
//
//	fingers_crossed  hold records until one of this level or above arrives, then write all
//	sample           let one in COUNT records of a message through; report how many were dropped
//	limit            let COUNT records of a call site through per period; report how many were dropped
//	dedup            hold a message until it has not recurred for this time; write one record with the count
//	background       write on a goroutine of its own, with a queue of COUNT records before it
//	spool            write to a log in this directory first, from which the sink gets its records: none is lost while it fails, or when the program ends
//	fallback         another sink, for records that this one fails to write, or until it can be opened
//
// Further options begin with the name of the wrapper, such as limit_per. Packages add
// wrappers with [RegisterWrapper].
//
// This mails each error with the records that led up to it, at most once an hour for each
// call site:
//
//	smtps://...&fingers_crossed=error&fingers_crossed_reset=true&limit=1&limit_per=1h&background=1000
//
// The program has a single buffer of fingers_crossed; for one per request, bind a handler to
// the request, or see package httplog. A reload discards the buffer. Handlers that need
// code, or a place in it, have no option: groups, tags, redaction, and records that become
// errors or panics.
//
// A sink that sends over a network needs background, or log calls wait for it. [logbook.Close]
// and [logbook.Shutdown] send what is left in the queue. With spool, the queue is on the disk.
//
// # Formats
//
//	text      logbook.DefaultFormat
//	json      one JSON object per line, in the form of slog
//	wire      Python Logbook's JSON, which has every field of a record
//	logfmt    key=value pairs
//	console   short lines for people
//	slog, zap, ecs, gcp, otel
//	          JSON as slog and zap write it, for the Elastic Common Schema, Google
//	          Cloud and OpenTelemetry
//	other     a format string of logbook.Format, with at least one {record.NAME}
//
// The option source works with all formats but text and wire, and the option json with those
// of JSON. It changes names and forms of fields, as in
//
//	json:app.log?json=time:ts,time_as:unix,level_as:lower,channel:-
//
// The names are time, level, severity, channel, msg, source, error, exception, attrs,
// trace_id, span_id and trace_flags; see [logbook.JSONKeys]. The forms are
//
//	time_as      nano, unix, unixnano, or a strftime pattern
//	level_as     lower, upper
//	duration_as  ns, us, ms, s
//	error_as     text, object, stack
//	source_as    object, short
//
// # Escapes
//
// In paths and values, %XX is a byte: %25 is a percent sign, %3F a question mark, %26 an
// ampersand. All other characters are literal, including plus signs, hashes, spaces and
// braces. So the format string "{record.time:%H:%M} {record.message}" is written
//
//	file:app.log?format={record.time:%25H:%25M} {record.message}
//
// Use [net/url.PathEscape] to escape a value, not [net/url.QueryEscape], which writes a
// space as a plus.
//
// # Passwords
//
// Errors never show userinfo, secret options, or secret paths such as the address of
// webhook:, whatever else is wrong with the URI. An option is secret if it is declared so,
// or if its name contains pass, pwd, secret, token, key, auth, cred or private. The path of
// a file that contains a secret is shown. [Redact] is the function that masks the URIs in
// errors. The same applies to keys in files. There, a key can also name a file that contains
// the password, for sinks that read it with [Spec.SecretFile].
package config
