package loggers

import (
	"io"
	"slices"

	"github.com/logbook-go/logbook/logbook"
)

// A Row is one kind of work with the loggers that do it.
type Row struct {
	Cases []Case // ours first
	Goals []Goal // at least one; its id is the name of the row

	Output  Output
	Fields  []string // fields of each record
	Message string   // message of each record
	File    bool     // whether records are written to a file

	// AnyMessage is set if the loggers write different messages.
	AnyMessage bool

	// Missing is the reason why the row has no peer.
	Missing string

	// Limit is the maximum added time of ours over [Plain], in nanoseconds; 0 means
	// no limit.
	Limit float64
}

// A Goal is a line of the results: a ratio to reach against some peers.
type Goal struct {
	ID, Title string
	Peers     []string // nil for all
	Ratio     float64  // minimum of fastest peer / ours; 0 if only reported
	Most      float64  // maximum of ours in nanoseconds; 0 means no limit
}

// Output is the output format of a row.
type Output int

// The output formats.
const (
	Nothing Output = iota
	JSON
	Text
)

// PlainFile is the name of our plain file as a peer of our other files.
const PlainFile = "file-plain"

// Plain is the name of our logger with one handler bound to the application, as a peer of
// our other cases.
const Plain = "json-message"

var (
	tenFields  = []string{"user", "path", "status", "size", "ratio", "cached", "took", "at", "err", "city"}
	fiveFields = []string{"user", "path", "status", "took", "city"}
)

// one returns the goals of a row with a single goal.
func one(id, title string, ratio float64) []Goal {
	return []Goal{{ID: id, Title: title, Ratio: ratio}}
}

// Rows returns all rows.
func Rows() []Row {
	return slices.Concat(races(), valueRows(), reports())
}

