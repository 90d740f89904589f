package otlp

import (
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// DecodeRequest returns the records of a request, which may be several requests that follow
// one another. It keeps no reference to body. The error is a [*RequestError].
//
// The request is checked before memory is taken. Of 16 MiB of hostile input the records take
// less than 256 MiB.
func DecodeRequest(body []byte) ([]*logbook.Record, error) { return DecodeBatch(body, "", 0, 0) }

// DecodeBatch is like DecodeRequest. Unless the instance is "", the records have numbers from
// first on as their origins, if there are n of them; 0 is any number.
func DecodeBatch(body []byte, instance string, first, n uint64) ([]*logbook.Record, error) {
	count, err := CountRecords(body)
	if err != nil {
		return nil, err
	}
	d := decoder{records: make([]*logbook.Record, 0, count)}
	if instance != "" && (n == 0 || n == uint64(count)) {
		d.origin = logbook.Origin{Instance: instance, Number: first}
	}
	for logs := range messages(textOf(body), requestResourceLogs) {
		d.resourceLogs(logs)
	}
	return d.records, nil
}

// decoder decodes a request that a checker has checked.
type decoder struct {
	records  []*logbook.Record
	keys     keys
	pid      int // of the resource; -1: unknown
	zone     *time.Location
	resource slog.Attr // an attribute of processors; empty if there is none
	channel  string
	scope    slog.Attr      // as resource
	origin   logbook.Origin // of the next record, if its number is not 0

	attrs, extra []slog.Attr // memory for those of a record
}

// messages returns the messages in the fields with a number.
func messages(b string, number int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for len(b) > 0 {
			var f field
			if f, b = cutField(b); f.is(number, wireBytes) && !yield(f.content) {
				return
			}
		}
	}
}

// merged is the content of a message that may come in several parts: protobuf merges the
// messages of a field that is not repeated, which is the same as joining their bytes.
type merged struct {
	text string
	set  bool
	more []byte // of several parts
}

func (m *merged) add(part string) {
	switch {
	case !m.set:
		m.text, m.set = part, true
	case m.more == nil:
		m.more = append([]byte(m.text), part...)
	default:
		m.more = append(m.more, part...)
	}
}

func (m *merged) content() string {
	if m.more != nil {
		return string(m.more)
	}
	return m.text
}

func (d *decoder) resourceLogs(b string) {
	var resource merged
	for part := range messages(b, resourceLogsResource) {
		resource.add(part)
	}
	d.setResource(strings.Clone(resource.content()))
	for scopeLogs := range messages(b, resourceLogsScopeLogs) {
		var scope merged
		for part := range messages(scopeLogs, scopeLogsScope) {
			scope.add(part)
		}
		d.setScope(strings.Clone(scope.content()))
		for record := range messages(scopeLogs, scopeLogsRecords) {
			d.records = append(d.records, d.record(strings.Clone(record)))
		}
	}
}

func (d *decoder) setResource(s string) {
	d.pid, d.zone, d.resource = -1, time.UTC, slog.Attr{}
	var attrs []slog.Attr
	ours := false
	for a := range d.members(s, resourceAttributes) {
		switch n := a.Value; {
		case a.Key == keyPID && n.Kind() == slog.KindInt64 && n.Int64() > 0 && n.Int64() <= math.MaxInt32:
			d.pid = int(n.Int64())
		case a.Key == keyOffset && n.Kind() == slog.KindInt64 && max(n.Int64(), -n.Int64()) < maxOffset:
			d.zone = time.FixedZone("", int(n.Int64()))
		default:
			ours = ours || a.Key == keySDK && n.Kind() == slog.KindString && n.String() == sdkName
			attrs = append(attrs, a)
		}
	}
	if ours {
		kept := attrs[:0]
		for _, a := range attrs {
			if a.Key != keySDK && a.Key != keySDKLanguage {
				kept = append(kept, a)
			}
		}
		attrs = kept
	}
	if len(attrs) > 0 {
		d.resource = slog.Attr{Key: extraResource, Value: slog.GroupValue(attrs...)}
	}
}

// maxOffset bounds the offset of a zone, in seconds.
const maxOffset = 24 * 60 * 60

func (d *decoder) setScope(s string) {
	d.channel, d.scope = "", slog.Attr{}
	var attrs []slog.Attr
	for name := range messages(s, scopeName) {
		d.channel = name
	}
	for version := range messages(s, scopeVersion) {
		if version != "" {
			attrs = append(attrs[:0], slog.String("version", version))
		}
	}
	for a := range d.members(s, scopeAttributes) {
		attrs = append(attrs, a)
	}
	if len(attrs) > 0 {
		d.scope = slog.Attr{Key: extraScope, Value: slog.GroupValue(attrs...)}
	}
}

func (d *decoder) record(s string) *logbook.Record {
	var (
		r            logbook.RecordData
		at, observed uint64
		severity     int32
		severityText string
		body         merged
		trace        traceContext
		event        string
		from         fields
		object       = d.keys.enter()
		attrs, extra = d.attrs[:0], d.extra[:0]
	)
	for len(s) > 0 {
		var f field
		f, s = cutField(s)
		switch {
		case f.is(recordTime, wireFixed64):
			at = f.bits
		case f.is(recordObserved, wireFixed64):
			observed = f.bits
		case f.is(recordSeverity, wireVarint):
			severity = int32(f.bits)
		case f.is(recordSeverityText, wireBytes):
			severityText = f.content
		case f.is(recordBody, wireBytes):
			body.add(f.content)
		case f.is(recordAttributes, wireBytes):
			key, v := pairIn(f.content)
			key = d.keys.add(&object, key)
			if !isField(key) || !from.set(key, v) {
				attrs = append(attrs, d.attr(key, v))
			}
		case f.is(recordFlags, wireFixed32):
			trace.flags = byte(f.bits)
		case f.is(recordTraceID, wireBytes):
			trace.id = [16]byte{}
			copy(trace.id[:], f.content)
		case f.is(recordSpanID, wireBytes):
			trace.span = [8]byte{}
			copy(trace.span[:], f.content)
		case f.is(recordEventName, wireBytes):
			event = f.content
		}
	}
	d.keys.leave(&object)

	if at == 0 {
		at = observed
	}
	if at != 0 {
		r.Time = time.Unix(int64(at/1e9), int64(at%1e9)).In(d.zone)
	}
	r.Level = levelOf(severity, severityText)
	r.Message = valueIn(body.content()).message(d)
	r.Channel, r.PID = d.channel, d.pid
	from.apply(&r)

	from.restore(attrs)
	attrs, extra = from.split(attrs, extra)
	extra = trace.attrs(extra)
	if event != "" {
		extra = append(extra, slog.String(extraEventName, event))
	}
	if d.scope.Key != "" {
		extra = append(extra, d.scope)
	}
	if d.resource.Key != "" {
		extra = append(extra, d.resource)
	}
	r.Attrs, r.Extra = attrs, extra
	if d.origin.Number > 0 {
		r.Origin = d.origin
		d.origin.Number++
	}
	record := logbook.NewRecord(r)
	d.attrs, d.extra = attrs[:0], extra[:0]
	return record
}

// levelOf returns the level of a severity. If that is not given, the text may be the name of a
// level.
func levelOf(severity int32, text string) logbook.Level {
	if severity == 0 {
		level, _ := logbook.ParseLevel(strings.TrimSpace(text))
		return level // LevelInfo if there is none
	}
	return logbook.Level(min(max(severity, 1), 24) - 9)
}
