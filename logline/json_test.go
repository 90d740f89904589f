package logline_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

func TestJSON(t *testing.T) { testLines(t, jsonSamples) }

// partOf has the keys that become a part of the line, and reports whether it has that part.
var partOf = func() map[string]func(l *logline.Line) bool {
	m := map[string]func(l *logline.Line) bool{}
	add := func(keys string, has func(l *logline.Line) bool) {
		for _, k := range strings.Fields(keys) {
			m[k] = has
		}
	}
	add("TIME timeStamp @time time ts timestamp @timestamp asctime @t t datetime Time Timestamp date eventTime stageTimestamp", func(l *logline.Line) bool { return !l.Time.IsZero() })
	add("LEVEL level lvl severity levelname @level log.level @l Level LogLevel Severity levelName level_name error_severity", func(l *logline.Line) bool { return l.HasLevel })
	add("MESSAGE msg message @message @m @mt short_message Message RenderedMessage MessageTemplate event fields fields.message", func(l *logline.Line) bool { return true })
	add("logger_name channel logger @module component name", func(l *logline.Line) bool { return l.Channel != "" })
	add("error err error.message err.message exception.message error.type err.type exception.type error.chain", func(l *logline.Line) bool { return l.Err != "" || l.Stack != "" })
	add("stack stacktrace stack_trace trace exception exc_info Exception @x error.stack err.stack error.stack_trace exception.stacktrace errorVerbose",
		func(l *logline.Line) bool { return l.Stack != "" })
	return m
}()

// A record written as JSON has the keys of its line, but for those of the time, level, message,
// channel and error.
func TestKeysAreKept(t *testing.T) {
	written := map[string]bool{"time": true, "level": true, "channel": true, "msg": true, "error": true, "error#2": true,
		"exception.type": true, "exception.trace": true, "exception.chain": true}
	for _, s := range jsonSamples {
		in := keys(t, s.line)
		l := logline.Parse([]byte(s.line), testNow)
		if in == nil || l.Format == logline.Plain || l.Format == logline.Wire {
			continue
		}
		b, err := logbook.JSON(nil).AppendFormat(nil, logline.ParseRecord([]byte(s.line), time.Now(), ""))
		if err != nil {
			t.Fatal(err)
		}
		out := keys(t, string(b))
		for k := range in {
			if has := partOf[k]; !out[k] && !out[k+"#2"] && (has == nil || !has(&l)) {
				t.Errorf("%s: %q is lost:\n%s\n%s", s.name, k, s.line, b)
			}
		}
		for k := range out {
			if !in[strings.TrimSuffix(k, "#2")] && !written[k] {
				t.Errorf("%s: %q is added:\n%s\n%s", s.name, k, s.line, b)
			}
		}
	}
}

// keys returns the names of all members of a JSON object, with those of the objects around
// them. For other text it returns nil.
func keys(t *testing.T, line string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	var add func(prefix string, object map[string]any)
	add = func(prefix string, object map[string]any) {
		for k, v := range object {
			if inner, ok := v.(map[string]any); ok && len(inner) > 0 {
				add(prefix+k+".", inner)
			} else {
				out[prefix+k] = true
			}
		}
	}
	var object map[string]any
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	if d.Decode(&object) != nil {
		return nil
	}
	add("", object)
	return out
}