func races() []Row {
	return []Row{
		{
			Goals: one("disabled-no-fields", "disabled, no fields", 1),
			Cases: []Case{onJSON(logDisabled), peer("zerolog", zerologDisabled), peer("zap", zapDisabled),
				peer("phuslu", phusluDisabled), peer("slog", slogDisabled), peer("logrus", logrusDisabled), peer("charm", charmDisabled)},
		},
		{
			Goals: one("disabled-two-fields", "disabled, two fields", 1),
			Cases: []Case{onJSON(logDisabledTwo), peer("zap", zapDisabledTwo), peer("slog", slogDisabledTwo),
				peer("logrus", logrusDisabledTwo), peer("charm", charmDisabledTwo)},
		},
		{
			Goals: one("disabled-two-fields-chained", "disabled, two fields, chained", 0),
			Cases: []Case{onJSON(logDisabledTwo), peer("zerolog", zerologDisabledTwo), peer("phuslu", phusluDisabledTwo)},
		},
		{
			Goals: one("json-message", "JSON, message only", 1), Output: JSON,
			Cases: []Case{onJSON(logMessage), peer("zerolog", zerologMessage), peer("zap", zapMessage),
				peer("phuslu", phusluMessage), peer("slog", slogMessage), peer("logrus", logrusMessage), peer("charm", charmMessage)},
		},
		{
			Goals: one("json-ten-fields", "JSON, ten fields", 1), Output: JSON, Fields: tenFields,
			Cases: tenOf(func(log func(int)) func(int) { return log }),
		},
		{
			Goals: one("json-with-five", "JSON, five fields by With", 1), Output: JSON, Fields: fiveFields,
			Cases: []Case{onJSON(logWithFive), peer("zerolog", zerologWithFive), peer("zap", zapWithFive),
				peer("phuslu", phusluWithFive), peer("slog", slogWithFive), peer("logrus", logrusWithFive), peer("charm", charmWithFive)},
		},
		{
			Goals: one("json-caller", "JSON, with caller", 1.2), Output: JSON, Fields: []string{"caller"},
			Cases: []Case{onFormat(logbook.JSON(&logbook.JSONOptions{Source: true}), logMessage), peer("zerolog", zerologCaller),
				peer("zap", zapCaller), peer("phuslu", phusluCaller), peer("slog", slogCaller), peer("logrus", logrusCaller), peer("charm", charmCaller)},
		},
		{
			Goals: one("json-ten-fields-parallel", "JSON, ten fields, all cores", 1), Output: JSON, Fields: tenFields,
			Cases: tenOf(onAllCores),
		},
		{
			Goals: one("kv-ten-pairs", "key-value call, ten pairs", 1.3), Output: JSON, Fields: tenFields,
			Cases: []Case{onJSON(logPairs), peer("slog", slogPairs), peer("zap", zapPairs), peer("charm", charmPairs), peer("logrus", logrusTen)},
		},
		{
			Goals: one("logfmt-text", "logfmt text, ten fields", 1), Output: Text, Fields: tenFields,
			Cases: []Case{onFormat(logbook.Logfmt(nil), logTen), peer("phuslu", phusluLogfmt), peer("slog", slogLogfmt),
				peer("logrus", logrusLogfmt), peer("charm", charmLogfmt)},
		},
		{
			Goals: one("console-text", "console text, ten fields", 1), Output: Text, Fields: tenFields,
			Cases: []Case{onFormat(logbook.Console(nil), logTen), peer("zerolog", zerologConsole), peer("zap", zapConsole),
				peer("phuslu", phusluConsole), peer("charm", charmConsole)},
		},
		{
			Goals: []Goal{
				{ID: "slog-front", Title: "through slog, five fields", Ratio: 1},
				{ID: "slog-front-over-slog", Title: "the same, against slog's own", Peers: []string{"slog"}, Ratio: 1.3},
			},
			Output: JSON, Fields: fiveFields,
			Cases: []Case{onJSON(logSlog), peer("slog", slogFront), peer("phuslu", phusluSlog), peer("zap", zapSlog), peer("zerolog", zerologSlog)},
		},
		{
			Goals: []Goal{
				{ID: "file-plain", Title: "plain file, message only", Peers: []string{"zerolog", "zap", "phuslu", "slog", "logrus", "charm"}, Ratio: 1},
				{ID: "file-bare-write", Title: "plain file, against the bare write", Peers: []string{"write(2)"}, Ratio: 0.8},
			},
			Output: JSON, File: true,
			Cases: []Case{onFile(logMessage, logbook.JSON(nil)), peer("zerolog", zerologMessage), peer("zap", zapMessage), peer("phuslu", phusluMessage),
				peer("slog", slogMessage), peer("logrus", logrusMessage), peer("charm", charmMessage), bareWrite()},
		},
		{
			Goals: []Goal{
				{ID: "file-rotating", Title: "rotating file between rotations", Peers: []string{"lumberjack", "timberjack"}, Ratio: 1},
				{ID: "file-rotating-over-plain", Title: "rotating file, against our plain file", Peers: []string{PlainFile}, Ratio: 0.95},
			},
			Output: JSON, File: true,
			Cases: []Case{rotating(false), onLumberjack(), onTimberjack(), plainFile()},
		},
		{
			Goals:  one("file-rotating-shared", "rotating file shared by processes", 0.334),
			Output: JSON, File: true,
			Cases: []Case{rotating(true), plainFile()},
		},
		{
			Goals:  one("file-buffered", "buffered file, message only", 1.5),
			Output: JSON, File: true,
			Cases: []Case{buffered(), zapBuffered(), phusluAsync()},
		},
		{
			Goals: []Goal{{ID: "background", Title: "call through a background queue", Ratio: 1, Most: 150}}, Output: JSON,
			Cases: []Case{background(logbook.IntrospectionOff)},
		},
		{
			Goals: []Goal{{ID: "background-caller", Title: "call through a background queue, with caller", Ratio: 1, Most: 300}}, Output: JSON, Fields: []string{"caller"},
			Cases: []Case{background(logbook.IntrospectionOn)},
		},
		{
			Goals: one("background-goroutines", "background queue, 1000 goroutines", 2), Output: JSON,
			Cases: []Case{backgroundSpread(), zapBackground(), zerologDiode(), phusluBackground()},
		},
		{
			Goals: one("fingers-crossed", "held for a trigger that never comes, two fields", 1),
			Cases: []Case{held(Ours, fingersCrossed), held("zerolog", zerologTrigger)},
		},
		{
			Goals: one("http-request", "HTTP request, logged by a middleware", 1), Output: JSON, Fields: requestFields, AnyMessage: true,
			Cases: requests(func(log func(int)) func(int) { return log }),
		},
		{
			Goals: []Goal{
				{ID: "http-request-parallel", Title: "the same, all cores", Peers: []string{"zerolog", "chi"}, Ratio: 1},
				{ID: "http-request-scaling", Title: "HTTP request on all cores, against one core", Peers: []string{alone}, Ratio: 1.8},
			},
			Output: JSON, Fields: requestFields, AnyMessage: true,
			Cases: append(requests(onAllCores), requestsAlone()),
		},
		{
			Goals: one("template", "message template, two names", 1), Output: JSON, Message: "user alice got 200",
			Cases: []Case{onJSON(logTemplate), peer("zerolog", zerologPrintf), peer("zap", zapPrintf), peer("phuslu", phusluPrintf),
				peer("slog", slogPrintf), peer("logrus", logrusPrintf), peer("charm", charmPrintf)},
		},
	}
}

