package pyformat

import (
	"encoding/json"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestPython compares with what Python wrote; testdata/python.py made the file.
func TestPython(t *testing.T) {
	data, err := os.ReadFile("testdata/python.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors [][4]*string
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 1000 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		kind, text, specText, want := *v[0], *v[1], *v[2], v[3]
		spec, err := ParseSpec(specText)
		var got []byte
		if err == nil {
			got, err = Append(nil, pythonValue(t, kind, text), 0, &spec)
		}
		switch {
		case err == nil && want == nil:
			t.Errorf("%s %s with %q = %q, want an error", kind, text, specText, got)
		case err != nil && want != nil:
			t.Errorf("%s %s with %q: %v, want %q", kind, text, specText, err, *want)
		case err == nil && string(got) != *want:
			t.Errorf("%s %s with %q = %q, want %q", kind, text, specText, got, *want)
		}
	}
}

func pythonValue(t *testing.T, kind, text string) slog.Value {
	t.Helper()
	switch kind {
	case "int":
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return slog.Int64Value(n)
		}
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return slog.Uint64Value(n)
	case "float":
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return slog.Float64Value(f)
	case "string":
		return slog.StringValue(text)
	case "time":
		for _, layout := range []string{"2006-01-02 15:04:05.999999-07:00", "2006-01-02 15:04:05-07:00:00"} {
			if v, err := time.Parse(layout, text); err == nil {
				return slog.TimeValue(v)
			}
		}
	}
	t.Fatalf("cannot read %s %q", kind, text)
	return slog.Value{}
}
