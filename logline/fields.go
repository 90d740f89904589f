package logline

import (
	"log/slog"
	"math"
	"slices"
	"time"
)

// ParseJSON is [Parse] for a line that must be a JSON object. Its format is one of the JSON
// formats. Otherwise it returns false.
func ParseJSON(line []byte, now time.Time) (Line, bool) {
	p := parser{now: now}
	return p.json(string(line))
}

// json parses a line that is one JSON object.
func (p *parser) json(s string) (Line, bool) {
	attrs, nonfinite, ok := readObject(s)
	switch {
	case !ok || len(attrs) == 0:
		return Line{}, false
	case isWire(attrs):
		return Line{Format: Wire, Message: s}, true
	case nonfinite:
		return Line{}, false
	}
	if l, ok := p.systemJSON(attrs); ok {
		return l, true
	}
	var f fieldSet
	l := p.fields(&f, attrs, s)
	l.Format = f.format()
	l.requestLevel()
	return l, true
}

// isWire reports whether attrs are the members of a record of Python's Logbook.
func isWire(attrs []slog.Attr) bool {
	var init, pulled, channel, level, msg, extra bool
	for _, a := range attrs {
		switch a.Key {
		case "heavy_initialized":
			init = true
		case "information_pulled":
			pulled = true
		case "channel":
			channel = true
		case "level":
			level = a.Value.Kind() == slog.KindInt64
		case "msg":
			msg = true
		case "extra":
			extra = true
		}
	}
	return init && pulled || channel && level && msg && extra
}

// role is the index and the key of the attribute chosen for a part of the line: among
// several, the first one of the lowest rank.
type role struct {
	key   string
	index int
	rank  int
}

func (r *role) offer(i int, key string, rank int) {
	if r.key == "" || rank < r.rank {
		*r = role{key: key, index: i, rank: rank}
	}
}

// fieldSet holds the chosen attributes.
type fieldSet struct {
	time, level, msg, channel, name  role
	caller, function, file           role
	err, stack, pid, hostname, v     role
	severity                         role // a level that may be a severity of syslog or of Nextcloud
	nextcloud                        bool
	unknownLevel                     bool // a level field has a name that is not known
	nested                           role // an object that may have level, logger or message
	numericTime, numericLevel, upper bool
	levelText                        string
}

// fields takes the time, level, message, channel, error and stack out of attrs, which it
// modifies, and records the known fields in f. Process id and source remain attributes. all is
// the parsed text, which becomes the message if the line would be empty otherwise.
func (p *parser) fields(f *fieldSet, attrs []slog.Attr, all string) Line {
	var l Line
	for i, a := range attrs {
		p.field(&l, f, i, a)
	}
	if f.nested.key != "" {
		f.nestedFields(&l, attrs)
	}
	switch {
	case f.level.key != "":
	case f.msg.key == "short_message" && f.severity.key != "": // GELF
		l.Level, l.HasLevel = severity(int(attrs[f.severity.index].Value.Int64())), true
		f.level = f.severity
	case f.nextcloud && f.severity.key != "":
		l.Level, l.HasLevel = nextcloudLevel(attrs[f.severity.index].Value.Int64())
		if l.HasLevel {
			f.level = f.severity
		}
	case f.time.key == "@t" && !f.unknownLevel && (f.msg.key == "@m" || f.msg.key == "@mt"):
		l.HasLevel = true // CLEF omits the level Information
	}
	if f.numericLevel {
		f.pinoOnly(&l, attrs)
	} else if f.level.key == "levelname" && f.channel.key == "" {
		f.channel = f.name
	}

	var used [6]int
	n := 0
	use := func(r role) {
		if r.key != "" {
			used[n] = r.index
			n++
		}
	}
	use(f.time)
	use(f.level)
	if f.msg.key != "" {
		if f.msg != f.nested {
			l.Message = attrs[f.msg.index].Value.String()
			use(f.msg)
		} else if len(attrs[f.msg.index].Value.Group()) == 0 {
			use(f.msg)
		}
	}
	if f.channel.key != "" {
		l.Channel = stripSGR(attrs[f.channel.index].Value.String())
		use(f.channel)
	}
	l.hasPID = l.PID != 0
	if f.caller.key == "" && f.function.key == "func" {
		f.caller = f.file
	}
	if f.caller.key != "" {
		l.Source, l.hasSource = source(attrs[f.caller.index].Value), true
		if f.function.key != "" && l.Source.Function == "" {
			l.Source.Function = attrs[f.function.index].Value.String()
		}
	}
	if f.err.key != "" && l.takeError(attrs, f.err.index) {
		use(f.err)
	}
	if f.stack.key != "" && l.Stack == "" {
		l.Stack = stackText(attrs[f.stack.index].Value)
		use(f.stack)
	}

	l.Attrs = without(attrs, used[:n])
	if f.msg.key == "" && len(l.Attrs) == 0 && l.Err == "" && l.Stack == "" {
		l.Message = all
	}
	return l
}

