//go:build integration

package socket

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"os/exec"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// Python's own receiver makes LogRecords of what a Go program logs. It is run with the
// python3 of the path.
func TestPythonReceivesRecords(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "python3", "testdata/receive.py")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		t.Fatalf("no port: %s", stderr.String())
	}
	h, err := NewPythonHandler("tcp://127.0.0.1:"+lines.Text(), nil)
	if err != nil {
		t.Fatal(err)
	}
	rs := []*logbook.Record{
		sampleRecord(logbook.LevelInfo, "wörld 漢 %s {x}", slog.Int("small", 7), slog.Int64("big", math.MinInt64), slog.Uint64("huge", math.MaxUint64),
			slog.Float64("ratio", 0.125), slog.Float64("nan", math.NaN()), slog.Bool("yes", true), slog.Any("none", nil), slog.String("name", "own"), slog.Any("getMessage", 1),
			slog.Group("g", slog.Any("list", []any{1, "a", map[string]any{"k": false}}))),
		sampleRecord(logbook.LevelError, "failed", logbook.Err(errors.New("bad"))),
		logbook.NewRecord(logbook.RecordData{Level: logbook.LevelSuccess, Channel: "", Message: "\x00\xff", PID: 1}),
	}
	if err := h.HandleBatch(rs, logbook.ReasonBuffer); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	type record struct {
		Fields     map[string][2]string
		Text, Time string
	}
	var got []record
	for lines.Scan() {
		var r record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil || len(got) != len(rs) {
		t.Fatalf("%d records, %v\n%s", len(got), err, stderr.String())
	}
	for field, want := range map[string][2]string{
		"name": {"str", "'shop.cart'"}, "msg": {"str", "'wörld 漢 %s {x}'"}, "args": {"NoneType", "None"}, "levelno": {"int", "20"}, "levelname": {"str", "'INFO'"},
		"pathname": {"str", "'/src/cart.go'"}, "filename": {"str", "'cart.go'"}, "module": {"str", "'example.org/shop/cart'"}, "lineno": {"int", "12"},
		"funcName": {"str", "'(*Cart).Add'"}, "created": {"float", "1709213862.005"}, "msecs": {"float", "5.0"}, "thread": {"int", "7"}, "process": {"int", "4242"},
		"exc_info": {"NoneType", "None"}, "exc_text": {"NoneType", "None"}, "stack_info": {"NoneType", "None"}, "threadName": {"str", "'Goroutine-7'"},
		"small": {"int", "7"}, "big": {"int", "-9223372036854775808"}, "huge": {"int", "18446744073709551615"}, "ratio": {"float", "0.125"}, "nan": {"float", "nan"},
		"yes": {"bool", "True"}, "none": {"NoneType", "None"}, "name_": {"str", "'own'"}, "getMessage_": {"int", "1"},
		"g": {"dict", "{'list': [1, 'a', {'k': False}]}"},
	} {
		if got[0].Fields[field] != want {
			t.Errorf("%s: %v, want %v", field, got[0].Fields[field], want)
		}
	}
	for i, want := range []string{
		"shop.cart INFO 4242 Goroutine-7 cart.go:12 (*Cart).Add wörld 漢 %s {x}",
		"shop.cart ERROR 4242 Goroutine-7 cart.go:12 (*Cart).Add failed\n*errors.errorString: bad",
		" SUCCESS 1 Goroutine-0 (unknown file):0 (unknown function) \x00\ufffd",
	} {
		if got[i].Text != want || !strings.Contains(got[i].Time, ",") {
			t.Errorf("record %d is %q at %s, want %q", i, got[i].Text, got[i].Time, want)
		}
	}
	if got[2].Fields["levelno"] != [2]string{"int", "25"} || got[2].Fields["go_level"][0] != "" {
		t.Errorf("%v", got[2].Fields)
	}
}
