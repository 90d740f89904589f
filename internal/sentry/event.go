package sentry

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// event is the part of an event that a record has.
type event struct {
	Timestamp   instant         `json:"timestamp"`
	Level       text            `json:"level"`
	Logger      text            `json:"logger"`
	Platform    text            `json:"platform"`
	Transaction text            `json:"transaction"`
	ServerName  text            `json:"server_name"`
	Release     text            `json:"release"`
	Environment text            `json:"environment"`
	Message     message         `json:"message"`
	LogEntry    message         `json:"logentry"`
	Exception   list[exception] `json:"exception"`
	Threads     list[thread]    `json:"threads"`
	Stack       stack           `json:"stacktrace"`
	Fingerprint []text          `json:"fingerprint"`
	Tags        object          `json:"tags"`
	User        object          `json:"user"`
	Extra       object          `json:"extra"`
	Contexts    object          `json:"contexts"`
	Breadcrumbs list[object]    `json:"breadcrumbs"`
	SDK         struct {
		Name text `json:"name"`
	} `json:"sdk"`
	Request struct {
		Method text `json:"method"`
		URL    text `json:"url"`
	} `json:"request"`
}

// message is a text, or an object.
type message struct {
	Template  string
	Formatted string
}

// UnmarshalJSON implements [json.Unmarshaler].
func (m *message) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return (*text)(&m.Formatted).UnmarshalJSON(b)
	}
	var o struct {
		Message   text `json:"message"`
		Formatted text `json:"formatted"`
	}
	err := unmarshal(b, &o)
	m.Template, m.Formatted = string(o.Message), cmp.Or(string(o.Formatted), string(o.Message))
	return err
}

// DecodeEvent returns the record of an event.
func DecodeEvent(b []byte, project string) (*logbook.Record, error) {
	if len(b) > MaxEvent {
		return nil, ErrTooLarge
	}
	var e event
	if err := unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("invalid event: %w", err)
	}
	d := logbook.RecordData{
		Time: time.Time(e.Timestamp), Level: levelOf(string(e.Level)), Channel: string(e.Logger), PID: -1,
		Error: errorOf(e.Exception), Source: e.source(), Attrs: e.attrs(), Extra: e.extra(project),
	}
	m := e.LogEntry
	if m.Formatted == "" {
		m = e.Message
	}
	d.Message, d.Template = m.Formatted, m.Template
	if d.Message == "" && d.Error != nil {
		d.Message = d.Error.String()
	}
	if d.Message == "" {
		d.Message = cmp.Or(string(e.Transaction), "event without a message")
	}
	return logbook.NewRecord(d), nil
}

func levelOf(name string) logbook.Level {
	switch name {
	case "fatal":
		return logbook.LevelCritical
	case "warning":
		return logbook.LevelWarn
	case "info", "log":
		return logbook.LevelInfo
	case "debug":
		return logbook.LevelDebug
	}
	return logbook.LevelError
}

// defaultFingerprint stands for what Sentry groups by.
const defaultFingerprint = "{{ default }}"

// attrs returns the attributes of the call.
func (e *event) attrs() (attrs []slog.Attr) {
	attrs = members(e.Extra)
	for _, part := range []struct {
		name string
		o    object
	}{{"user", e.User}, {"tags", e.Tags}, {"contexts", e.Contexts}} {
		o := maps.Clone(part.o)
		if part.name == "contexts" {
			delete(o, "trace")
		}
		if len(o) > 0 {
			attrs = append(attrs, slog.Attr{Key: part.name, Value: slog.GroupValue(members(o)...)})
		}
	}
	if e.Request.URL != "" {
		attrs = append(attrs, slog.Group("request", "method", string(e.Request.Method), "url", string(e.Request.URL)))
	}
	if len(e.Breadcrumbs) > 0 {
		crumbs := make([]any, len(e.Breadcrumbs))
		for i, c := range e.Breadcrumbs {
			crumbs[i] = map[string]any(c)
		}
		attrs = append(attrs, slog.Any("breadcrumbs", crumbs))
	}
	var own []string
	for _, f := range e.Fingerprint {
		own = append(own, string(f))
	}
	if len(own) > 0 && !slices.Contains(own, defaultFingerprint) {
		attrs = append(attrs, slog.String("fingerprint", strings.Join(own, "\n")))
	}
	return attrs
}

// extra returns the attributes of processors, with the resource that records of OTLP have.
func (e *event) extra(project string) (attrs []slog.Attr) {
	trace, _ := e.Contexts["trace"].(map[string]any)
	traceID, _ := trace["trace_id"].(string)
	spanID, _ := trace["span_id"].(string)
	attrs = texts("trace_id", traceID, "span_id", spanID, "transaction", string(e.Transaction))
	resource := texts("service.name", project, "service.version", string(e.Release), "host.name", string(e.ServerName),
		"deployment.environment.name", string(e.Environment), "telemetry.sdk.name", string(e.SDK.Name), "telemetry.sdk.language", string(e.Platform))
	return append(attrs, slog.Attr{Key: "resource", Value: slog.GroupValue(resource...)})
}

// texts returns the attributes of pairs whose value is not empty.
func texts(pairs ...string) (attrs []slog.Attr) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			attrs = append(attrs, slog.String(pairs[i], pairs[i+1]))
		}
	}
	return attrs
}

// members returns the members of an object, sorted.
func members(o object) (attrs []slog.Attr) {
	for _, key := range slices.Sorted(maps.Keys(o)) {
		attrs = append(attrs, slog.Any(key, o[key]))
	}
	return attrs
}