// tenOf returns the cases with ten fields, with how applied to each logging function.
func tenOf(how func(log func(n int)) func(n int)) []Case {
	changed := func(start func(w io.Writer) func(n int)) func(w io.Writer) func(n int) {
		return func(w io.Writer) func(n int) { return how(start(w)) }
	}
	return []Case{
		onJSON(how(logTen)), peer("zerolog", changed(zerologTen)), peer("zap", changed(zapTen)), peer("phuslu", changed(phusluTen)),
		peer("slog", changed(slogTen)), peer("logrus", changed(logrusTen)), peer("charm", changed(charmPairs)),
	}
}

func reports() []Row {
	beside := func(id, title string, limit float64, c Case) Row {
		return Row{Goals: one(id, title, 0), Output: JSON, Limit: limit, Cases: []Case{c, plain()}}
	}
	processor := beside("processor-two-fields", "a processor that adds two fields", 0, withProcessor())
	original := Row{Goals: one("python-logbook", "default format to a file, against Python Logbook", 0), Output: Text, File: true,
		Cases: []Case{onFile(logMessage, nil)}}
	if havePython() {
		original.Cases = append(original.Cases, pythonLogbook())
	} else {
		original.Missing = "python3-logbook is not installed"
	}
	return []Row{
		beside("stack-1", "stack of 1 handler that writes", 0, stackOf(1)),
		beside("stack-4", "stack of 4 handlers that write", 0, stackOf(4)),
		beside("stack-16", "stack of 16 handlers that write", 0, stackOf(16)),
		beside("goroutine-bound", "handler bound to the goroutine", 10, goroutineBound()),
		beside("context-bound", "handler bound to the context", 20, contextBound()),
		beside("unrelated-goroutine-binding", "a binding to another goroutine", 5, besideGoroutine()),
		beside("unrelated-context-binding", "a binding to another context", 5, besideContext()),
		processor,
		original,
	}
}

// A Series is a kind of work at growing sizes.
type Series struct {
	ID, Title string
	Sizes     []int
	Flat      bool // whether the cost should be constant and not linear
	Row       func(size int) Row
}

// Growth returns the series that show how the cost grows.
func Growth() []Series {
	return []Series{
		{
			ID: "growth-fields", Title: "fields", Sizes: []int{1, 5, 10, 20, 50},
			Row: func(k int) Row {
				return Row{Output: JSON, Cases: []Case{onJSON(logFields(k)), peer("zerolog", zerologFields(k)), peer("zap", zapFields(k)),
					peer("phuslu", phusluFields(k)), peer("slog", slogFields(k))}}
			},
		},
		{
			ID: "growth-message", Title: "bytes of message", Sizes: []int{10, 100, 1000, 10_000, 100_000},
			Row: func(k int) Row {
				return Row{Output: JSON, Message: text(k), Cases: []Case{onJSON(logPlain(ours, text(k))), peer("zerolog", zerologLength(k)),
					peer("zap", zapLength(k)), peer("phuslu", phusluLength(k)), peer("slog", slogLength(k))}}
			},
		},
		{
			ID: "growth-goroutines", Title: "goroutines", Sizes: []int{1, 2, 8, 64, 1000}, Flat: true,
			Row: func(k int) Row {
				changed := func(start func(w io.Writer) func(n int)) func(w io.Writer) func(n int) {
					return func(w io.Writer) func(n int) {
						log := start(w)
						return func(n int) { spread(k, n, log) }
					}
				}
				return Row{Output: JSON, Cases: []Case{onJSON(func(n int) { spread(k, n, logMessage) }), peer("zerolog", changed(zerologMessage)),
					peer("zap", changed(zapMessage)), peer("phuslu", changed(phusluMessage)), peer("slog", changed(slogMessage))}}
			},
		},
		{
			ID: "growth-loggers", Title: "other loggers, a binding around each record", Sizes: []int{0, 1000, 100_000}, Flat: true,
			Row: func(k int) Row { return Row{Output: JSON, Cases: []Case{boundBeside(k)}} },
		},
	}
}

// Memory is a kind of work whose memory use is measured.
type Memory struct {
	ID, Title string
	Records   int
	Cases     []Case
}

// Memories returns the measurements of memory.
func Memories() []Memory {
	const large = 256 << 10
	return []Memory{
		{"memory-after-1m-records", "bytes held after 1M records of ten fields", 1_000_000, tenOf(func(log func(int)) func(int) { return log })},
		{"memory-after-large-records", "bytes held after 1,000 records of 256 KiB", 1000, []Case{
			onJSON(logPlain(ours, text(large))), peer("zerolog", zerologLength(large)), peer("zap", zapLength(large)),
			peer("phuslu", phusluLength(large)), peer("slog", slogLength(large)),
		}},
		{"memory-held-records", "bytes held after 100,000 records that wait for a trigger", 100_000, []Case{held(Ours, fingersCrossed), held("zerolog", zerologUnbounded)}},
	}
}
