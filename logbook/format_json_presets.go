package logbook

import (
	"log/slog"
	"strings"
	"time"
)

// SlogJSON returns the options for lines like those of [slog.JSONHandler]. Levels between
// slog's are written as there: NOTICE is INFO+2. The channel, which slog does not have,
// and the stack of an error are further fields.
func SlogJSON() *JSONOptions {
	return &JSONOptions{
		TimeLayout: JSONTimeNano,
		LevelName:  func(l Level) string { return slog.Level(l).String() },
		ErrorForm:  JSONErrorStack,
		Keys:       JSONKeys{Exception: "stack"},
	}
}

// ZapJSON returns the options for lines like those of zap's production configuration. Of
// zap's levels, TRACE is debug, SUCCESS and NOTICE are info, and CRITICAL is fatal. Times
// among the attributes are text, while zap writes numbers.
func ZapJSON() *JSONOptions {
	return &JSONOptions{
		TimeLayout:   JSONTimeUnix,
		LevelName:    sixLevels("debug", "info", "info", "warn", "error", "fatal"),
		DurationUnit: time.Second,
		ErrorForm:    JSONErrorStack,
		SourceForm:   JSONSourceShort,
		Keys:         JSONKeys{Time: "ts", Channel: "logger", Source: "caller", Exception: "stacktrace"},
	}
}

// ECSJSON returns the options for the Elastic Common Schema, as Elastic's libraries for
// logging write it.
func ECSJSON() *JSONOptions {
	return &JSONOptions{
		LevelName:  func(l Level) string { return strings.ToLower(l.String()) },
		ErrorForm:  JSONErrorECS,
		SourceForm: JSONSourceECS,
		Keys: JSONKeys{
			Time: "@timestamp", Level: "log.level", Channel: "log.logger", Message: "message", Source: "log.origin",
			TraceID: "trace.id", SpanID: "span.id",
		},
		Fields: []slog.Attr{slog.String("ecs.version", "8.11.0")},
	}
}

// GoogleCloudJSON returns the options for the structured logs of Google Cloud, which its
// agents, Cloud Run, GKE and App Engine read from standard output. Error Reporting groups
// the errors that have a stack, and Cloud Trace shows the lines of a trace if AddTrace of
// package compat/otel is bound.
func GoogleCloudJSON() *JSONOptions {
	return &JSONOptions{
		LevelName:  sixLevels("DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL"),
		ErrorForm:  JSONErrorGoogle,
		SourceForm: JSONSourceGoogle,
		Keys: JSONKeys{
			Level: "severity", Channel: "logger", Message: "message",
			Source: "logging.googleapis.com/sourceLocation", Exception: "stack_trace",
			TraceID: "logging.googleapis.com/trace", SpanID: "logging.googleapis.com/spanId",
		},
	}
}

// OpenTelemetryJSON returns the options for lines with the fields of OpenTelemetry's data
// model for logs, and its semantic conventions for errors and the caller. To send records
// to a collector without a file in between, use package queues/otlp.
func OpenTelemetryJSON() *JSONOptions {
	return &JSONOptions{
		TimeLayout: JSONTimeUnixNano,
		ErrorForm:  JSONErrorOpenTelemetry,
		SourceForm: JSONSourceOpenTelemetry,
		Keys: JSONKeys{
			Time: "Timestamp", Level: "SeverityText", Severity: "SeverityNumber", Channel: "InstrumentationScope",
			Message: "Body", Error: "exception", Attrs: "Attributes",
			TraceID: "TraceId", SpanID: "SpanId", TraceFlags: "TraceFlags",
		},
	}
}

// sixLevels returns names for six ranges of levels, which each go up to the next.
func sixLevels(below, info, notice, warn, err, critical string) func(Level) string {
	return func(l Level) string {
		switch {
		case l >= LevelCritical:
			return critical
		case l >= LevelError:
			return err
		case l >= LevelWarn:
			return warn
		case l >= LevelNotice:
			return notice
		case l >= LevelInfo:
			return info
		}
		return below
	}
}
