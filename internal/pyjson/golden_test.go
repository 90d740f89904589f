package pyjson

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readRecord(t testing.TB, name string) Object {
	t.Helper()
	v, err := Decode(readFile(t, filepath.Join("records", name)))
	if err != nil {
		t.Fatal(err)
	}
	record, ok := v.(Object)
	if !ok {
		t.Fatalf("%s is not an object but %v", name, v)
	}
	return record
}

// The records were sent by Python's Logbook, so writing them again must give the same
// bytes.
func TestRecordsOfPython(t *testing.T) {
	entries, err := os.ReadDir("testdata/records")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 16 {
		t.Errorf("%d records, want 16", len(entries))
	}
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			data := readFile(t, filepath.Join("records", entry.Name()))
			record := readRecord(t, entry.Name())
			if got := string(Append(nil, record)); got != string(data) {
				t.Errorf("written again it is\n%s\nwant\n%s", got, data)
			}
			if n := len(record); n < 23 {
				t.Errorf("%d members, want at least 23", n)
			}
		})
	}
}

func TestValuesOfPython(t *testing.T) {
	nested := readRecord(t, "r03_extra_nested.json")
	nan := readRecord(t, "r07_nan.json")
	tests := []struct {
		record Object
		path   []string
		want   any
	}{
		{nested, []string{"message"}, "Größe ä – 日本語 🎉"},
		{nested, []string{"level"}, int64(12)},
		{nested, []string{"thread"}, int64(140172315758656)},
		{nested, []string{"process_name"}, nil},
		{nested, []string{"heavy_initialized"}, true},
		{nested, []string{"args"}, []any{"ä"}},
		{nested, []string{"extra", "nested", "list"}, []any{int64(1), 2.5, nil, true, "é"}},
		{nested, []string{"extra", "big"}, bigInt(t, "18446744073709551616")},
		{nested, []string{"extra", "exp"}, 1e300},
		{nested, []string{"extra", "ctl"}, "\x00\x01\t\n\x7f\u2028"},
		{nested, []string{"extra", "None"}, "nonekey"},
		{nan, []string{"extra", "nan"}, math.NaN()},
		{nan, []string{"extra", "inf"}, math.Inf(1)},
	}
	for _, test := range tests {
		v := any(test.record)
		for _, key := range test.path {
			o, ok := v.(Object)
			if !ok {
				t.Fatalf("%v: %v is not an object", test.path, v)
			}
			if v, ok = o.Get(key); !ok {
				t.Fatalf("%v: no %s", test.path, key)
			}
		}
		if !equal(v, test.want) {
			t.Errorf("%v is %#v, want %#v", test.path, v, test.want)
		}
	}
}

// dumps.json has an output of json.dumps for each kind of value.
func TestDumpsOfPython(t *testing.T) {
	v, err := Decode(readFile(t, "dumps.json"))
	if err != nil {
		t.Fatal(err)
	}
	dumps, ok := v.(Object)
	if !ok || len(dumps) < 30 {
		t.Fatalf("dumps.json is not an object but %v", v)
	}
	for _, m := range dumps {
		text, _ := m.Value.(string)
		want := text
		if m.Key == "lone_surrogate" { // a Go string cannot contain one
			want = `"\ufffd"`
		}
		v, err := Decode([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", m.Key, err)
		} else if got := string(Append(nil, v)); got != want {
			t.Errorf("%s: %s, want %s", m.Key, got, want)
		}
	}
}
