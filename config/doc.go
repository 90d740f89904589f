// Package config makes handlers of text: of sink URIs such as
// "file:app.log?level=warning", as they stand in flags, in the environment and in
// configuration files.
//
//	h, err := config.Open(os.Getenv("LOG_TO"))
//	if err != nil {
//		return err
//	}
//	defer logbook.Close(ctx, h)
//	defer logbook.PushApplication(h)()
//
// # Sinks
//
//	console:      lines for people, on standard error
//	console:-     the same, on standard output
//	stderr:       lines of text on standard error
//	file:PATH     lines of text at the end of a file
//	file:-        the same, on standard output
//	json:PATH     one JSON object a line, at the end of a file
//	json:         the same, on standard output; also json:-
//
// Paths are absolute or relative: file:app.log, file:/var/log/app.log. Also
// understood are file:///var/log/app.log and file:C:\logs\app.log. A file that is
// named "-" is file:./-. A console has colours where
// [github.com/logbook-go/logbook/handlers.ColorEnabled] says so.
//
// Packages add schemes of their own with [Register]. [Schemes] lists them.
//
// # Options
//
// Options follow a question mark, with ampersands in between:
// "file:app.log?level=warning&mode=0600".
//
//	option    of              value                     default
//	level     all             lowest level taken:       all are taken
//	                          warning, info+3
//	bubble    all             true: handled records     false
//	                          go on to other handlers
//	format    all             see below                 console: console
//	                                                    json: json, else text
//	source    all             true: add file and line   false
//	                          of the call
//	mode      file:, json:    of a file that is         0640
//	                          created, octal
//	truncate  file:, json:    true: empty the file      false
//	delay     file:, json:    true: open the file       false
//	                          for the first record
//
// mode, truncate and delay are not for standard output. An option that the scheme
// does not know, or that is given twice, is an error.
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
// Errors never show userinfo, nor the value of an option whose name contains
// pass, pwd, secret, token, key, auth, cred or private, whatever else is wrong
// with the URI. [Redact] makes the text that they show.
package config
