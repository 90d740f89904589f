package otlp_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
)

// inJSON returns the record of a request in JSON.
func inJSON(t *testing.T, record string) *logbook.Record {
	t.Helper()
	rs, err := otlp.DecodeJSON([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[` + record + `]}]}]}`))
	if err != nil || len(rs) != 1 {
		t.Fatalf("%s: %d records, %v", record, len(rs), err)
	}
	return rs[0]
}

// A request as the JavaScript SDK sends it.
func TestJSONRequest(t *testing.T) {
	const body = ` {"resourceLogs":[{"resource":{"attributes":[
		{"key":"service.name","value":{"stringValue":"shop"}},{"key":"process.pid","value":{"intValue":7}}],"droppedAttributesCount":0},
		"scopeLogs":[{"scope":{"name":"cart","version":"1.2"},"logRecords":[
			{"timeUnixNano":"1772289462123456789","observedTimeUnixNano":"1772289462124000000","severityNumber":17,"severityText":"ERROR",
			 "body":{"stringValue":"m\ud800"},"eventName":"e","attributes":[
				{"key":"n","value":{"intValue":42}},{"key":"nan","value":{"doubleValue":null}},{"key":"big","value":{"intValue":1e300}},
				{"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"},{"boolValue":true},{}]}}},
				{"key":"map","value":{"kvlistValue":{"values":[{"key":"a","value":{"bytesValue":"AP8="}}]}}},
				{"key":"exception.type","value":{"stringValue":"TypeError"}},
				{"key":"exception.stacktrace","value":{"stringValue":"TypeError: x\n    at f (a.js:1:2)"}}],
			 "droppedAttributesCount":0,"flags":1,"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","later":{"x":[1]}}]}],
		"schemaUrl":"https://opentelemetry.io/schemas/1.44.0"}]} `
	rs, err := otlp.DecodeJSON([]byte(body))
	if err != nil || len(rs) != 1 {
		t.Fatal(len(rs), err)
	}
	r := rs[0]
	want := time.Date(2026, 2, 28, 14, 37, 42, 123456789, time.UTC)
	if !r.Time().Equal(want) || r.Level() != logbook.LevelError || r.Message() != "m\ufffd" || r.Channel() != "cart" || r.PID() != 7 {
		t.Errorf("%+v", r.Data())
	}
	d := r.Data()
	const attrs = "\"n\": Int64 \"42\"\n\"nan\": Float64 \"NaN\"\n\"big\": Float64 \"1e+300\"\n\"list\": []interface {} []interface {}{1, true, interface {}(nil)}\n" +
		"\"map\": {\n\"a\": []uint8 []byte{0x0, 0xff}\n}\n"
	if got := describe(d.Attrs); got != attrs {
		t.Errorf("attributes %s, want %s", got, attrs)
	}
	const extra = "\"trace_id\": String \"5b8efff798038103d269b633813fc60c\"\n\"span_id\": String \"eee19b7ec3c1b174\"\n\"trace_flags\": Int64 \"1\"\n\"event.name\": String \"e\"\n" +
		"\"scope\": {\n\"version\": String \"1.2\"\n}\n\"resource\": {\n\"service.name\": String \"shop\"\n}\n"
	if got := describe(d.Extra); got != extra {
		t.Errorf("attributes of processors %s, want %s", got, extra)
	}
	if e := d.Error; e == nil || e.Type != "TypeError" || e.Trace != "TypeError: x\n    at f (a.js:1:2)" || e.Stack != nil {
		t.Errorf("error %+v", e)
	}
}

// Values are accepted in all forms in which they are sent.
func TestJSONValues(t *testing.T) {
	for value, want := range map[string]string{
		`{"intValue":"-9223372036854775808"}`: "-9223372036854775808", `{"intValue":12.0}`: "12", `{"intValue":9223372036854775808}`: "9.223372036854776e+18",
		`{"doubleValue":1}`: "1", `{"doubleValue":"NaN"}`: "NaN", `{"doubleValue":"-Infinity"}`: "-Inf", `{"doubleValue":"1.5"}`: "1.5",
		`{"stringValue":"\ud83c\udf89"}`: "🎉", `{"boolValue":false}`: "false", `null`: "<nil>", `{}`: "<nil>", `{"stringValue":null}`: "<nil>",
		`{"intValue":1,"stringValue":"last"}`: "last", `{"arrayValue":{}}`: "[]", `{"arrayValue":{"values":null}}`: "[]", `{"other":1}`: "<nil>",
		`{"kvlistValue":{"values":[{"key":"k","value":{"intValue":1}}]}}`: "[k=1]",
	} {
		v, _ := inJSON(t, `{"attributes":[{"key":"v","value":`+value+`}]}`).Lookup("v")
		if got := v.String(); got != want {
			t.Errorf("%s: %s, want %s", value, got, want)
		}
	}
	for severity, want := range map[string]logbook.Level{
		`9`: logbook.LevelInfo, `"13"`: logbook.LevelWarn, `"SEVERITY_NUMBER_FATAL"`: logbook.LevelCritical, `"SEVERITY_NUMBER_INFO3"`: logbook.LevelNotice,
		`0,"severityText":"warning"`: logbook.LevelWarn, `0`: logbook.LevelInfo, `null,"severityText":"odd"`: logbook.LevelInfo, `25`: 15, `-1`: logbook.LevelTrace,
	} {
		if got := inJSON(t, `{"severityNumber":`+severity+`}`).Level(); got != want {
			t.Errorf("%s: %v, want %v", severity, got, want)
		}
	}
	for body, want := range map[string]string{
		`{"intValue":3}`: "3", `{"doubleValue":0.5}`: "0.5", `{"boolValue":true}`: "true", `{"bytesValue":"aGk"}`: "hi", `{}`: "",
		`{"arrayValue":{"values":[{"stringValue":"a"},{"intValue":1}]}}`:             `["a",1]`,
		`{"kvlistValue":{"values":[{"key":"b","value":{}},{"key":"a","value":{}}]}}`: `{"a":null,"b":null}`,
	} {
		if got := inJSON(t, `{"body":`+body+`}`).Message(); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	for clock, want := range map[string]int64{
		`"timeUnixNano":1500000000`: 1500000000, `"timeUnixNano":"0","observedTimeUnixNano":"5"`: 5, `"timeUnixNano":1.5e9`: 1500000000,
	} {
		if got := inJSON(t, "{"+clock+"}").Time().UnixNano(); got != want {
			t.Errorf("%s: %d, want %d", clock, got, want)
		}
	}
}

// What is not OTLP is refused, with the place.
func TestJSONRefusals(t *testing.T) {
	record := func(s string) string { return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[` + s + `]}]}]}` }
	deep := func(n int) string {
		return record(`{"body":` + strings.Repeat(`{"arrayValue":{"values":[`, n) + "{}" + strings.Repeat("]}}", n) + "}")
	}
	for body, want := range map[string]string{
		"": "at byte 0: unexpected end", "[]": "at byte 0: expected {", "{}x": "at byte 2: data after the value", `{"resourceLogs":{}}`: "at byte 16: expected [",
		record(`{"traceId":"00"}`): "invalid value", record(`{"traceId":"W47/95gDgQPSabYzgT/GDA=="}`): "invalid value", record(`{"spanId":"zz"}`): "invalid value",
		record(`{"severityText":1}`): "invalid value", record(`{"timeUnixNano":-1}`): "invalid value", record(`{"timeUnixNano":"x"}`): "invalid value",
		record(`{"severityNumber":"SEVERITY_NUMBER_INFO5"}`): "invalid value", record(`{"body":{"intValue":1.5}}`): "invalid value", record(`{"flags":4294967296}`): "invalid value",
		record(`{"body":{"boolValue":1}}`): "invalid value", record(`{"body":"text"}`): "expected {", deep(101): "nested deeper than 100", deep(600): "nested deeper than 100",
	} {
		_, _, err := otlp.JSONToProto([]byte(body))
		var e *otlp.RequestError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.100s: %v, want %s", body, err, want)
		}
	}
	if _, err := otlp.DecodeJSON([]byte(deep(100))); err != nil {
		t.Error(err)
	}
	if proto, n, err := otlp.JSONToProto([]byte(`{"resourceLogs":null,"x":[{"y":NaN}]}`)); len(proto)+n > 0 || err != nil {
		t.Error(proto, n, err)
	}
	many := record(strings.Repeat("{},", otlp.MaxRecords) + "{}")
	if _, _, err := otlp.JSONToProto([]byte(many)); !errors.Is(err, otlp.ErrTooLarge) {
		t.Error(err)
	}
}

