package loggers

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Every case of every row writes all parts of its records, so that no logger is fast by
// omitting some.
func TestOutput(t *testing.T) {
	for _, row := range Rows() {
		for _, c := range row.Cases {
			t.Run(row.Goals[0].ID+"/"+c.Logger, func(t *testing.T) { checkCase(t, row, c) })
		}
	}
	for _, s := range Growth() {
		row := s.Row(s.Sizes[1])
		for _, c := range row.Cases {
			t.Run(s.ID+"/"+c.Logger, func(t *testing.T) { checkCase(t, row, c) })
		}
	}
}

func checkCase(t *testing.T, row Row, c Case) {
	const n = 3
	out := output(t, row, c, n)
	if row.Output == Nothing {
		if out != "" {
			t.Fatalf("a disabled call wrote %q", out)
		}
		return
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	want := n
	if k := stackSize(row); k > 0 && c.Logger == Ours {
		want = n * k // each handler writes
	}
	if len(lines) != want {
		t.Fatalf("%d records wrote %d lines, want %d:\n%s", n, len(lines), want, out)
	}
	for _, line := range lines {
		if row.Output == JSON {
			checkJSON(t, row, line)
		} else {
			checkText(t, row, line)
		}
	}
}

// stackSize returns N for the rows named stack-N, and 0 for others.
func stackSize(row Row) (k int) {
	if len(row.Goals) > 0 {
		_, _ = fmt.Sscanf(row.Goals[0].ID, "stack-%d", &k)
	}
	return k
}

// output returns the output of n records of a case.
func output(t *testing.T, row Row, c Case, n int) string {
	t.Helper()
	if row.File {
		file, err := os.OpenFile(filepath.Join(t.TempDir(), "log"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		log, stop, err := c.Start(file)
		if err != nil {
			t.Fatal(err)
		}
		log(n)
		stop()
		return readAll(t, filepath.Dir(file.Name()))
	}
	var out lockedBuffer
	log, stop, err := c.Start(&out)
	if err != nil {
		t.Fatal(err)
	}
	log(n)
	stop()
	return out.b.String()
}

// readAll reads all files in a directory, since some loggers choose the file name.
func readAll(t *testing.T, dir string) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, path := range paths {
		if filepath.Ext(path) == ".lock" {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return string(all)
}

// lockedBuffer is a buffer for the rows that log on several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (r Row) message() string {
	if r.Message != "" {
		return r.Message
	}
	return message
}

// wantJSON checks the value of each field in any format that a logger writes.
var wantJSON = map[string]func(v any) bool{
	"user":   func(v any) bool { return v == user },
	"path":   func(v any) bool { return v == path },
	"status": func(v any) bool { return v == float64(status) },
	"size":   func(v any) bool { return v == float64(size) },
	"ratio":  func(v any) bool { return v == ratio },
	"cached": func(v any) bool { return v == cached },
	"city":   func(v any) bool { return v == city },
	"took":   isDuration,
	"at": func(v any) bool {
		s, _ := v.(string)
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			at, err = time.Parse("2006-01-02 15:04:05.999999999 -0700 MST", s) // charm's only format
		}
		return err == nil && at.Sub(base).Abs() < 10*time.Millisecond
	},
	"request_id": func(v any) bool { return v != nil && v != "" },
	"method":     func(v any) bool { return v == http.MethodGet },
	"remote":     func(v any) bool { return v == "192.0.2.1:1234" },
	"duration":   func(v any) bool { _, ok := v.(float64); return ok },
	"err":        func(v any) bool { return strings.Contains(fmt.Sprint(v), errIO.Error()) },
	"int":        func(v any) bool { return v == float64(anInt) },
	"ints":       func(v any) bool { return fmt.Sprint(v) == fmt.Sprint(ints) },
	"string":     func(v any) bool { return v == aString },
	"strings":    func(v any) bool { return fmt.Sprint(v) == fmt.Sprint(strs) },
	"times":      isTimes,
	"user1":      isAccount,
	"user2":      isAccount,
	"users": func(v any) bool {
		list, _ := v.([]any)
		return len(list) == len(someOfThem) && !slices.ContainsFunc(list, func(v any) bool { return !isAccount(v) })
	},
	"error": func(v any) bool { return v == errFailed.Error() },
	"errors": func(v any) bool {
		for i, e := range v.([]any) {
			if !strings.Contains(fmt.Sprint(e), failure[i].Error()) { // zap makes objects of them
				return false
			}
		}
		return len(v.([]any)) == len(failure)
	},
	"raw":    func(v any) bool { return v == base64.StdEncoding.EncodeToString(raw) || v == string(raw) },
	"labels": func(v any) bool { return equalJSON(v, labels) },
	"row":    func(v any) bool { return equalJSON(v, row) },
	"nested": func(v any) bool { return equalJSON(v, nested) },
}

func isTimes(v any) bool {
	list, _ := v.([]any)
	for i, v := range list {
		s, _ := v.(string)
		if at, err := time.Parse(time.RFC3339Nano, s); err != nil || at.Sub(times[i]).Abs() >= time.Millisecond {
			return false
		}
	}
	return len(list) == len(times)
}

func isAccount(v any) bool {
	m, _ := v.(map[string]any)
	at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(m["created_at"]))
	return err == nil && at.Equal(anAccount.CreatedAt) && m["name"] == anAccount.Name && m["email"] == anAccount.Email && len(m) == 3
}

// equalJSON reports whether a decoded value is what encoding/json makes of another.
func equalJSON(v, of any) bool {
	b, err := json.Marshal(of)
	if err != nil {
		return false
	}
	var want any
	return json.Unmarshal(b, &want) == nil && reflect.DeepEqual(v, want)
}

func isDuration(v any) bool {
	switch v := v.(type) {
	case string:
		d, err := time.ParseDuration(v)
		return err == nil && d == took
	case float64:
		for _, unit := range []time.Duration{time.Nanosecond, time.Microsecond, time.Millisecond, time.Second} {
			if math.Abs(v*float64(unit)-float64(took)) < 1 {
				return true
			}
		}
	}
	return false
}

func checkJSON(t *testing.T, row Row, line string) {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(line), &fields); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	if got := first(fields, "msg", "message"); got != row.message() && !row.AnyMessage {
		t.Errorf("message %q in %s", got, line)
	}
	if got, _ := first(fields, "level").(string); !strings.EqualFold(got, "info") {
		t.Errorf("level %q in %s", got, line)
	}
	checkNow(t, fmt.Sprint(first(fields, "time", "ts")), line)
	for _, key := range row.Fields {
		if key == "caller" {
			if got := fmt.Sprint(first(fields, "caller", "source", "file")); !strings.Contains(got, ".go") || !strings.ContainsAny(got, "0123456789") {
				t.Errorf("caller %q in %s", got, line)
			}
		} else if !wantJSON[key](fields[key]) {
			t.Errorf("field %s is %v in %s", key, fields[key], line)
		}
	}
}

