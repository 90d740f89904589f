package logbook_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// jsonLine returns the line of a record.
func jsonLine(t *testing.T, o *logbook.JSONOptions, d logbook.RecordData) string {
	t.Helper()
	b, err := logbook.JSON(o).AppendFormat(nil, logbook.NewRecord(d))
	if err == nil {
		err = checkJSON(string(b))
	}
	if err != nil {
		t.Errorf("%s: %v", b, err)
	}
	return string(b)
}

func TestJSONOptions(t *testing.T) {
	lower := func(l logbook.Level) string { return strings.ToLower(l.String()) }
	tests := []struct {
		name string
		o    logbook.JSONOptions
		want string
	}{
		{"level", logbook.JSONOptions{LevelName: lower}, `{"time":"2024-02-29T13:37:42.005000Z","level":"warning","channel":"app","msg":"m","took":1500000000}`},
		{"severity", logbook.JSONOptions{Keys: logbook.JSONKeys{Severity: "n"}}, `{"time":"2024-02-29T13:37:42.005000Z","level":"WARNING","n":13,"channel":"app","msg":"m","took":1500000000}`},
		{"nothing but the message", logbook.JSONOptions{Keys: logbook.JSONKeys{Time: "-", Level: "-", Channel: "-"}}, `{"msg":"m","took":1500000000}`},
		{"severity alone", logbook.JSONOptions{Keys: logbook.JSONKeys{Time: "-", Level: "-", Channel: "-", Severity: "s"}}, `{"s":13,"msg":"m","took":1500000000}`},
		{"seconds", logbook.JSONOptions{DurationUnit: time.Second, Keys: logbook.JSONKeys{Time: "-"}}, `{"level":"WARNING","channel":"app","msg":"m","took":1.5}`},
		{"milliseconds", logbook.JSONOptions{DurationUnit: time.Millisecond, Keys: logbook.JSONKeys{Time: "-"}}, `{"level":"WARNING","channel":"app","msg":"m","took":1500}`},
		{"unix", logbook.JSONOptions{TimeLayout: logbook.JSONTimeUnix}, `{"time":1709213862.005,"level":"WARNING","channel":"app","msg":"m","took":1500000000}`},
		{"unixnano", logbook.JSONOptions{TimeLayout: logbook.JSONTimeUnixNano}, `{"time":"1709213862005000000","level":"WARNING","channel":"app","msg":"m","took":1500000000}`},
		{"nano", logbook.JSONOptions{TimeLayout: logbook.JSONTimeNano}, `{"time":"2024-02-29T13:37:42.005Z","level":"WARNING","channel":"app","msg":"m","took":1500000000}`},
		{"layout", logbook.JSONOptions{TimeLayout: `%d "%H" %Z`, Location: time.FixedZone("a\n", 3600)}, `{"time":"29 \"14\" a\\n","level":"WARNING","channel":"app","msg":"m","took":1500000000}`},
		{"fields", logbook.JSONOptions{Fields: []slog.Attr{slog.Int("took", 1), slog.Int("msg", 2)}, Keys: logbook.JSONKeys{Time: "-"}},
			`{"level":"WARNING","channel":"app","took":1,"msg#2":2,"msg":"m","took#2":1500000000}`},
		{"nested", logbook.JSONOptions{Keys: logbook.JSONKeys{Time: "-", Attrs: "a", Message: "took"}}, `{"level":"WARNING","channel":"app","took":"m","a":{"took":1500000000}}`},
	}
	for _, test := range tests {
		got := jsonLine(t, &test.o, logbook.RecordData{
			Time: at, Level: logbook.LevelWarn, Channel: "app", Message: "m", Attrs: []slog.Attr{slog.Duration("took", 1500*time.Millisecond)},
		})
		if got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
	}
}

