package logbook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	. "github.com/logbook-go/logbook/logbook"
)

// received returns the error of a record that was received with these parts of one.
func received(t *testing.T, typ, message, traceback string) *ErrorInfo {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(encodeWire(t, NewRecord(RecordData{Message: "m"})), &fields); err != nil {
		t.Fatal(err)
	}
	fields["exception_name"], fields["exception_message"], fields["formatted_exception"] = typ, message, traceback
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return decodeWire(t, data).ErrorInfo()
}

// The error of a Go program keeps its stack and the errors that it wraps.
func TestTracebackOfGo(t *testing.T) {
	stack := []slog.Source{
		{Function: "main.(*shop).pay", File: "/srv/shop/pay.go", Line: 29},
		{Function: "main.main", File: "/srv/a b/main.go", Line: 7},
		{Function: "runtime.goexit", File: "/usr/local/go/src/runtime/asm_amd64.s", Line: 1771},
	}
	several := errors.New("first line\nsecond line\n")
	long := fs.ErrNotExist
	for range 100 {
		long = fmt.Errorf("again: %w", long)
	}
	for name, err := range map[string]error{
		"plain":   errors.New("card declined"),
		"wrapped": fmt.Errorf("pay: %w", fmt.Errorf("open: %w", fs.ErrNotExist)),
		"tree":    errors.Join(fmt.Errorf("a: %w", fs.ErrExist), several, fs.ErrClosed),
		"lines":   fmt.Errorf("pay: %w", several),
		"long":    long,
		"panic":   &PanicError{Value: "oh"},
	} {
		for _, s := range [][]slog.Source{nil, stack, append(stack, slog.Source{Function: "... (stack cut)"})} {
			want := *NewRecord(RecordData{Attrs: []slog.Attr{Err(err)}}).ErrorInfo()
			want.Stack = s
			if got := received(t, want.Type, want.Message, want.Traceback()); !reflect.DeepEqual(*got, want) {
				t.Errorf("%s with %d frames:\n%#v\nwant\n%#v", name, len(s), *got, want)
			}
		}
	}
}

// A traceback of another form stays as it is.
func TestTracebackKept(t *testing.T) {
	const (
		header = "Traceback (most recent call last):\n"
		frame  = `  File "/srv/main.go", line 7, in main.main` + "\n"
	)
	for name, text := range map[string]string{
		"Python":              header + "  File \"/srv/main.py\", line 7, in main\n    pay()\nE: m",
		"Python without code": header + "  File \"/srv/main.py\", line 7, in main\nE: m",
		"both":                header + frame + "  File \"/srv/main.py\", line 7, in main\nE: m",
		"another error":       header + frame + "E: n",
		"no error":            header + frame,
		"cut":                 header + frame[:20],
		"a line more":         header + frame + "E: m\nand more",
		"no frames":           header + "E: m",
		"leading zero":        header + strings.Replace(frame, "7", "07", 1) + "E: m",
		"large number":        header + strings.Replace(frame, "7", strings.Repeat("7", 30), 1) + "E: m",
		"too many frames":     header + strings.Repeat(frame, 1000) + "E: m",
		"too many errors":     "E: m" + strings.Repeat("\n  wraps E: m", 1000),
		"Java":                "E: m\n\tat shop.Pay(Pay.java:29)",
	} {
		e := received(t, "E", "m", text)
		if want := (&ErrorInfo{Type: "E", Message: "m", Trace: text}); !reflect.DeepEqual(e, want) {
			t.Errorf("%s: it has %d frames and %d wrapped errors", name, len(e.Stack), len(e.Chain))
		}
	}
}
