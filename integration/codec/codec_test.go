package codec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/slim/otlp/collector/logs/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	logs "go.opentelemetry.io/proto/slim/otlp/logs/v1"
	resource "go.opentelemetry.io/proto/slim/otlp/resource/v1"
	"google.golang.org/protobuf/proto"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
)

var at = time.Date(2026, 2, 28, 13, 37, 42, 123456789, time.UTC)

// logged returns the records that fn logs.
func logged(fn func(), items ...logbook.Bindable) (rs []*logbook.Record) {
	h := logbook.NewHandler(func(r *logbook.Record) error { rs = append(rs, r.Retain()); return nil }, nil)
	logbook.InGoroutine(fn, append([]logbook.Bindable{h}, items...)...)
	return rs
}

// all returns records with everything that a record can have.
func all() []*logbook.Record {
	long := strings.Repeat("x", 20000)
	return logged(func() {
		log := logbook.New("app.db")
		log.Info("{n} rows", "n", 12, "s", "text", "ok", true, "f", 2.5, "took", time.Second, "u", uint64(math.MaxUint64), "at", at, "nil", nil, "bytes", []byte{0, 255}, "bad", "a\xff")
		log.Info("groups", slog.Group("g", "a", 1, slog.Group("h", "d", time.Second), "long", long), "list", []any{1, "x", nil, map[string]any{"k": long}})
		log.WithGroup("g").Exception(fmt.Errorf("reading: %w", &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}), long)
		log.Error("", logbook.Err(errors.New("")))
		logbook.Trace("no channel")
		for level := -100; level <= 40; level += 10 {
			log.Log(context.Background(), logbook.Level(level), "level")
		}
	}, logbook.Attrs("request", "r1"))
}

// Requests have the bytes that the generated code writes.
func TestBytes(t *testing.T) {
	trace := func(context.Context) ([16]byte, [8]byte, byte) { return [16]byte{1}, [8]byte{2}, 1 }
	for name, o := range map[string]*otlp.EncodeOptions{"default": nil, "resource and trace": {Resource: otlp.Resource("shop", otlp.NewInstance()), Trace: trace}} {
		body := new(otlp.Encoder).AppendRequest(nil, all(), o)
		var m collector.ExportLogsServiceRequest
		if err := proto.Unmarshal(body, &m); err != nil {
			t.Fatal(err)
		}
		again, err := proto.MarshalOptions{Deterministic: true}.Marshal(&m)
		if err != nil || !bytes.Equal(body, again) {
			t.Errorf("%s: %v, %d bytes, want %d", name, err, len(body), len(again))
		}
	}
}

func text(s string) *common.AnyValue {
	return &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: s}}
}

func number(n int64) *common.AnyValue {
	return &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: n}}
}

func list(pairs ...*common.KeyValue) *common.AnyValue {
	return &common.AnyValue{Value: &common.AnyValue_KvlistValue{KvlistValue: &common.KeyValueList{Values: pairs}}}
}

func array(values ...*common.AnyValue) *common.AnyValue {
	return &common.AnyValue{Value: &common.AnyValue_ArrayValue{ArrayValue: &common.ArrayValue{Values: values}}}
}

func pair(key string, v *common.AnyValue) *common.KeyValue {
	return &common.KeyValue{Key: key, Value: v}
}