// Attributes of all layers, with and without groups, are members of the nested object.
func TestJSONNestedAttributes(t *testing.T) {
	h := recordAs(t, logbook.JSON(&logbook.JSONOptions{Keys: logbook.JSONKeys{Time: "-", Level: "-", Channel: "-", Attrs: "attrs"}}))
	for _, test := range []struct {
		log  func()
		want string
	}{
		{func() { logbook.Info("m") }, `{"msg":"m"}`},
		{func() { logbook.Info("m", "msg", 1) }, `{"msg":"m","attrs":{"msg":1}}`},
		{func() { logbook.With("a", 1).Info("m") }, `{"msg":"m","attrs":{"a":1}}`},
		{func() { logbook.With("a", 1).Info("m", "a", 2) }, `{"msg":"m","attrs":{"a":1,"a#2":2}}`},
		{func() { logbook.Default().WithGroup("g").Info("m") }, `{"msg":"m"}`},
		{func() { logbook.Default().WithGroup("g").Info("m", "a", 1) }, `{"msg":"m","attrs":{"g":{"a":1}}}`},
		{func() { logbook.With("a", 1).WithGroup("g").With("b", 2).Info("m") }, `{"msg":"m","attrs":{"a":1,"g":{"b":2}}}`},
		{func() { logbook.Info("m", slog.Group("g")) }, `{"msg":"m"}`},
	} {
		for range 2 { // the second time With's part comes from the cache
			test.log()
			if got := h.line(t); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		}
	}
}

// Under each form, an error has the same type however it was logged.
func TestJSONErrorHasOneType(t *testing.T) {
	changing := &changingError{[]string{"boom"}}
	for form, want := range map[logbook.JSONError]string{
		logbook.JSONErrorText: "string", logbook.JSONErrorObject: "map", logbook.JSONErrorStack: "string",
		logbook.JSONErrorGoogle: "string", logbook.JSONErrorECS: "map",
	} {
		h := recordAs(t, logbook.JSON(&logbook.JSONOptions{ErrorForm: form}))
		for _, err := range []error{errors.New("boom"), fmt.Errorf("a: %w", io.EOF), logbook.WithStack(io.EOF), changing, refusing{io.EOF}} {
			for name, log := range map[string]func(){
				"Exception": func() { logbook.Default().Exception(err, "m") },
				"Err":       func() { logbook.Info("m", logbook.Err(err)) },
				"attribute": func() { logbook.Info("m", "error", err) },
				"With":      func() { logbook.With("error", err).Info("m") },
			} {
				log()
				if got := reflect.ValueOf(decodeJSON(t, h.line(t))["error"]).Kind().String(); got != want {
					t.Errorf("form %d, %T by %s is a %s, want a %s: %s", form, err, name, got, want, h.line(t))
				}
			}
		}
	}
}

// changingError is an error that With has to copy.
type changingError struct{ text []string }

func (e *changingError) Error() string { return e.text[0] }

func (refusing) Error() string { return "refusing" }

// The record of TestPresets.
var presetData = logbook.RecordData{
	Time: at.Add(1234), Level: logbook.LevelError, Channel: "app.web", Message: "it failed",
	Source: &slog.Source{Function: "main.serve", File: "/srv/web/main.go", Line: 31},
	Attrs:  []slog.Attr{slog.Duration("took", 1500*time.Millisecond)},
	Error: &logbook.ErrorInfo{Type: "*fs.PathError", Message: "no file", Stack: []slog.Source{
		{Function: "main.open", File: "/srv/web/open.go", Line: 7}, {Function: "main.main", File: "/srv/web/main.go", Line: 9},
	}},
}

