package pyformat

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// resolver looks up the value of a field.
type resolver func(f *Field) (slog.Value, error)

// render formats a template like a caller of the package.
func render(text string, resolve resolver) (string, error) {
	t, err := Parse(text)
	if err != nil {
		return "", err
	}
	b, err := renderTemplate(nil, t, resolve)
	return string(b), err
}

func renderTemplate(b []byte, t *Template, resolve resolver) ([]byte, error) {
	for _, seg := range t.Segments {
		b = append(b, seg.Literal...)
		f := seg.Field
		if f == nil {
			continue
		}
		v, err := resolve(f)
		if err != nil {
			return b, err
		}
		spec := f.Spec
		if f.Nested != nil {
			text, err := renderTemplate(nil, f.Nested, resolve)
			if err != nil {
				return b, err
			}
			if spec, err = ParseSpec(string(text)); err != nil {
				return b, err
			}
		}
		if b, err = Append(b, v, f.Conversion, &spec); err != nil {
			return b, err
		}
	}
	return b, nil
}

// resolveIn looks up names like Python: {} is numbered automatically and cannot be mixed
// with {0}.
func resolveIn(values map[string]any) resolver {
	next, manual := 0, false
	return func(f *Field) (slog.Value, error) {
		name := f.Name
		if _, err := strconv.Atoi(name); err == nil {
			manual = true
		}
		if name == "" {
			name = strconv.Itoa(next)
			next++
		}
		if manual && next > 0 {
			return slog.Value{}, errors.New("mixed numbering")
		}
		v, ok := values[name]
		for _, step := range f.Path {
			if !ok {
				break
			}
			switch m := v.(type) {
			case map[string]any:
				v, ok = m[step.Key]
			case []any:
				i, err := strconv.Atoi(step.Key)
				if ok = err == nil && i < len(m); ok {
					v = m[i]
				}
			default:
				ok = false
			}
		}
		if !ok {
			return slog.Value{}, fmt.Errorf("no %q %v", name, f.Path)
		}
		return slog.AnyValue(v), nil
	}
}

// args are the arguments of the golden messages, in their Python notation.
var args = map[string][]any{
	"()":                     nil,
	"(1,)":                   {1},
	"('a', 'b')":             {"a", "b"},
	"(\"ä'\",)":              {"ä'"},
	"('ab',)":                {"ab"},
	"(3.14159,)":             {3.14159},
	"(65,)":                  {65},
	"(1234567,)":             {1234567},
	"(42,)":                  {42},
	"(['x', 'y'],)":          {[]any{"x", "y"}},
	"({'k': 'v'},)":          {map[string]any{"k": "v"}},
	"('ab', 5)":              {"ab", 5},
	"('x',)":                 {"x"},
	"(None,)":                {nil},
	"(True, 1.0)":            {true, 1.0},
	"(1e+20,)":               {1e+20},
	"(1e+16,)":               {1e+16},
	"(0.30000000000000004,)": {0.30000000000000004},
	"(nan,)":                 {math.NaN()},
	"([1, 'a', None],)":      {[]any{1, "a", nil}},
	"({'a': 1},)":            {map[string]any{"a": 1}},
	"((1,),)":                {[]any{1}},
	"(b'x',)":                {[]byte("x")},
	"(5,)":                   {5},
	"('5',)":                 {"5"},
	"('abcdef',)":            {"abcdef"},
	"(datetime.datetime(2024, 2, 29, 0, 0),)":    {time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
	"(datetime.datetime(2024, 2, 29, 1, 2, 3),)": {time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)},
	"(-42,)":         {-42},
	"('日本',)":        {"日本"},
	"('s',)":         {"s"},
	"({},)":          {map[string]any{}},
	"(1, 2, 3)":      {1, 2, 3},
	"(0.5, 1.5)":     {0.5, 1.5},
	"(123456.0,)":    {123456.0},
	"(1e-07,)":       {1e-07},
	"(-5,)":          {-5},
	"(255,)":         {255},
	"(True,)":        {true},
	"(1234567.891,)": {1234567.891},
	"(0.256,)":       {0.256},
}

var kwargs = map[string]map[string]any{
	"{}":                     {},
	"{'name': 'n'}":          {"name": "n"},
	"{'d': {'a': {'b': 1}}}": {"d": map[string]any{"a": map[string]any{"b": 1}}},
	"{'w': 8, 'p': 2}":       {"w": 8, "p": 2},
	"{'x': 1}":               {"x": 1},
	"{'y': 2}":               {"y": 2},
	"{'a': 3}":               {"a": 3},
}

