package main

const filtersHelp = `Pipe prints the records that pass all filters. Each filter looks at whole records: if one
passes, all its lines are printed, also those of its stack.

  --level warning    drops records below the level. A line whose level is not
                     known passes, unless it continues a record that is dropped. For lines
                     that state their level alone: --where 'level>=warning'
  --since, --until   TIME is how long ago (15m, 2h, 7d), a time of today (10:30), a date
                     (2026-03-05), both (2026-03-05 10:30), or one as in a log. A date is its
                     midnight. A time without a zone is in that of --input-zone
  --grep RE          looks at the lines as they are, without colours. ^ and $ are the ends
                     of a line; (?i) ignores case, and (?s) lets . match several lines
  --where            looks at the parts of a record, as the console shows them

A condition of --where is a name, an operator, and a value: status>=500. Several conditions
are separated by commas, and all must hold. A value with a comma, and a name with the sign of
an operator, are written in quotes: 'message~"lost, retrying"'.

The names are time, level, channel, message, error, stack, pid, and those of attributes. A dot
leads into a group: request.method=POST. A record without the name meets only != and !~. If no
record has a name, pipe reports it, with the names that there are.

  = !=               equal, as numbers if both are, as levels or times, or as texts
  < <= > >=          less and greater; a text is neither less nor greater than a number
  ~ !~               the value is a regular expression that matches a part, or does not

A number is also compared with a duration, such as took>250ms, or a size, such as size>1.5MB
or size>10KiB, in any case of letters. Without a unit it counts as its name says (took_ms,
heap_mb), or as the logger writes durations: nanoseconds in the JSON of log/slog, milliseconds
in that of zerolog, pino and bunyan, otherwise seconds. A size without a unit is in bytes.

Examples:

  logbook pipe --where 'level>=warning,user=anna' app.log
  logbook pipe --where 'took>2s,path!~^/health' app.log
  logbook pipe --where 'error~(?i)timeout' --since 1h app.log
  logbook pipe --where 'stack~SocketTimeoutException' app.log`