// The lines of the presets have the fields that the documentation of their readers asks
// for.
func TestPresets(t *testing.T) {
	const stack = `main.open\n\t/srv/web/open.go:7\nmain.main\n\t/srv/web/main.go:9"`
	for name, test := range map[string]struct {
		o    *logbook.JSONOptions
		want string
	}{
		"slog": {logbook.SlogJSON(), `{"time":"2024-02-29T13:37:42.005001234Z","level":"ERROR","channel":"app.web","msg":"it failed",` +
			`"source":{"function":"main.serve","file":"/srv/web/main.go","line":31},"took":1500000000,"error":"no file","stack":"` + stack + `}`},
		"zap": {logbook.ZapJSON(), `{"ts":1709213862.0050013,"level":"error","logger":"app.web","msg":"it failed",` +
			`"caller":"web/main.go:31","took":1.5,"error":"no file","stacktrace":"` + stack + `}`},
		"ECS": {logbook.ECSJSON(), `{"@timestamp":"2024-02-29T13:37:42.005001Z","log.level":"error","log.logger":"app.web","ecs.version":"8.11.0","message":"it failed",` +
			`"log.origin":{"function":"main.serve","file":{"name":"/srv/web/main.go","line":31}},"took":1500000000,` +
			`"error":{"type":"*fs.PathError","message":"no file","stack_trace":"` + stack + `}}`},
		"Google Cloud": {logbook.GoogleCloudJSON(), `{"time":"2024-02-29T13:37:42.005001Z","severity":"ERROR","logger":"app.web","message":"it failed",` +
			`"logging.googleapis.com/sourceLocation":{"function":"main.serve","file":"/srv/web/main.go","line":"31"},"took":1500000000,"error":"no file",` +
			`"stack_trace":"no file\n\ngoroutine 1 [running]:\nmain.open(...)\n\t/srv/web/open.go:7\nmain.main(...)\n\t/srv/web/main.go:9"}`},
		"OpenTelemetry": {logbook.OpenTelemetryJSON(), `{"Timestamp":"1709213862005001234","SeverityText":"ERROR","SeverityNumber":17,"InstrumentationScope":"app.web","Body":"it failed",` +
			`"Attributes":{"code.function.name":"main.serve","code.file.path":"/srv/web/main.go","code.line.number":31,"took":1500000000,` +
			`"exception.type":"*fs.PathError","exception.message":"no file","exception.stacktrace":"` + stack + `}}`},
	} {
		test.o.Source = true
		if got := jsonLine(t, test.o, presetData); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, test.want)
		}
	}
}

