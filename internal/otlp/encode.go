package otlp

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"github.com/logbook-go/logbook/internal/clock"
	"github.com/logbook-go/logbook/logbook"
)

// EncodeOptions configure an [Encoder]. nil is the default.
type EncodeOptions struct {
	// Resource describes this program, in the requests of records that have no group
	// resource. See [Resource].
	Resource []slog.Attr

	// Trace returns the trace context of a record's context; an id of zeros means that there
	// is none. nil: records have none, but for that of received ones.
	Trace func(ctx context.Context) (traceID [16]byte, spanID [8]byte, flags byte)
}

// Resource returns the usual attributes of a program: its name, the id of this instance of it
// (see [NewInstance]), the name of the machine, and who encodes the records. If the name of the
// program is empty, it is unknown_service, and the name of the executable.
func Resource(service, instance string) []slog.Attr {
	if service == "" {
		service = "unknown_service"
		if path, err := os.Executable(); err == nil {
			service += ":" + filepath.Base(path)
		}
	}
	attrs := []slog.Attr{slog.String(keyService, service), slog.String(keyInstance, instance)}
	if host, err := os.Hostname(); err == nil {
		attrs = append(attrs, slog.String(keyHost, host))
	}
	return append(attrs, slog.String(keySDK, sdkName), slog.String(keySDKLanguage, sdkLanguage))
}