// A record is mapped as the documentation says.
func TestMapping(t *testing.T) {
	r := logbook.NewRecord(logbook.RecordData{
		Time: at, Level: 20, Channel: "app", Message: "12 rows", Template: "{n} rows",
		Attrs: []slog.Attr{
			slog.Int("n", 12), slog.Duration("took", 5), slog.Float64("f", 0.5), slog.Bool("ok", false), slog.Uint64("u", math.MaxUint64), slog.Time("t", at),
			slog.Group("g", slog.String("bad", "\xff"), slog.Duration("d", 7)), slog.Any("nil", nil), slog.Any("b", []byte{1}), slog.Int("n", 3),
		},
		Extra: []slog.Attr{slog.String("request", "r1"), slog.String("trace_id", "0102030405060708090a0b0c0d0e0f10"), slog.String("span_id", "0102030405060708"), slog.Int("trace_flags", 1)},
		Error: &logbook.ErrorInfo{Type: "*fs.PathError", Message: "open /x: file does not exist",
			Chain: []logbook.ErrorLink{{Depth: 1, Type: "*errors.errorString", Message: "file does not exist"}},
			Stack: []slog.Source{{Function: "main.(*T).open", File: "/src/main.go", Line: 12}, {Function: "main.main", File: "/src/main.go", Line: 7}, {Function: "... (stack cut)"}}},
		Source: &slog.Source{Function: "main.main", File: "/src/main.go", Line: 7},
		PID:    42, Goroutine: 9,
	})
	want := &collector.ExportLogsServiceRequest{ResourceLogs: []*logs.ResourceLogs{{
		Resource: &resource.Resource{Attributes: []*common.KeyValue{
			pair("service.name", text("shop")), pair("service.instance.id", text("i-1")), pair("host.name", text(hostname(t))),
			pair("telemetry.sdk.name", text("logbook")), pair("telemetry.sdk.language", text("go")), pair("process.pid", number(42)),
		}},
		ScopeLogs: []*logs.ScopeLogs{{
			Scope: &common.InstrumentationScope{Name: "app"},
			LogRecords: []*logs.LogRecord{{
				TimeUnixNano: uint64(at.UnixNano()), ObservedTimeUnixNano: uint64(at.UnixNano()), SeverityNumber: 24, SeverityText: "CRITICAL+8", Body: text("12 rows"),
				Attributes: []*common.KeyValue{
					pair("n", number(12)), pair("took", number(5)), pair("f", &common.AnyValue{Value: &common.AnyValue_DoubleValue{DoubleValue: 0.5}}),
					pair("ok", &common.AnyValue{Value: &common.AnyValue_BoolValue{}}), pair("u", text("18446744073709551615")), pair("t", text("2026-02-28T13:37:42.123456789Z")),
					pair("g", list(pair("bad", &common.AnyValue{Value: &common.AnyValue_BytesValue{BytesValue: []byte("\xff")}}), pair("d", number(7)))),
					pair("nil", &common.AnyValue{}), pair("b", &common.AnyValue{Value: &common.AnyValue_BytesValue{BytesValue: []byte{1}}}), pair("n#2", number(3)),
					pair("request", text("r1")), pair("logbook.extra", array(text("request"))),
					pair("logbook.types", list(pair("took", text("duration")), pair("u", text("uint64")), pair("t", text("time")), pair("g", list(pair("bad", text("string")), pair("d", text("duration")))))),
					pair("logbook.level", number(20)), pair("message_template.text", text("{n} rows")),
					pair("exception.type", text("*fs.PathError")), pair("exception.message", text("open /x: file does not exist")),
					pair("exception.stacktrace", text("goroutine 9 [running]:\nmain.(*T).open(...)\n\t/src/main.go:12\nmain.main(...)\n\t/src/main.go:7\n... (stack cut)\n")),
					pair("logbook.error.chain", array(list(pair("depth", number(1)), pair("type", text("*errors.errorString")), pair("message", text("file does not exist"))))),
					pair("code.file.path", text("/src/main.go")), pair("code.line.number", number(7)), pair("code.function.name", text("main.main")), pair("thread.id", number(9)),
				},
				Flags: 1, TraceId: []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, SpanId: []byte{1, 2, 3, 4, 5, 6, 7, 8},
			}},
		}},
	}}}
	var got collector.ExportLogsServiceRequest
	if err := proto.Unmarshal(new(otlp.Encoder).AppendRequest(nil, []*logbook.Record{r}, &otlp.EncodeOptions{Resource: otlp.Resource("shop", "i-1")}), &got); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(&got, want) {
		t.Errorf("got\n%v\nwant\n%v", &got, want)
	}
}

func hostname(t *testing.T) string {
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	return name
}