// checkNow checks that s is the current time, within a minute, with a fraction.
func checkNow(t *testing.T, s, line string) {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || time.Since(at).Abs() > time.Minute {
		t.Errorf("time %q (%v) in %s", s, err, line)
	}
	if !strings.Contains(s, ".") {
		t.Errorf("time %q has no fraction in %s", s, line)
	}
}

func first(fields map[string]any, keys ...string) any {
	for _, k := range keys {
		if v, ok := fields[k]; ok {
			return v
		}
	}
	return nil
}

// wantText lists the accepted texts of each field. phuslu writes only the key of a field
// that is true, which logfmt allows.
var wantText = map[string][]string{
	"user": {user}, "path": {path}, "status": {"200"}, "size": {"73114"}, "ratio": {"0.8123"}, "cached": {"true", " "}, "city": {city},
	"took": {"1.234567ms", "1234567", "1.234567", "0:00:00.001235"},
	"at":   {"2024-02-29T13:37:42.12", "2024-02-29 13:37:42.12"},
	"err":  {errIO.Error()},
}

func checkText(t *testing.T, row Row, line string) {
	t.Helper()
	if !strings.Contains(line, row.message()) {
		t.Errorf("no message in %s", line)
	}
	if !strings.Contains(strings.ToUpper(line), "INF") {
		t.Errorf("no level in %s", line)
	}
	now := time.Now()
	if !strings.Contains(line, now.Format("15:04")) && !strings.Contains(line, now.Add(-time.Minute).Format("15:04")) {
		t.Errorf("no time in %s", line)
	}
	for _, key := range row.Fields {
		_, rest, ok := strings.Cut(line, key)
		if !ok || !containsAny(rest, wantText[key]) {
			t.Errorf("no field %s in %s", key, line)
		}
	}
}

func containsAny(s string, texts []string) bool {
	for _, t := range texts {
		if strings.Contains(s, t) {
			return true
		}
	}
	return false
}

// Records held for a trigger are written after it.
func TestHeldRecords(t *testing.T) {
	for name, start := range map[string]func(io.Writer) (func(int), func(), func()){
		Ours: fingersCrossed, "zerolog": zerologTrigger,
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			log, trigger, stop := start(&out)
			defer stop()
			log(3)
			if out.Len() > 0 {
				t.Fatalf("wrote before the trigger: %s", &out)
			}
			trigger()
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			if len(lines) != 4 || !strings.Contains(lines[3], failed) {
				t.Fatalf("wrote\n%s", &out)
			}
			for _, line := range lines[:3] {
				checkJSON(t, Row{Fields: []string{"user", "status"}}, line)
			}
		})
	}
}

func TestRowNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range Rows() {
		if row.Cases[0].Logger != Ours {
			t.Errorf("%s: the first case is %s", row.Goals[0].ID, row.Cases[0].Logger)
		}
		for _, g := range row.Goals {
			if seen[g.ID] {
				t.Errorf("two rows are called %s", g.ID)
			}
			seen[g.ID] = true
		}
	}
}

func TestSpreadLogsAll(t *testing.T) {
	for _, n := range []int{0, 1, 7, 1000} {
		var c Counter
		spread(3, n, func(n int) {
			for range n {
				_, _ = c.Write([]byte("x"))
			}
		})
		if c.Bytes() != int64(n) {
			t.Errorf("spread(3, %d) logged %d", n, c.Bytes())
		}
	}
}

func TestTextHasItsLength(t *testing.T) {
	for _, n := range []int{0, 1, 10, 100, 100_000} {
		if got := len(text(n)); got != n {
			t.Errorf("text(%d) has %d bytes", n, got)
		}
	}
}