// differences are the golden messages with a different result, by message and arguments.
var differences = map[[2]string]struct{ want, reason string }{
	{"{0}", "(None,)"}:                                      {"<nil>", "Go's name"},
	{"{0} {1}", "(True, 1.0)"}:                              {"true 1", "Go's names; floats as slog writes them"},
	{"{0:<5}|{0:>5}|{0:^5}|", "(True,)"}:                    {"true | true|true |", "a bool is text in Go, not a kind of int"},
	{"{0!r} {0!s} {0!a}", "(\"ä'\",)"}:                      {`"ä'" ä' "\u00e4'"`, "Go's quoting"},
	{"{0}", "([1, 'a', None],)"}:                            {`[1,"a",null]`, "a list is JSON"},
	{"{0}", "({'a': 1},)"}:                                  {`{"a":1}`, "a map is JSON"},
	{"{0}", "((1,),)"}:                                      {"[1]", "a slice as fmt writes it"},
	{"{0}", "(b'x',)"}:                                      {"x", "bytes are text"},
	{"{0}", "(datetime.datetime(2024, 2, 29, 1, 2, 3),)"}:   {"2024-02-29 01:02:03+00:00", "Go's times have a zone"},
	{"{0.year}", "(datetime.datetime(2024, 2, 29, 0, 0),)"}: {"", "Go values have no attributes"},
	{"{a.real}", "()"}:                                      {"", "Go values have no attributes"},
}

func TestGoldenMessages(t *testing.T) {
	var vectors []struct{ Msg, Args, Kwargs, Message, Error string }
	readJSON(t, "testdata/message_format_vectors.json", &vectors)
	if len(vectors) < 60 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	seen := 0
	for _, v := range vectors {
		positional, ok := args[v.Args]
		named, ok2 := kwargs[v.Kwargs]
		if !ok || !ok2 {
			t.Errorf("%s: unknown arguments %s %s", v.Msg, v.Args, v.Kwargs)
			continue
		}
		values := map[string]any{}
		for i, a := range positional {
			values[strconv.Itoa(i)] = a
		}
		for k, a := range named {
			values[k] = a
		}
		want, wantErr := v.Message, v.Error != ""
		if d, ok := differences[[2]string{v.Msg, v.Args}]; ok {
			if d.want == want {
				t.Errorf("%s %s: no difference", v.Msg, v.Args)
			}
			want, wantErr = d.want, d.want == ""
			seen++
		}
		got, err := v.Msg, error(nil)
		if len(values) > 0 { // Logbook formats no message without arguments
			got, err = render(v.Msg, resolveIn(values))
		}
		if (err != nil) != wantErr || !wantErr && got != want {
			t.Errorf("%s with %s %s = %q, %v; want %q, error %v", v.Msg, v.Args, v.Kwargs, got, err, want, wantErr)
		}
	}
	if seen != len(differences) {
		t.Errorf("%d of %d differences seen", seen, len(differences))
	}
}

func TestGoldenFormatStrings(t *testing.T) {
	var lines map[string]string
	readJSON(t, "testdata/format_strings.json", &lines)
	record := map[string]any{
		"message": "hello x 1", "msg": "hello {0} {k}", "channel": "app.web", "level": 11, "level_name": "INFO",
		"extra":     map[string]any{"cwd": "/srv", "missing": "", "obj": map[string]any{"attr": "A"}},
		"time":      time.Date(2024, 2, 29, 13, 37, 42, 5000000, time.UTC),
		"func_name": "<module>", "module": "__main__", "lineno": 99, "filename": "/srv/logbook/samples/gen/gen_text.py",
		"process": 4242, "process_name": nil, "thread_name": "MainThread",
		"kwargs": map[string]any{"k": 1}, "args": []any{"x"},
		"exception_name": nil, "exception_message": nil,
		"dispatcher": map[string]any{"name": "app.web"},
	}
	values := map[string]any{"record": record, "handler": map[string]any{"level_name": "NOTSET", "bubble": false}}
	different := map[string]string{
		"{record.time}": "2024-02-29 13:37:42.005000+00:00", // our times have a zone
		"{record.process} {record.process_name} {record.thread_name}": "4242 <nil> MainThread",
		"{handler.level_name} {handler.bubble}":                       "NOTSET false",
		"{record.kwargs} {record.args}":                               `{"k":1} ["x"]`,
		"{record.exception_name} {record.exception_message}":          "<nil> <nil>",
	}
	if len(lines) < 19 {
		t.Fatalf("only %d lines", len(lines))
	}
	for format, line := range lines {
		want, wantErr := strings.TrimSuffix(line, "\n"), strings.HasPrefix(line, "!")
		if d, ok := different[format]; ok {
			want = d
		}
		got, err := render(format, resolveIn(values))
		if (err != nil) != wantErr || !wantErr && got != want {
			t.Errorf("%s = %q, %v; want %q, error %v", format, got, err, want, wantErr)
		}
	}
}
