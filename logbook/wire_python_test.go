//go:build integration

package logbook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"os/exec"
	"strings"
	"testing"
	"time"

	. "github.com/logbook-go/logbook/logbook"
)

// Python Logbook reads records from Go, and Go reads the same records from Python. The test
// needs Debian's python3-logbook.
func TestPythonLogbookReadsRecords(t *testing.T) {
	at := time.Date(2024, 2, 29, 13, 37, 42, 5_000_000, time.UTC)
	records := []RecordData{
		{Level: LevelInfo, Channel: "app", Message: "hello wörld 🎉"},
		{Level: LevelWarn, Channel: "app.gö", Template: "user {name}", Attrs: []slog.Attr{slog.String("name", "bob"), slog.Float64("nan", math.NaN())}},
		{Level: LevelSuccess, Message: "between the levels"},
		{Level: LevelTrace, Message: "trace", Extra: []slog.Attr{slog.Group("g", "a", 1)}},
		{Level: LevelError, Message: "failed", Cause: errors.New("bäd")},
		{Level: LevelCritical, Message: "hostile \x00\x1b\xff\u2028 {x}"},
	}
	texts := []string{
		"[INFO] app: hello wörld 🎉",
		"[WARNING] app.gö: user bob",
		"[INFO] : between the levels",
		"[TRACE] : trace",
		"[ERROR] : failed\n*errors.errorString: bäd",
		"[CRITICAL] : hostile \x00\x1b\ufffd\u2028 {x}",
	}
	var in bytes.Buffer
	for _, d := range records {
		d.Time = at
		in.Write(append(encodeWire(t, NewRecord(d)), '\n'))
	}
	cmd := exec.Command("/usr/bin/python3", "testdata/relay.py")
	cmd.Stdin = &in
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v (is python3-logbook installed? make deps)\n%s", err, stderr.String())
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	if len(lines) != len(records) {
		t.Fatalf("%d records came out of Python, want %d", len(lines), len(records))
	}
	for i, line := range lines {
		var got struct{ Text, Level, Time, Record string }
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		if got.Text != texts[i] {
			t.Errorf("Python shows %q, want %q", got.Text, texts[i])
		}
		if got.Time != "2024-02-29T13:37:42.005000" {
			t.Errorf("Python's time is %s", got.Time)
		}
		back := decodeWire(t, []byte(got.Record))
		want := NewRecord(records[i])
		if back.Level() != want.Level() || back.Channel() != want.Channel() || back.Message() != strings.ToValidUTF8(want.Message(), "\ufffd") {
			t.Errorf("back from Python: %v %q %q", back.Level(), back.Channel(), back.Message())
		}
	}
}
