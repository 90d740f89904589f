// Package config builds handlers from text: from sink URIs such as
// "file:app.log?level=warning", and from INI files. It watches such a file, and shows
// and changes levels while the program runs.
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
// A file has a section for each sink, with a URI or key by key, and levels by
// channel:
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
// The key scheme is that of a URI, and path, host, user and password are its parts.
// All other keys are its options. Nothing is escaped. A sink, also
// one with a URI, may have levels of its own besides. A record goes to every sink that takes it, in the
// order of the file, until one with "bubble = false" has handled it. Handlers below
// the configuration do not see it, nor does the default handler.
//
// Files are read as Python's configparser does: "=" or ":" behind a key, whose case
// means nothing; comments on lines of their own, with "#" or ";"; indented lines
// continue a value. A percent sign is only a percent sign, though.
//
// Keys of [DEFAULT] hold for all sections that know them, and for options that a URI
// does not give; scheme, host, path, user and password of a URI are its own. A
// fallback takes them over as well, but not level, bubble and what stands before a
// sink.
//
// Few values have several lines: levels, args and format of exec:, to, recipients and
// format of mail. With any other it is an error, and so is a line of these that looks
// like a known key: it was indented by mistake.
//
// Relative paths start from the working directory in which the program was when it
// called [Load] or [Watch], wherever it goes later.
//
// Unknown sections and keys are warnings: [Config.Warnings] returns them, and they are
// logged on channel "config". With [Options].Strict it is an error. Errors are of type
// [*FileError], with file, section, key and line, and leave nothing open.
//
// # Levels
//
// An entry of levels holds for its channel and all below it; the longest one wins,
// and "*" is for the rest. Instead of the line before the first section there may
// be a section, where a line is a channel:
//
//	[levels]
//	app.db = debug
//	*      = info
//
// Entries of the environment variable LOGBOOK, such as LOGBOOK=app.db=debug,*=info,
// replace those of the same channels. A record reaches a sink if the levels and the
// sink's own level let it. [FromEnv] is the configuration of a program without a
// file: a console, and LOGBOOK. [Levels.Wrap] puts levels before any handler.
//
// # While the program runs
//
// [Watch] loads a file, and loads it again at each SIGHUP without losing a record.
// Who watches for signals already does the same with a [logbook.Slot]:
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
// The sections of lab_utils' logging.ini are understood. In each of them, "active"
// is on if it is true, 1, t, y, yes or on, and log_level is the lowest level.
//
//	[ConsoleLogger]   active (on), log_level (INFO), use_coloured_output (on)
//	[FileLogger]      active (off), log_path, log_basename, log_extension, log_level (INFO), mode:
//	                  JSON lines in PATH/BASENAME_YYYY-MM-DD.EXTENSION, a file a day;
//	                  directories are made
//	[MailHandler]     see package config/all
//	[SlackLogger]     see package config/all
//
// The console is on where one of the others is there, and where there is no sink.
// Without log_level it follows the levels by channel. One of the others that cannot
// be opened is left out with a warning. [Options].Fallback and [Options].Channel are
// lab_utils' fallback and logger_name. Packages add sections with
// [RegisterSection].
//
// # Sinks
//
// [Open] makes a handler of a URI, as it stands in a flag or in the environment:
//
//	h, err := config.Open(os.Getenv("LOG_TO"))
//
// The sinks of this package:
//
//	console:                    lines for people, on standard error
//	console:-                   the same, on standard output
//	exec:COMMAND                a command for each record
//	file:PATH                   lines of text at the end of a file
//	file:-                      the same, on standard output
//	json:PATH                   one JSON object a line, at the end of a file
//	json:                       the same, on standard output; also json:-
//	monitoring:PATH             a file that may be moved away, as by logrotate
//	null:                       nowhere
//	rotating:PATH               files of a bounded size: PATH, PATH.1, ...
//	stderr:                     lines of text on standard error
//	timed:PATH                  a file for each day, or other time, with the date in its name
//
// Paths are absolute or relative: file:app.log, file:/var/log/app.log. Also
// understood are file:///var/log/app.log and file:C:\logs\app.log. A file that is
// named "-" is file:./-. A console has colours where
// [github.com/logbook-go/logbook/handlers.ColorEnabled] says so.
//
// Packages add schemes of their own with [RegisterSink]. [Schemes] lists them. Mail,
// syslog, notifications and the like are in package config/all.
//
// # Options
//
// Options follow a question mark, with ampersands in between:
// "file:app.log?level=warning&mode=0600". All sinks know level, bubble, format and source.
// The others are described in docs/configuration.md, by the program logbook ("logbook help
// sink file"), and by [SinkEntry]. Sizes are like 4096, 10MB or 1GiB, and times like 500ms,
// 1h30m or 7d.
//
// An option that the scheme does not know, or that is given twice, is an error. The zone
// of an IPv6 address is written with %25: smtp://[fe80::1%25eth0].
//
// # Before a sink
//
// Any sink may have the handlers of package handlers that hold records back put before
// it. A record meets them in this order:
//
//	fingers_crossed  keep records until one of this level comes, then write all
//	sample           let one of so many records of a message through; the number of the others is reported
//	limit            let so many records of a call site through; the number of the others is reported
//	dedup            hold a message until it has not come for this time; write one record with the count
//	fallback         another sink, for records with which this one fails, or until it can be opened
//
// Further options begin with the name of the wrapper, such as limit_per. Packages add
// wrappers with [RegisterWrapper].
//
// So a mail for each error, with what led up to it, and one an hour for each call site:
//
//	smtps://...&fingers_crossed=error&fingers_crossed_reset=true&limit=1&limit_per=1h
//
// The buffer of fingers_crossed is one for the whole program; for one each request,
// bind a handler to it, or see package httplog. What it keeps is forgotten when the
// configuration is read again. There is no option for handlers that need code, or a place in
// it: groups, tags, redaction, and records that become errors or panics.
//
// # Formats
//
//	text      logbook.DefaultFormat
//	json      one JSON object a line, in slog's shape
//	wire      Python Logbook's JSON, which has all of a record
//	logfmt    key=value pairs
//	console   short lines for people
//	other     a format string of logbook.Format, with {record.NAME} in it
//
// The formats json, logfmt and console know the option source.
//
// # Escapes
//
// In paths and values, %XX stands for a byte: %25 for a percent sign, %3F for a
// question mark, %26 for an ampersand. All else stands for itself: a plus is a
// plus, a hash is a hash, spaces and braces need no escape. So the format string
// "{record.time:%H:%M} {record.message}" is written
//
//	file:app.log?format={record.time:%25H:%25M} {record.message}
//
// [net/url.QueryEscape] is not for this, since it writes a space as a plus;
// [net/url.PathEscape] is.
//
// # Passwords
//
// Errors never show userinfo, nor the value of an option that is declared to be a secret
// or whose name contains pass, pwd, secret, token, key, auth, cred or private, nor the path
// of a scheme that is declared to have a secret there, such as webhook:, whatever else is
// wrong with the URI. The path of a file that holds a secret is shown. [Redact] makes the
// text of the errors. The same holds for keys in files; there a password may also stand
// in a file that a key names, as [Spec.SecretFile] reads it.
package config