func TestPresetLevels(t *testing.T) {
	levels := []logbook.Level{
		logbook.LevelTrace, logbook.LevelDebug, logbook.LevelInfo, logbook.LevelSuccess,
		logbook.LevelNotice, logbook.LevelWarn, logbook.LevelError, logbook.LevelCritical,
	}
	for _, test := range []struct {
		o    *logbook.JSONOptions
		want string
	}{
		{logbook.SlogJSON(), "DEBUG-4 DEBUG INFO INFO+1 INFO+2 WARN ERROR ERROR+4"},
		{logbook.ZapJSON(), "debug debug info info info warn error fatal"},
		{logbook.ECSJSON(), "trace debug info success notice warning error critical"},
		{logbook.GoogleCloudJSON(), "DEBUG DEBUG INFO INFO NOTICE WARNING ERROR CRITICAL"},
	} {
		var names []string
		for _, l := range levels {
			names = append(names, test.o.LevelName(l))
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
	var numbers []string
	for _, l := range append(levels, -128, 127) {
		m := decodeJSON(t, jsonLine(t, logbook.OpenTelemetryJSON(), logbook.RecordData{Level: l, Message: "m"}))
		numbers = append(numbers, fmt.Sprint(m["SeverityNumber"]))
	}
	if got := strings.Join(numbers, " "); got != "1 5 9 10 11 13 17 21 1 24" {
		t.Errorf("OpenTelemetry: %s", got)
	}
}

// A line of the preset has the same members as that of slog's own handler.
func TestSlogJSONAgreesWithSlog(t *testing.T) {
	attrs := []slog.Attr{
		slog.String("s", "a<b"), slog.Int("i", -1), slog.Float64("f", 1.5), slog.Bool("b", true), slog.Duration("d", time.Second), slog.Time("t", at.Add(1)),
		slog.Any("error", fmt.Errorf("a: %w", io.EOF)), slog.Any("nil", nil), slog.Any("list", []int{1}), slog.Group("g", "a", 1, slog.Group("h", "b", 2)), slog.Group("none"),
	}
	source := &slog.Source{Function: "main.serve", File: "/srv/main.go", Line: 31}
	for _, when := range []time.Time{at, at.Add(123456789), at.In(time.FixedZone("", -12600)), {}} {
		for _, level := range []logbook.Level{logbook.LevelTrace, logbook.LevelDebug, logbook.LevelInfo, logbook.LevelNotice, logbook.LevelWarn, logbook.LevelError, logbook.LevelCritical} {
			var b bytes.Buffer
			h := slog.NewJSONHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug - 100})
			r := slog.NewRecord(when, slog.Level(level), "m", 0)
			r.AddAttrs(slog.Any(slog.SourceKey, source))
			r.AddAttrs(attrs...)
			if err := h.Handle(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			o := logbook.SlogJSON()
			o.Source = true
			got := jsonLine(t, o, logbook.RecordData{Time: when, Level: level, Message: "m", Source: source, Attrs: attrs})
			if got, want := decodeJSON(t, got), decodeJSON(t, strings.TrimSpace(b.String())); !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		}
	}
}

// The presets give the trace context that a processor set the names of their readers. A
// second attribute of the name is kept, too.
func TestTraceContext(t *testing.T) {
	extra := []slog.Attr{
		slog.String("host", "h"), slog.String("trace_id", "0102"), slog.String("span_id", "03"), slog.Int("trace_flags", 1),
	}
	for name, test := range map[string]struct {
		o     *logbook.JSONOptions
		attrs []slog.Attr
		extra []slog.Attr
		want  string
	}{
		"default": {nil, nil, extra, `"msg":"m","host":"h","trace_id":"0102","span_id":"03","trace_flags":1}`},
		"ECS":     {logbook.ECSJSON(), nil, extra, `"message":"m","host":"h","trace_flags":1,"trace.id":"0102","span.id":"03"}`},
		"Google Cloud": {logbook.GoogleCloudJSON(), nil, extra,
			`"message":"m","host":"h","trace_flags":1,"logging.googleapis.com/trace":"0102","logging.googleapis.com/spanId":"03"}`},
		"OpenTelemetry": {logbook.OpenTelemetryJSON(), nil, extra,
			`"Body":"m","TraceId":"0102","SpanId":"03","TraceFlags":1,"Attributes":{"host":"h"}}`},
		"without other attributes": {logbook.OpenTelemetryJSON(), nil, extra[1:], `"Body":"m","TraceId":"0102","SpanId":"03","TraceFlags":1}`},
		"without a trace":          {logbook.OpenTelemetryJSON(), nil, extra[:1], `"Body":"m","Attributes":{"host":"h"}}`},
		"of the call":              {logbook.ECSJSON(), extra[1:2], nil, `"message":"m","trace_id":"0102"}`},
		"twice":                    {logbook.ECSJSON(), []slog.Attr{slog.Int("trace.id", 1)}, extra[1:2], `"message":"m","trace.id":1,"trace.id#2":"0102"}`},
		"twice, apart": {logbook.OpenTelemetryJSON(), nil, []slog.Attr{extra[1], extra[1]},
			`"Body":"m","TraceId":"0102","Attributes":{"trace_id":"0102"}}`},
		"under the name of a field": {&logbook.JSONOptions{Keys: logbook.JSONKeys{TraceID: "msg"}}, nil, extra[1:2], `"msg":"m","msg#2":"0102"}`},
	} {
		got := jsonLine(t, test.o, logbook.RecordData{Level: logbook.LevelInfo, Message: "m", Attrs: test.attrs, Extra: test.extra})
		if !strings.HasSuffix(got, test.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, test.want)
		}
	}
}