var jsonSamples = []sample{
	{"colors",
		`{"timestamp":"2026-11-20T10:40:31Z","level":"\u001b[33mWARNING\u001b[0m","logger":"\u001b[1mapp.tea\u001b[0m","message":"little tea"}`,
		`json 2026-11-20T10:40:31Z WARNING channel=app.tea "little tea"`},
	{"slog",
		`{"time":"2026-11-20T10:40:31.3557238Z","level":"INFO","source":{"function":"main.main","file":"/srv/app/main.go","line":29},"msg":"hello","a":1,"g":{"k":"v","n":2.5},"d":1000000000,"t":"1970-01-01T00:00:00Z","err":"boom"}`,
		`slog 2026-11-20T10:40:31.3557238Z INFO source=main.main|/srv/app/main.go:29 "hello" {source={function="main.main" file="/srv/app/main.go" line=29} a=1 g={k="v" n=2.5} d=1000000000 t="1970-01-01T00:00:00Z"} err="boom"`},
	{"slog between levels",
		`{"time":"2026-11-20T10:40:31.355769227Z","level":"INFO+2","msg":"between","nil":null}`,
		`slog 2026-11-20T10:40:31.355769227Z NOTICE "between" {nil=<nil>}`},
	{"slog, level repeated as attribute",
		`{"time":"2026-11-20T10:40:31Z","level":"DEBUG","msg":"x","level":"high","msg":"y","time":"2020-01-01T00:00:00Z"}`,
		`slog 2026-11-20T10:40:31Z DEBUG "x" {level="high" msg="y" time="2020-01-01T00:00:00Z"}`},
	{"slog, empty message",
		`{"time":"2026-11-20T10:40:31Z","level":"INFO","msg":""}`,
		`slog 2026-11-20T10:40:31Z INFO ""`},
	{"zap",
		`{"level":"error","ts":1795171231.3558092,"logger":"http","caller":"app/main.go:38","msg":"failed","error":"boom","errorVerbose":"boom\nmain.main\n\t/srv/app/main.go:26","n":3,"d":1,"stacktrace":"main.main\n\t/srv/app/main.go:38\nruntime.main\n\t/usr/local/go/src/runtime/proc.go:290"}`,
		`zap 2026-11-20T16:10:31.3558092+05:30 ERROR channel=http source=|app/main.go:38 "failed" {caller="app/main.go:38" errorVerbose="boom\nmain.main\n\t/srv/app/main.go:26" n=3 d=1} err="boom" stack="main.main\n\t/srv/app/main.go:38\nruntime.main\n\t/usr/local/go/src/runtime/proc.go:290"`},
	{"zap without stack",
		`{"level":"info","ts":1795171231.3558538,"caller":"app/main.go:39","msg":"plain","o":{"a":1,"b":[1,2]},"ns":{"x":"y"},"error":"boom","errorVerbose":"boom\nmain.main\n\t/srv/app/main.go:26"}`,
		`zap 2026-11-20T16:10:31.3558538+05:30 INFO source=|app/main.go:39 "plain" {caller="app/main.go:39" o={a=1 b=[]interface {}{1, 2}} ns={x="y"}} err="boom" stack="boom\nmain.main\n\t/srv/app/main.go:26"`},
	{"zap, ISO time",
		`{"level":"dpanic","ts":"2026-11-20T10:41:03.994+0100","msg":"iso"}`,
		`zap 2026-11-20T10:41:03.994+01:00 CRITICAL "iso"`},
	{"zerolog",
		`{"level":"error","stack":[{"func":"main","line":"26","source":"main.go"},{"func":"goexit","line":"1771","source":"asm_amd64.s"}],"error":"boom","foo":"bar","d":{"x":1},"time":"2026-11-20T10:41:03Z","caller":"/srv/app/main.go:51","message":"failed"}`,
		`zerolog 2026-11-20T10:41:03Z ERROR source=|/srv/app/main.go:51 "failed" {foo="bar" d={x=1} caller="/srv/app/main.go:51"} err="boom" stack="main\n\tmain.go:26\ngoexit\n\tasm_amd64.s:1771"`},
	{"zerolog, seconds",
		`{"level":"info","time":1795171263,"caller":"/srv/app/main.go:53","message":"unix"}`,
		`zerolog 2026-11-20T16:11:03+05:30 INFO source=|/srv/app/main.go:53 "unix" {caller="/srv/app/main.go:53"}`},
	{"zerolog, milliseconds",
		`{"level":"warn","time":1795171263994,"message":"unixms"}`,
		`zerolog 2026-11-20T16:11:03.994+05:30 WARNING "unixms"`},
	{"zerolog, microseconds",
		`{"level":"trace","time":1795171263994123,"message":"unixmicro"}`,
		`zerolog 2026-11-20T16:11:03.994123+05:30 TRACE "unixmicro"`},
	{"zerolog, nanoseconds",
		`{"level":"debug","time":1795171263994123456,"message":"unixnano"}`,
		`zerolog 2026-11-20T16:11:03.994123456+05:30 DEBUG "unixnano"`},
	{"zerolog, no level",
		`{"time":1795171263994,"message":"nolevel"}`,
		`json 2026-11-20T16:11:03.994+05:30 "nolevel"`},
	{"zerolog, no message",
		`{"level":"info","only":"attrs","time":1795171263994}`,
		`json 2026-11-20T16:11:03.994+05:30 INFO "" {only="attrs"}`},
	{"phuslu",
		`{"time":"2026-11-20T10:41:03.994Z","level":"error","caller":"app/main.go:81","callerfunc":"main.main","goid":1,"error":"boom","stack":"goroutine 1 [running]:\nmain.main()\n\t/srv/app/main.go:81 +0x334e\n","foo":"bar","message":"hi"}`,
		`zerolog 2026-11-20T10:41:03.994Z ERROR source=main.main|app/main.go:81 "hi" {caller="app/main.go:81" callerfunc="main.main" goid=1 foo="bar"} err="boom" stack="goroutine 1 [running]:\nmain.main()\n\t/srv/app/main.go:81 +0x334e\n"`},
	{"logrus",
		`{"animal":"walrus","error":"boom","file":"/srv/app/main.go:70","func":"main.main","level":"warning","msg":"A walrus","time":"2026-11-20T10:41:03Z"}`,
		`logrus 2026-11-20T10:41:03Z WARNING source=main.main|/srv/app/main.go:70 "A walrus" {animal="walrus" file="/srv/app/main.go:70" func="main.main"} err="boom"`},
	{"charm",
		`{"time":"2026/11/20 10:41:03","level":"warn","caller":"app/main.go:108","prefix":"http","msg":"hello world","a":1,"err":"boom"}`,
		`json 2026-11-20T10:41:03+05:30 WARNING source=|app/main.go:108 "hello world" {caller="app/main.go:108" prefix="http" a=1} err="boom"`},
	{"hclog",
		`{"@caller":"/srv/app/main.go:115","@level":"warn","@message":"hello world","@module":"app","@timestamp":"2026-11-20T10:41:03.994680Z","a":1,"b":"x y","error":"boom"}`,
		`json 2026-11-20T10:41:03.99468Z WARNING channel=app source=|/srv/app/main.go:115 "hello world" {@caller="/srv/app/main.go:115" a=1 b="x y"} err="boom"`},
	{"timeStamp",
		`{"level":"info","message":"hello","service":"tea","timeStamp":"2026-11-20T10:41:03.123Z"}`,
		`json 2026-11-20T10:41:03.123Z INFO "hello" {service="tea"}`},
	{"pino",
		`{"level":30,"time":1795171237264,"pid":5823,"hostname":"vm","a":1,"o":{"b":2},"msg":"hello"}`,
		`pino 2026-11-20T16:10:37.264+05:30 INFO pid=5823 "hello" {pid=5823 hostname="vm" a=1 o={b=2}}`},
	{"pino error",
		`{"level":50,"time":1795171237265,"pid":5823,"hostname":"vm","err":{"type":"TypeError","message":"alone","stack":"TypeError: alone\n    at Object.<anonymous> (/srv/a.js:1:116)"},"msg":"alone"}`,
		`pino 2026-11-20T16:10:37.265+05:30 ERROR pid=5823 "alone" {pid=5823 hostname="vm" err={type="TypeError"}} err="alone" stack="TypeError: alone\n    at Object.<anonymous> (/srv/a.js:1:116)"`},
	{"pino child with a name, own level",
		`{"level":35,"time":1795171237265,"pid":5823,"hostname":"vm","name":"http","msg":"w"}`,
		`pino 2026-11-20T16:10:37.265+05:30 NOTICE channel=http pid=5823 "w" {pid=5823 hostname="vm"}`},
	{"bunyan",
		`{"name":"app","hostname":"vm","pid":5823,"level":60,"msg":"f","time":"2026-11-20T10:40:37.277Z","src":{"file":"/srv/a.js","line":5,"func":"f"},"v":0}`,
		`bunyan 2026-11-20T10:40:37.277Z CRITICAL channel=app pid=5823 source=f|/srv/a.js:5 "f" {hostname="vm" pid=5823 src={file="/srv/a.js" line=5 func="f"} v=0}`},
	{"bunyan error",
		`{"name":"app","hostname":"vm","pid":6121,"level":50,"err":{"message":"x","name":"TypeError","stack":"TypeError: x\n    at f (/srv/b.js:1:144)"},"msg":"bad","time":"2026-11-20T10:41:04.113Z","src":{},"v":0}`,
		`bunyan 2026-11-20T10:41:04.113Z ERROR channel=app pid=6121 "bad" {hostname="vm" pid=6121 err={name="TypeError"} src=map[string]interface {}{} v=0} err="x" stack="TypeError: x\n    at f (/srv/b.js:1:144)"`},
	{"winston",
		`{"a":1,"level":"info","message":"hello"}`,
		`json INFO "hello" {a=1}`},
	{"winston with time",
		`{"b":"c","level":"warn","message":"hey","timestamp":"2026-11-20T10:40:37.310Z"}`,
		`json 2026-11-20T10:40:37.31Z WARNING "hey" {b="c"}`},
	{"python-json-logger",
		`{"asctime":"2024-02-29 13:37:42,123","levelname":"ERROR","name":"app.db","message":"x"}`,
		`json 2024-02-29T13:37:42.123+05:30 ERROR channel=app.db "x"`},
	{"Logbook",
		`{"time":"2024-02-29T13:37:42.5+02:00","level":"NOTICE","channel":"app.web","msg":"hi","a":1,"source":{"function":"main.f","file":"/a.go","line":3}}`,
		`logbook 2024-02-29T13:37:42.5+02:00 NOTICE channel=app.web source=main.f|/a.go:3 "hi" {a=1 source={function="main.f" file="/a.go" line=3}}`},
	{"Logbook between levels",
		`{"time":"2024-02-29T13:37:42.5+02:00","level":"INFO+3","channel":"app.web","msg":"hi"}`,
		`logbook 2024-02-29T13:37:42.5+02:00 NOTICE+1 channel=app.web "hi"`},
	{"Logbook error",
		`{"time":"2024-02-29T13:37:42.5-03:30","level":"ERROR","channel":"app.web","msg":"hi","error":{"type":"*errors.errorString","message":"boom","chain":[{"type":"x","message":"boom"}],"stack":"main.f\n\t/a.go:3"}}`,
		`logbook 2024-02-29T13:37:42.5-03:30 ERROR channel=app.web "hi" {error={type="*errors.errorString" chain=[]interface {}{map[string]interface {}{"message":"boom", "type":"x"}}}} err="boom" stack="main.f\n\t/a.go:3"`},
	{"Logbook error, message only",
		`{"time":"2024-02-29T13:37:42.5-03:30","level":"ERROR","channel":"app.web","msg":"hi","error":{"message":"boom"},"a":1}`,
		`logbook 2024-02-29T13:37:42.5-03:30 ERROR channel=app.web "hi" {a=1} err="boom"`},
	{"Elastic Common Schema",
		`{"@timestamp":"2026-11-20T10:40:31.123Z","log.level":"ERROR","message":"refused","ecs.version":"1.2.0","process.thread.name":"main","error.type":"shop.Refused","error.message":"no money","error.stack_trace":"shop.Refused: no money\n\tat shop.Pay.run(Pay.java:7)"}`,
		`json 2026-11-20T10:40:31.123Z ERROR "refused" {ecs.version="1.2.0" process.thread.name="main" error.type="shop.Refused"} err="no money" stack="shop.Refused: no money\n\tat shop.Pay.run(Pay.java:7)"`},
	{"Elastic Common Schema, nested",
		`{"@timestamp":"2026-11-20T10:40:31.123Z","log":{"level":"error","origin":{"file":{"name":"pay.py"}}},"message":"refused","error":{"type":"Refused","message":"no money","stack_trace":"  File \"pay.py\", line 7\nRefused: no money"}}`,
		`json 2026-11-20T10:40:31.123Z ERROR "refused" {log={level="error" origin={file={name="pay.py"}}} error={type="Refused"}} err="no money" stack="  File \"pay.py\", line 7\nRefused: no money"`},
	{"Elastic Common Schema, a stack without a message",
		`{"@timestamp":"2026-11-20T10:40:31.123Z","message":"refused","error":{"stack_trace":"a\n\tat b"}}`,
		`json 2026-11-20T10:40:31.123Z "refused" stack="a\n\tat b"`},
	{"structlog's exception",
		`{"event":"refused","level":"error","exception":"Traceback (most recent call last):\n  File \"pay.py\", line 7\nRefused: no money"}`,
		`json ERROR "refused" stack="Traceback (most recent call last):\n  File \"pay.py\", line 7\nRefused: no money"`},
	{"id of a trace",
		`{"message":"x","trace":"projects/shop/traces/1a2b"}`,
		`json "x" {trace="projects/shop/traces/1a2b"}`},
	{"channel before logger before component",
		`{"component":"c","logger":"l","channel":"ch","msg":"x"}`,
		`json channel=ch "x" {component="c" logger="l"}`},
	{"level and time of the wrong type",
		`{"level":5,"time":7,"msg":3,"source":"db","stack":"lamp","caller":"me","error":null,"logger":""}`,
		`json "" {level=5 time=7 msg=3 source="db" stack="lamp" caller="me" error=<nil> logger=""}`},
	{"unknown level name",
		`{"level":"loud","msg":"x"}`,
		`json "x" {level="loud"}`},
	{"number as level in an unknown format",
		`{"msg":"x","level":30,"name":"n","pid":4}`,
		`json "x" {level=30 name="n" pid=4}`},
	{"pino without time and host",
		`{"level":40,"pid":4,"msg":"little tea"}`,
		`json WARNING pid=4 "little tea" {pid=4}`},
	{"Serilog without the rendered message",
		`{"Timestamp":"2026-11-20T10:40:31.1234567+03:00","Level":"Verbose","MessageTemplate":"{Cups} cups","Properties":{"Cups":2}}`,
		`json 2026-11-20T10:40:31.1234567+03:00 DEBUG "{Cups} cups" {Properties={Cups=2}}`},
	{"dates that are not epoch times",
		`{"time":20240229133742,"ts":20240229,"timestamp":"yesterday","msg":"x"}`,
		`json "x" {time=20240229133742 ts=20240229 timestamp="yesterday"}`},
	{"float that is not a time",
		`{"ts":-1.5,"timestamp":1e300,"msg":"x"}`,
		`json "x" {ts=-1.5 timestamp=1e+300}`},
	{"user's fields named like others' fields",
		`{"time":"2026-11-20T10:40:31Z","level":"INFO","msg":"x","name":"Bob","pid":4,"v":0,"file":"/etc/passwd","func":"f","source":{"db":1}}`,
		`slog 2026-11-20T10:40:31Z INFO "x" {name="Bob" pid=4 v=0 file="/etc/passwd" func="f" source={db=1}}`},
	{"source with too much",
		`{"msg":"x","source":{"file":"a","line":1,"column":2}}`,
		`json "x" {source={file="a" line=1 column=2}}`},
	{"line number too large",
		`{"msg":"x","caller":"a.go:99999999999999999999"}`,
		`json "x" {caller="a.go:99999999999999999999"}`},
	{"spaces around",
		` { "msg" : "x" , "a" : [ 1 , 2 ] } `,
		`json "x" {a=[]interface {}{1, 2}}`},
	{"only a level",
		`{"level":"info"}`,
		`json INFO "{\"level\":\"info\"}"`},
	{"numbers",
		`{"a":-9223372036854775808,"b":9223372036854775808,"c":18446744073709551615,"d":18446744073709551616,"e":118059162071741130342412,"f":1e400,"g":-0,"h":0.1,"i":1e2,"j":1.0,"k":0.30000000000000004,"l":0.1234567890123456789,"m":1e-400,"n":100000000000000000000,"o":4.9e-324}`,
		`json "" {a=-9223372036854775808 b=9223372036854775808u c=18446744073709551615u d="18446744073709551616" e="118059162071741130342412" f="1e400" g=-0.0 h=0.1 i=100.0 j=1.0 k=0.30000000000000004 l="0.1234567890123456789" m="1e-400" n=1e+20 o="4.9e-324"}`},
	{"invalid numbers",
		`{"a":01}`,
		`plain "{\"a\":01}"`},
	{"number without digits",
		`{"a":-}`,
		`plain "{\"a\":-}"`},
	{"number with a bare point",
		`{"a":1.}`,
		`plain "{\"a\":1.}"`},
	{"number with a bare exponent",
		`{"a":1e+}`,
		`plain "{\"a\":1e+}"`},
	{"repeated keys",
		`{"a":1,"a":2,"b":{"c":1,"c":2}}`,
		`json "" {a=1 a=2 b={c=1 c=2}}`},
	{"arrays",
		`{"a":[1,"x",null,true,2.5,[],{},{"x":[{"y":{}}]},{"d":1,"d":2}]}`,
		`json "" {a=[]interface {}{1, "x", interface {}(nil), true, 2.5, []interface {}{}, map[string]interface {}{}, map[string]interface {}{"x":[]interface {}{map[string]interface {}{"y":map[string]interface {}{}}}}, "{\"d\":1,\"d\":2}"}}`},
	{"objects",
		`{"a":{"b":{"c":{}}},"e":{},"z":null,"t":true,"f":false,"":""}`,
		`json "" {a={b={c=map[string]interface {}{}}} e=map[string]interface {}{} z=<nil> t=true f=false =""}`},
	{"strings",
		`{"a":"\"\\\/\b\f\n\r\t\u00e4\u00E4\ud83d\ude00","\u0061b":"x"}`,
		`json "" {a="\"\\/\b\f\n\r\tää😀" ab="x"}`},
	{"lone surrogates",
		`{"a":"\ud800","b":"\ud800x","c":"\udc00\ud800","d":"\ud800\u0041"}`,
		`json "" {a="�" b="�x" c="��" d="�A"}`},
	{"bad escape",
		`{"a":"\x1b"}`,
		`plain "{\"a\":\"\\x1b\"}"`},
	{"bad unicode escape",
		`{"a":"\u12g4"}`,
		`plain "{\"a\":\"\\u12g4\"}"`},
	{"unclosed string",
		`{"a":"b`,
		`plain "{\"a\":\"b"`},
	{"unclosed escape",
		`{"a":"b\`,
		`plain "{\"a\":\"b\\"`},
	{"unclosed object",
		`{"a":1`,
		`plain "{\"a\":1"`},
	{"trailing comma",
		`{"a":1,}`,
		`plain "{\"a\":1,}"`},
	{"missing comma",
		`{"a":1 "b":2}`,
		`plain "{\"a\":1 \"b\":2}"`},
	{"bare key",
		`{a:1}`,
		`plain "{a:1}"`},
	{"text after it",
		`{"a":1} x`,
		`plain "{\"a\":1} x"`},
	{"NaN",
		`{"a":NaN}`,
		`plain "{\"a\":NaN}"`},
	{"infinite",
		`{"level":"info","msg":"x","a":[-Infinity]}`,
		`plain "{\"level\":\"info\",\"msg\":\"x\",\"a\":[-Infinity]}"`},
	{"empty object",
		`{}`,
		`plain "{}"`},
	{"array",
		`[1,2]`,
		`plain "[1,2]"`},
	{"string",
		`"x"`,
		`plain "\"x\""`},
	{"wire by its flags",
		`{"channel": "app.web", "msg": "nan", "level": 15, "extra": {"nan": NaN, "ninf": -Infinity}, "heavy_initialized": true, "time": "2024-02-29T13:37:43.123000Z", "message": "nan", "information_pulled": true}`,
		`logbook-wire "{\"channel\": \"app.web\", \"msg\": \"nan\", \"level\": 15, \"extra\": {\"nan\": NaN, \"ninf\": -Infinity}, \"heavy_initialized\": true, \"time\": \"2024-02-29T13:37:43.123000Z\", \"message\": \"nan\", \"information_pulled\": true}"`},
	{"wire by its fields",
		`{"channel":null,"level":11,"msg":"x","extra":{}}`,
		`logbook-wire "{\"channel\":null,\"level\":11,\"msg\":\"x\",\"extra\":{}}"`},
	{"not quite the wire",
		`{"channel":"a","level":"INFO","msg":"x","extra":{"b":1}}`,
		`json INFO channel=a "x" {extra={b=1}}`},
}
