package codec

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	collector "go.opentelemetry.io/proto/slim/otlp/collector/logs/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	"google.golang.org/protobuf/proto"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
)

// Requests are accepted and refused as by the generated code, and have the same values.
func FuzzDecode(f *testing.F) {
	for _, r := range all() {
		f.Add(new(otlp.Encoder).AppendRequest(nil, []*logbook.Record{r}, &otlp.EncodeOptions{Resource: otlp.Resource("shop", "i-1")}))
	}
	for _, s := range []string{
		"", "\x0a", "\x0a\x00", "\x0b\x0c", "\x0b\x0b\x0c\x0c", "\x0b\x14", "\x0c", "\x00\x00", "\x07", "\x0a\x80\x00", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "\xf8\xff\xff\xff\x0f\x00", "\xf8\xff\xff\xff\x1f\x00", "\x0a\xff\xff\xff\xff\x0f", "\x0d\x00", "\x09\x00",
	} {
		f.Add([]byte(s))
	}
	// Parts of one message, values that replace each other, and the order of pdata.
	record := func(fields string) []byte {
		b := []byte(fields)
		for _, tag := range []byte{0x12, 0x12, 0x0a} {
			b = append([]byte{tag, byte(len(b))}, b...)
		}
		return b
	}
	for _, fields := range []string{
		"\x2a\x04\x2a\x02\x0a\x00\x2a\x04\x2a\x02\x0a\x00", "\x2a\x03\x0a\x01a\x2a\x02\x10\x01", "\x2a\x02\x40\x01", "\x2a\x05\x0a\x01a\x40\x01",
		"\x32\x08\x12\x03\x0a\x01v\x0a\x01k", "\x32\x05\x0a\x01a\x0a\x01b", "\x32\x07\x12\x02\x10\x00\x12\x01\x18", "\x10\x7f", "\x10\xff\xff\xff\xff\x0f", "\x15\x00\x00\x00\x00",
	} {
		f.Add(record(fields))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rs, err := otlp.DecodeRequest(data)
		n, countErr := otlp.CountRecords(data)
		if n != len(rs) && err == nil || (err == nil) != (countErr == nil) {
			t.Fatalf("%d records, %v; counted %d, %v", len(rs), err, n, countErr)
		}
		var m collector.ExportLogsServiceRequest
		protoErr := proto.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(data, &m)
		if errors.Is(err, otlp.ErrTooLarge) || protoErr != nil && strings.Contains(protoErr.Error(), "UTF-8") {
			return // limits; strings that are not UTF-8 are taken
		}
		if (err == nil) != (protoErr == nil) {
			t.Fatalf("%x: %v, the generated code: %v", data, err, protoErr)
		}
		if err != nil {
			return
		}
		compare(t, rs, &m)

		// The generated code joins parts, orders fields and drops what is unknown.
		again, err := proto.Marshal(&m)
		if err != nil {
			t.Fatal(err)
		}
		same, err := otlp.DecodeRequest(again)
		if err != nil || len(same) != len(rs) {
			t.Fatalf("%d records, %v, want %d", len(same), err, len(rs))
		}
		for i := range rs {
			if got, want := show(rs[i]), show(same[i]); got != want {
				t.Fatalf("%x: record %s, the generated code %s", data, got, want)
			}
		}

		// What was decoded can be encoded.
		encoded := new(otlp.Encoder).AppendRequest(nil, rs, nil)
		if err := proto.Unmarshal(encoded, new(collector.ExportLogsServiceRequest)); err != nil {
			t.Fatalf("%x became %x: %v", data, encoded, err)
		}
		if twice, err := otlp.DecodeRequest(encoded); err != nil || len(twice) != len(rs) {
			t.Fatalf("%x became %x: %d records, %v", data, encoded, len(twice), err)
		}
	})
}

// show returns everything of a record, as text.
func show(r *logbook.Record) string {
	d := r.Data()
	e, s := d.Error, d.Source
	d.Error, d.Source = nil, nil
	return fmt.Sprintf("%+v %+v %+v", d, e, s)
}

// compare compares the fields that need no mapping.
func compare(t *testing.T, rs []*logbook.Record, m *collector.ExportLogsServiceRequest) {
	t.Helper()
	i := 0
	for _, rl := range m.ResourceLogs {
		for _, sl := range rl.ScopeLogs {
			for _, l := range sl.LogRecords {
				if i == len(rs) {
					t.Fatal("records are missing")
				}
				r := rs[i]
				i++
				at := l.TimeUnixNano
				if at == 0 {
					at = l.ObservedTimeUnixNano
				}
				if at != 0 && (r.Time().Unix() != int64(at/1e9) || r.Time().Nanosecond() != int(at%1e9)) {
					t.Errorf("time %v, want %d", r.Time(), at)
				}
				if s, ok := l.Body.GetValue().(*common.AnyValue_StringValue); ok && r.Message() != s.StringValue {
					t.Errorf("message %q, want %q", r.Message(), s.StringValue)
				}
				if r.Channel() != sl.Scope.GetName() {
					t.Errorf("channel %q, want %q", r.Channel(), sl.Scope.GetName())
				}
				known := make(map[string]int)
				for _, a := range l.Attributes {
					if known[a.Key]++; known[a.Key] == 1 {
						checkAttr(t, r, a)
					}
				}
			}
		}
	}
	if i != len(rs) {
		t.Errorf("%d records, want %d", len(rs), i)
	}
}

// checkAttr checks an attribute with a value that needs no mapping.
func checkAttr(t *testing.T, r *logbook.Record, a *common.KeyValue) {
	t.Helper()
	if strings.ContainsAny(a.Key, ".#") || a.Key == "" || a.Key == "trace_id" || a.Key == "span_id" || a.Key == "trace_flags" || a.Key == "resource" || a.Key == "scope" || a.Key == "error" {
		return // fields of records, members of groups, new names, and attributes that are added
	}
	v, ok := r.Lookup(a.Key)
	if !ok {
		t.Errorf("no attribute %q", a.Key)
		return
	}
	if logbookTypes(r, a.Key) {
		return
	}
	switch x := a.Value.GetValue().(type) {
	case *common.AnyValue_StringValue:
		ok = v.Any() == x.StringValue
	case *common.AnyValue_IntValue:
		ok = v.Any() == x.IntValue
	case *common.AnyValue_BoolValue:
		ok = v.Any() == x.BoolValue
	case *common.AnyValue_DoubleValue:
		f, isFloat := v.Any().(float64)
		ok = isFloat && (f == x.DoubleValue || math.IsNaN(f) && math.IsNaN(x.DoubleValue))
	}
	if !ok {
		t.Errorf("%q is %v, want %v", a.Key, v, a.Value)
	}
}

// logbookTypes reports whether the value was given another kind.
func logbookTypes(r *logbook.Record, key string) bool {
	v, _ := r.Lookup(key)
	switch v.Any().(type) {
	case string, int64, bool, float64:
		return false
	}
	return true
}