// field considers an attribute for the parts of the line that its key names, if its value
// has their type.
func (p *parser) field(l *Line, f *fieldSet, i int, a slog.Attr) {
	text := a.Value.Kind() == slog.KindString && a.Value.String() != ""
	switch a.Key {
	case "time", "ts", "timestamp", "@timestamp", "asctime", "@t", "@time", "TIME", "timeStamp":
		p.timeField(l, f, i, a, 0)
	case "t", "datetime", "Time", "Timestamp":
		rank := 1
		if i == 0 && text {
			rank = 0 // Grafana's own time; a library of it may add "time"
		}
		p.timeField(l, f, i, a, rank)
	case "date", "eventTime", "stageTimestamp":
		p.timeField(l, f, i, a, 2)
	case "msg", "message", "@message", "@m", "short_message":
		if a.Value.Kind() == slog.KindString {
			f.msg.offer(i, a.Key, 0)
		}
	case "Message", "MESSAGE", "RenderedMessage", "event", "@mt", "textPayload":
		if a.Value.Kind() == slog.KindString {
			f.msg.offer(i, a.Key, 1)
		}
	case "MessageTemplate": // of Serilog, if it does not render the message
		if text {
			f.msg.offer(i, a.Key, 2)
		}
	case "log", "fields", "@fields", "jsonPayload":
		f.nested.offer(i, a.Key, 0)
	case "channel", "logger", "logger_name", "@module", "component":
		if text {
			f.channel.offer(i, a.Key, channelRank(a.Key))
		}
	case "name":
		if text {
			f.name.offer(i, a.Key, 0)
		}
	case "source", "caller", "@caller", "src", "CALLER":
		if source(a.Value) != nil {
			f.caller.offer(i, a.Key, 0)
		}
	case "file":
		if text && source(a.Value) != nil {
			f.file.offer(i, a.Key, 0)
		}
	case "func", "callerfunc":
		if text {
			f.function.offer(i, a.Key, 0)
		}
	case "error", "err", "error.message", "exception.message":
		f.err.offerError(i, a)
	case "stacktrace", "stack_trace", "stack", "trace", "exception", "exc_info", "Exception", "@x",
		"error.stack", "error.stack_trace", "exception.stacktrace", "errorVerbose":
		f.stack.offerStack(i, a)
	case "pid":
		if a.Value.Kind() == slog.KindInt64 && a.Value.Int64() > 0 && a.Value.Int64() <= math.MaxInt32 {
			f.pid.offer(i, a.Key, 0)
		}
	case "reqId":
		f.nextcloud = text
	case "error_severity": // of PostgreSQL
		if lv, ok := postgresLevels[a.Value.String()]; ok && f.level.key == "" {
			l.Level, l.HasLevel = lv, true
			if !severalSeverities(a.Value.String()) {
				f.level = role{key: a.Key, index: i}
			}
		}
	case "hostname":
		f.hostname.offer(i, a.Key, 0)
	case "v":
		if a.Value.Kind() == slog.KindInt64 && a.Value.Int64() == 0 {
			f.v.offer(i, a.Key, 0)
		}
	default:
		if f.level.key == "" && levelKey(a.Key) {
			f.levelField(l, i, a)
		}
	}
}

// timeField considers an attribute for the time.
func (p *parser) timeField(l *Line, f *fieldSet, i int, a slog.Attr, rank int) {
	if f.time.key != "" && f.time.rank <= rank {
		return
	}
	if t, ok := p.fieldTime(a.Value); ok {
		l.Time = t
		f.time = role{key: a.Key, index: i, rank: rank}
		f.numericTime = a.Value.Kind() != slog.KindString
	}
}