// Attributes that have the name of a field, but not its kind, stay attributes.
func TestFieldsOfOtherKinds(t *testing.T) {
	for _, key := range []string{
		"logbook.level", "logbook.types", "logbook.extra", "logbook.error.chain", "message_template.text", "exception.type", "exception.message",
		"exception.stacktrace", "code.file.path", "code.line.number", "code.function.name", "thread.id",
	} {
		for _, value := range []string{`{"stringValue":"@x"}`, `{"intValue":-200}`, `{"arrayValue":{"values":[{"intValue":1}]}}`, `{"kvlistValue":{"values":[{"key":"k"}]}}`, `{}`} {
			r := inJSON(t, `{"attributes":[{"key":"`+key+`","value":`+value+`},{"key":"k","value":{"intValue":1}}]}`)
			n := len(r.Data().Attrs)
			isText := strings.Contains(value, "stringValue") && (strings.HasPrefix(key, "exception") || strings.HasPrefix(key, "code") && key != "code.line.number" || key == "message_template.text")
			isList := key == "logbook.extra" && strings.Contains(value, "array") || key == "logbook.types" && strings.Contains(value, "kvlist")
			if want := 2; n != want && !(n == 1 && (isText || isList)) || (isText || isList) && n == 2 {
				t.Errorf("%s %s: %d attributes", key, value, n)
			}
		}
	}
}
