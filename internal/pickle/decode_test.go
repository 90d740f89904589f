package pickle_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/pickle"
)

// frames returns the pickles of testdata, without their lengths, by name.
func frames(t testing.TB, pattern string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no files, %v", pattern, err)
	}
	m := make(map[string][]byte)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m[strings.TrimSuffix(filepath.Base(path), ".bin")] = data[4:]
	}
	return m
}

// plain returns a value as encoding/json decodes it with UseNumber. Other values become
// Python's text.
func plain(v any) any {
	switch v := v.(type) {
	case int64:
		return json.Number(fmt.Sprint(v))
	case *big.Int:
		return json.Number(v.String())
	case float64:
		b, _ := json.Marshal(v)
		if s := string(b); strings.ContainsAny(s, ".e") {
			return json.Number(s)
		}
		return json.Number(fmt.Sprintf("%.1f", v))
	case *pickle.List:
		list := make([]any, len(v.Items))
		for i, item := range v.Items {
			list[i] = plain(item)
		}
		return list
	case *pickle.Dict:
		m := make(map[string]any)
		for _, item := range v.Items {
			m[item.Key.(string)] = plain(item.Value)
		}
		return m
	}
	return v
}

// The frames of Python's SocketHandler have the fields that Python itself decodes.
func TestFramesOfSocketHandler(t *testing.T) {
	for name, data := range frames(t, "py_sockethandler_*.bin") {
		v, err := pickle.Decode(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(strings.NewReader(string(text)))
		d.UseNumber()
		var want map[string]any
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		got := plain(v).(map[string]any)
		if strings.HasSuffix(name, "_bytes") { // what JSON has as the text of Python's repr
			if raw, ok := got["raw"].([]byte); !ok || len(raw) != 256 || raw[0] != 0 || raw[255] != 255 || got["frozen"] != pickle.Object("frozenset") {
				t.Errorf("%s: raw %v, frozen %#v", name, got["raw"], got["frozen"])
			}
			got["raw"], got["frozen"] = want["raw"], want["frozen"]
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is\n%v, want\n%v", name, got, want)
		}
	}
}

func list(items ...any) []any { return append([]any{}, items...) }

// sampleValues are the values of testdata/generate.py.
var sampleValues = map[string]any{
	"name": "lab", "msg": "héllo", "levelno": int64(20), "args": nil,
	"text": "漢🌡", "empty": "", "long": strings.Repeat("x", 300),
	"yes": true, "no": false, "none": nil, "ratio": 0.1, "inf": math.Inf(1),
	"small": int64(-1), "word": int64(300), "int31": int64(70000), "int63": int64(1 << 62), "negative": int64(-1 << 40),
	"huge": "1267650600228229401496703205376", "lowest": int64(math.MinInt64), "below": "-9223372036854775809",
	"list": list(int64(1), list(int64(2), list(int64(3)))), "tuple": list(int64(1), int64(2), int64(3), int64(4)),
	"pair": list(int64(1), int64(2)), "one": list(int64(1)), "none_of": list(),
	"dict":   map[string]any{"a": map[string]any{"b": list()}},
	"shared": list(list("shared"), list("shared"), list(list("shared"), list("shared"))),
	"at":     pickle.Object("datetime.datetime"), "id": pickle.Object("uuid.UUID"),
	"set": pickle.Object("set"), "frozen": pickle.Object("frozenset"), "order": pickle.Object("collections.OrderedDict"),
	"price": pickle.Object("decimal.Decimal"), "gauge": pickle.Object("__main__.Gauge"),
	"gauges": list(pickle.Object("__main__.Gauge"), pickle.Object("__main__.Gauge")), "function": pickle.Object("binascii.hexlify"),
}

func checkSample(t *testing.T, python int, data []byte) {
	t.Helper()
	v, err := pickle.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	d := v.(*pickle.Dict)
	want := map[string]any{"raw": []byte{0, 0xff}, "noraw": []byte{}}
	if python == 2 {
		want = map[string]any{"raw": pickle.Object("bytearray"), "noraw": ""}
	}
	for key, value := range sampleValues {
		want[key] = value
	}
	for key, value := range want {
		got, ok := d.Get(key)
		if got = tree(got); !ok || !reflect.DeepEqual(got, value) {
			t.Errorf("%s: %#v, want %#v", key, got, value)
		}
	}
	if many, _ := d.Get("many"); len(many.(*pickle.List).Items) != 1100 {
		t.Errorf("many: %d items", len(many.(*pickle.List).Items))
	}
}

// tree returns a value with slices and maps.
func tree(v any) any {
	switch v := v.(type) {
	case *big.Int:
		return v.String()
	case *pickle.List:
		l := make([]any, len(v.Items))
		for i := range l {
			l[i] = tree(v.Items[i])
		}
		return l
	case *pickle.Dict:
		m := make(map[string]any)
		for _, item := range v.Items {
			m[item.Key.(string)] = tree(item.Value)
		}
		return m
	}
	return v
}

// Every protocol that Python has means the same values. The lines of the file are the
// version of Python, the protocol, and the pickle.
func TestProtocols(t *testing.T) {
	text, err := os.ReadFile("testdata/protocols.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var version, pickled string
		var protocol int
		if _, err := fmt.Sscan(line, &version, &protocol, &pickled); err != nil {
			t.Fatal(err)
		}
		t.Run(fmt.Sprintf("Python %s, protocol %d", version, protocol), func(t *testing.T) {
			data, err := hex.DecodeString(pickled)
			if err != nil {
				t.Fatal(err)
			}
			checkSample(t, int(version[0]-'0'), data)
		})
	}
}