// levelField considers an attribute for the level: a name, or a number of pino's or syslog's.
func (f *fieldSet) levelField(l *Line, i int, a slog.Attr) {
	switch {
	case a.Value.Kind() == slog.KindString && a.Value.String() != "":
		name := stripSGR(a.Value.String())
		if lv, ok := levelName(name); ok {
			l.Level, l.HasLevel = lv, true
			f.level = role{key: a.Key, index: i}
			f.levelText, f.upper = name, isUpper(name[0])
		} else {
			f.unknownLevel = true
		}
	case a.Key == "level" && a.Value.Kind() == slog.KindInt64:
		n := a.Value.Int64()
		if lv, ok := pinoLevel(n); ok {
			l.Level, l.HasLevel = lv, true
			f.level = role{key: a.Key, index: i}
			f.numericLevel = true
		} else if 0 <= n && n <= 7 {
			f.severity.offer(i, a.Key, 0)
		}
	}
}

// nestedFields reads level and logger of ECS's "log" and winston's "@fields", which remain
// attributes, and takes the message out of tracing's "fields".
func (f *fieldSet) nestedFields(l *Line, attrs []slog.Attr) {
	a := attrs[f.nested.index]
	if a.Value.Kind() != slog.KindGroup {
		return
	}
	members := a.Value.Group()
	for i, m := range members {
		if m.Value.Kind() != slog.KindString || m.Value.String() == "" {
			continue
		}
		switch {
		case m.Key == "level" && a.Key != "fields" && !l.HasLevel:
			l.Level, l.HasLevel = levelName(m.Value.String())
		case m.Key == "logger" && a.Key == "log" && f.channel.key == "":
			l.Channel = m.Value.String()
		case m.Key == "message" && (a.Key == "fields" || a.Key == "jsonPayload") && f.msg.key == "":
			l.Message = m.Value.String()
			f.msg = f.nested
			rest := slices.Delete(slices.Clone(members), i, i+1)
			attrs[f.nested.index].Value = slog.GroupValue(rest...)
			return
		}
	}
}

func channelRank(key string) int {
	switch key {
	case "channel":
		return 0
	case "component":
		return 2
	}
	return 1
}

// pinoOnly handles fields that only pino and bunyan write: a numeric level, which alone is
// not enough to recognize them, and the name and pid.
func (f *fieldSet) pinoOnly(l *Line, attrs []slog.Attr) {
	if f.time.key == "" && f.hostname.key == "" && (f.level.index > 0 || f.pid.key == "" || f.msg.key != "msg") {
		l.Level, l.HasLevel = 0, false
		f.level, f.numericLevel = role{}, false
		return
	}
	if f.channel.key == "" {
		f.channel = f.name
	}
	if f.pid.key != "" {
		l.PID = int(attrs[f.pid.index].Value.Int64())
	}
}

// format returns the format of a JSON line, determined by the chosen keys.
func (f *fieldSet) format() string {
	switch {
	case f.level.key != "level" || f.nextcloud:
	case f.numericLevel && f.v.key != "" && f.name.key != "" && f.hostname.key != "":
		return Bunyan
	case f.numericLevel && f.time.key == "time":
		return Pino
	case f.numericLevel:
	case f.msg.key == "msg" && f.time.key == "ts":
		return Zap
	case f.time.key != "time" || f.upper && f.numericTime:
	case f.msg.key == "message" && !f.upper:
		return Zerolog
	case f.msg.key == "msg" && f.upper && f.channel.key == "channel":
		return Logbook
	case f.msg.key == "msg" && f.upper:
		return Slog
	case f.msg.key == "msg" && f.levelText != "warn": // logrus says warning
		return Logrus
	}
	return JSON
}

// without removes the attributes at the given indexes in place. It returns nil if none
// are left.
func without(attrs []slog.Attr, used []int) []slog.Attr {
	if len(used) == len(attrs) {
		return nil
	}
	out := attrs[:0]
	for i, a := range attrs {
		if !slices.Contains(used, i) {
			out = append(out, a)
		}
	}
	return out
}