// NewInstance returns a random UUID, of version 4.
func NewInstance() string {
	var id [16]byte
	rand.Read(id[:])
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// Encoder encodes records. The zero value is ready for use. It keeps memory for reuse, and must
// not be copied or used by several goroutines at once.
type Encoder struct {
	keys  keys
	types []byte // of the attributes written so far, as members of keyTypes
	stack []byte
	json  []byte

	record *logbook.Record
	failed *logbook.ErrorInfo // the record's error, if it was among the attributes
}

// AppendRequest appends a request with the records. Requests that follow one another are one
// request. The records are only read. It never fails: values that cannot be encoded are
// replaced by their errors.
func (e *Encoder) AppendRequest(b []byte, rs []*logbook.Record, o *EncodeOptions) []byte {
	if o == nil {
		o = &defaults
	}
	for len(rs) > 0 {
		from := originOf(rs[0])
		n := 1
		for n < len(rs) && originOf(rs[n]).same(from) {
			n++
		}
		b = e.appendResourceLogs(b, rs[:n], from, o)
		rs = rs[n:]
	}
	return b
}

var defaults EncodeOptions

// origin is what records of one resource have in common.
type origin struct {
	pid      int
	offset   int         // of the zone, in seconds
	resource []slog.Attr // of a received record
}

func originOf(r *logbook.Record) (from origin) {
	from.pid = r.PID()
	_, from.offset = r.Time().Zone()
	for a := range r.Extra {
		if isResource(&a) {
			from.resource = a.Value.Group()
		}
	}
	return from
}

func isResource(a *slog.Attr) bool {
	return a.Key == extraResource && a.Value.Kind() == slog.KindGroup
}

// same reports whether records of both origins can share a resource. Received records of one
// request have the same slice.
func (o origin) same(p origin) bool {
	return o.pid == p.pid && o.offset == p.offset && len(o.resource) == len(p.resource) && unsafe.SliceData(o.resource) == unsafe.SliceData(p.resource)
}

func (e *Encoder) appendResourceLogs(b []byte, rs []*logbook.Record, from origin, o *EncodeOptions) []byte {
	b = open(b, tag(requestResourceLogs, wireBytes), huge)
	logs := len(b)

	b = open(b, tag(resourceLogsResource, wireBytes), long)
	resource := len(b)
	attrs := from.resource
	if attrs == nil {
		attrs = o.Resource
	}
	object := e.keys.enter()
	const attribute = resourceAttributes<<3 | wireBytes
	known := false
	for i := range attrs {
		known = known || attrs[i].Key == keySDK
		b = e.appendAttr(b, attribute, &object, attrs[i].Key, attrs[i].Value, 0)
	}
	if from.resource != nil && !known {
		b = e.appendAttr(b, attribute, &object, keySDK, slog.StringValue(sdkName), 0)
		b = e.appendAttr(b, attribute, &object, keySDKLanguage, slog.StringValue(sdkLanguage), 0)
	}
	if from.pid > 0 {
		b = e.appendAttr(b, attribute, &object, keyPID, slog.IntValue(from.pid), 0)
	}
	if from.offset != 0 {
		b = e.appendAttr(b, attribute, &object, keyOffset, slog.IntValue(from.offset), 0)
	}
	e.keys.leave(&object)
	e.types = e.types[:0] // a resource has none
	b = closed(b, resource, long)

	for len(rs) > 0 {
		channel := rs[0].Channel()
		b = open(b, tag(resourceLogsScopeLogs, wireBytes), huge)
		scopeLogs := len(b)
		b = open(b, tag(scopeLogsScope, wireBytes), short)
		scope := len(b)
		if channel != "" {
			b = appendText(b, tag(scopeName, wireBytes), validUTF8(channel))
		}
		b = closed(b, scope, short)
		n := 0
		for n < len(rs) && (n == 0 || rs[n].Channel() == channel) {
			b = e.appendRecord(b, rs[n], o)
			n++
		}
		rs = rs[n:]
		b = closed(b, scopeLogs, huge)
	}
	return closed(b, logs, huge)
}

func (e *Encoder) appendRecord(b []byte, r *logbook.Record, o *EncodeOptions) []byte {
	e.record = r
	b = open(b, tag(scopeLogsRecords, wireBytes), long)
	start := len(b)

	at := r.Time()
	observed := at
	if at.IsZero() {
		observed = clock.Now()
	} else {
		b = appendFixed64(append(b, tag(recordTime, wireFixed64)), nanos(at))
	}
	level := r.Level()
	severity := min(max(int(level)+9, 1), 24)
	b = append(b, tag(recordSeverity, wireVarint), byte(severity))
	b = appendText(b, tag(recordSeverityText, wireBytes), level.String())

	message := r.Message()
	b = appendStringValue(append(b, tag(recordBody, wireBytes)), message)

	var trace traceContext
	if o.Trace != nil {
		trace.id, trace.span, trace.flags = o.Trace(r.Context())
	}
	received := false
	if !trace.valid() {
		trace, received = receivedTrace(r)
	}

	b = e.appendAttrs(b, r, received)
	if int(level)+9 != severity {
		b = appendIntAttr(b, recordAttribute, keyLevel, int64(level))
	}
	if t := r.Template(); t != message {
		b = appendStringAttr(b, recordAttribute, keyTemplate, t)
	}
	if e.failed != nil {
		b = e.appendError(b, r, e.failed)
		e.failed = nil
	}
	if s := r.Source(); *s != (slog.Source{}) {
		if s.File != "" {
			b = appendStringAttr(b, recordAttribute, keyFile, s.File)
		}
		if s.Line != 0 {
			b = appendIntAttr(b, recordAttribute, keyLine, int64(s.Line))
		}
		if s.Function != "" {
			b = appendStringAttr(b, recordAttribute, keyFunction, s.Function)
		}
	}
	if id := r.Goroutine(); id != 0 {
		b = appendIntAttr(b, recordAttribute, keyThread, int64(id))
	}

	if trace.flags != 0 {
		b = appendFixed32(append(b, tag(recordFlags, wireFixed32)), uint32(trace.flags))
	}
	if trace.id != [16]byte{} {
		b = appendText(b, tag(recordTraceID, wireBytes), trace.id[:])
	}
	if trace.span != [8]byte{} {
		b = appendText(b, tag(recordSpanID, wireBytes), trace.span[:])
	}
	b = appendFixed64(append(b, tag(recordObserved, wireFixed64)), nanos(observed))
	e.record = nil
	return closed(b, start, long)
}

// nanos returns a time as OTLP has it. Times before 1970 and after 2554 become the nearest that
// can be expressed.
func nanos(t time.Time) uint64 {
	const last = 1 << 64 / 1_000_000_000 // second of 2554
	seconds := t.Unix()
	switch {
	case seconds < 0:
		return 1 // 0 would mean that it is unknown
	case seconds >= last:
		return 1<<64 - 1
	}
	return uint64(seconds)*1_000_000_000 + uint64(t.Nanosecond())
}
