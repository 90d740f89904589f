package logline_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/logbook-go/logbook/logline"
)

// mixed is a log of many kinds of lines.
const mixed = `2024-03-05 10:11:12,123 ERROR my.app: boom
Traceback (most recent call last):
  File "a.py", line 3, in f
    1/0
ZeroDivisionError: division by zero
2024-03-05 10:11:13,000 INFO my.app: next

  indented

  after a blank line
{"time":"2024-03-05T10:11:12Z","level":"INFO","msg":"x","n":1}
	at a.b(C.java:1)
time=2024-03-05T10:11:12Z level=ERROR msg="about to die"
` + "\x1b[31mERROR\x1b[0m red\r\n\x1b[2m  at\x1b[0m x\n" + `hello
#1 no stack
at the end of the day
thread 'main' panicked at src/main.rs:2:5:
boom
note: run with ` + "`RUST_BACKTRACE=1`" + `
Mar  5 10:11:12 vm app[12]: one
Mar  5 10:11:12 vm app[12]:   two
panic: boom

goroutine 1 [running]:
main.main()
	/src/x.go:5 +0x18
exit status 2
` + "\x00\xff\xfe\x80{\n{\"a\"\n\r\n\r\r\nno newline"

// lines returns the lines of a log that are not empty, each in as many pieces as a reader
// makes of it.
func lines(log string) (out []string) {
	for s := range strings.SplitSeq(log, "\n") {
		if s = strings.TrimSuffix(s, "\r"); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// rawLines returns the lines of records.
func rawLines(records []logline.Line) (out []string) {
	for _, l := range records {
		for s := range strings.SplitSeq(l.Raw, "\n") {
			if s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// checkLossless reports an error if the records of a log, of lines that are not too long, do not
// have all its lines, in order if they are of one stream.
func checkLossless(t *testing.T, log string, o *logline.Options) {
	t.Helper()
	var records []logline.Line
	w := logline.NewWriter(func(l logline.Line) { records = append(records, l) }, o)
	_, _ = io.WriteString(w, log)
	_ = w.Close()
	got, want := rawLines(records), lines(log)
	if severalStreams.MatchString(log) {
		slices.Sort(got)
		slices.Sort(want)
	}
	if len(got) != len(want) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("line %d: got %q, want %q", i, got[i], want[i])
		}
	}
}

// severalStreams matches logs that may be of several containers, services or processes of
// PostgreSQL, whose lines may change places.
var severalStreams = regexp.MustCompile(`\||\[pod/|stdout|stderr|PRIORITY|DETAIL|HINT|CONTEXT|STATEMENT|QUERY`)

func TestNothingIsLost(t *testing.T) {
	checkLossless(t, mixed, nil)
	all := lines(mixed)
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 { // in any order
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		checkLossless(t, strings.Join(all, "\n"), nil)
	}
	for i := range len(mixed) { // cut off anywhere
		checkLossless(t, mixed[i:], nil)
		checkLossless(t, mixed[:i], nil)
	}
	for n := range 200 {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
			if b[i] > 240 {
				b[i] = '\n'
			}
		}
		checkLossless(t, string(b), nil)
	}
}

func FuzzNothingIsLost(f *testing.F) {
	f.Add(mixed)
	f.Add("web-1 | ERROR a\ndb-1 | INFO b\nweb-1 |   c\n")
	f.Add("2026-03-05T10:11:12.1Z stdout P a\n2026-03-05T10:11:12.1Z stderr P b\n2026-03-05T10:11:12.1Z stdout F c\n")
	f.Add("{\"log\":\"a\",\"stream\":\"stdout\",\"time\":\"2026-03-05T10:11:12.1Z\"}\n[pod/web-1/app] INFO x\n")
	for _, s := range lines(mixed) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, log string) {
		checkLossless(t, log, nil)
	})
}

// The records do not depend on how the log is cut into writes.
func TestWriterPieces(t *testing.T) {
	read := func(r io.Reader, o *logline.Options) (out []string) {
		for l, err := range logline.Read(r, o) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, show(l)+l.Raw)
		}
		return out
	}
	for _, size := range []int{0, 1, 7, 40} {
		o := &logline.Options{MaxLine: size, Location: time.UTC}
		want := read(strings.NewReader(mixed), o)
		for n := 1; n < len(mixed); n++ {
			var got []string
			w := logline.NewWriter(func(l logline.Line) { got = append(got, show(l)+l.Raw) }, o)
			for s := []byte(mixed); len(s) > 0; {
				k := min(n, len(s))
				piece := bytes.Clone(s[:k])
				_, _ = w.Write(piece)
				clear(piece) // a Writer keeps nothing of it
				s = s[k:]
			}
			_ = w.Close()
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Fatalf("MaxLine %d, in pieces of %d bytes: got\n%q\nwant\n%q", size, n, got, want)
			}
		}
	}
}

// A long line is cut between characters, and its pieces are the line.
func TestLongLinePieces(t *testing.T) {
	for _, line := range []string{
		strings.Repeat("€", 50), strings.Repeat("\x80", 50), "ab\xe2\x82" + strings.Repeat("\xff€", 20),
		strings.Repeat(" ", 50), strings.Repeat("x", 16) + "\r", `{"level":"info","msg":"` + strings.Repeat("x", 50) + `"}`,
	} {
		for size := 1; size < 60; size++ {
			var raw, pieces []string
			for l := range logline.Read(strings.NewReader(line+"\n.\n"), &logline.Options{MaxLine: size}) {
				raw = append(raw, l.Raw)
				if len(l.Raw) > size {
					t.Errorf("MaxLine %d: a piece of %d bytes", size, len(l.Raw))
				}
				if l.Raw == "" {
					t.Errorf("MaxLine %d, line %q: an empty piece", size, line)
				}
				for _, a := range l.Attrs {
					if a.Key == "piece" {
						pieces = append(pieces, a.Value.String())
					}
				}
			}
			if got := strings.Join(raw, ""); got != strings.TrimSuffix(line, "\r")+"." && got != line+"." {
				t.Errorf("MaxLine %d: got %q of %q", size, got, line)
			}
			for i, p := range pieces[:min(len(pieces), (len(line)-1)/size)] {
				if p != fmt.Sprint(i+2) {
					t.Errorf("MaxLine %d: pieces %v", size, pieces)
					break
				}
			}
		}
	}
}

func TestWriterFlush(t *testing.T) {
	var got []string
	w := logline.NewWriter(func(l logline.Line) { got = append(got, l.Message) }, nil)
	step := func(text string, flush bool, want ...string) {
		t.Helper()
		_, _ = io.WriteString(w, text)
		if flush {
			w.Flush()
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("after %q: got %q, want %q", text, got, want)
		}
		got = nil
	}
	step("ERROR one\n", false)
	step("  more\n", false)
	step("", true, "one\n  more")
	step("  late\n", false)
	step("", true, "  late") // a record of its own, with the level of the one before
	step("INFO half", true)
	step(" and half\nINFO next\n", false, "half and half")
	step("", true, "next")
	step("", true)
}

// Lines that continue a record share its fate, and no others do.
func TestLevelOfLines(t *testing.T) {
	for _, tt := range []struct{ name, log, want string }{
		{"continued", "INFO a\n  b\n\n  c\nERROR d\n  e\n", "d\n  e"},
		{"traceback after a line below the level", "INFO a\nTraceback (most recent call last):\n  File \"a.py\", line 3\nKeyError: 'x'\n", "KeyError: 'x'"},
		{"panic after a line below the level", "INFO a\npanic: x\n\ngoroutine 1 [running]:\nmain.main()\n", "panic: x"},
		{"goroutines after a line below the level", "INFO a\ngoroutine 1 [running]:\nmain.main()\n", "goroutine 1 [running]:"},
		{"exception after a line below the level", "INFO a\njava.io.IOException: x\n\tat a.b(C.java:1)\nINFO c\n", "java.io.IOException: x"},
		{"text that looks like a stack", "INFO a\nat noon\nplain\n", "at noon|plain"},
		{"logged message that looks like a panic", "2024-03-05 10:11:12 INFO panic: x\nplain\nmore\n", "plain|more"},
		{"without a level", "plain\n  indented\n", "plain\n  indented"},
		{"JSON", `{"level":"INFO","msg":"a"}` + "\n  b\n" + `{"level":"ERROR","msg":"c"}` + "\n  d\n" + `{"msg":"e"}` + "\n", "c\n  d|e"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for l := range logline.Read(strings.NewReader(tt.log), &logline.Options{Level: slog.LevelError}) {
				got = append(got, l.Message)
			}
			if s := strings.Join(got, "|"); s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
		})
	}
}

// A stack without an end becomes several records, each of bounded size.
func TestEndlessStack(t *testing.T) {
	log := "ERROR x\n" + strings.Repeat("\tat a.b(C.java:1)\n", 100_000)
	records := 0
	for l := range logline.Read(strings.NewReader(log), nil) {
		records++
		if len(l.Raw) > 300<<10 || !l.HasLevel {
			t.Errorf("record of %d bytes, with a level: %t", len(l.Raw), l.HasLevel)
		}
	}
	if records < 5 || records > 10 {
		t.Errorf("%d records", records)
	}
	checkLossless(t, log, nil)
}

func TestReadFails(t *testing.T) {
	torn := errors.New("torn")
	var got []string
	for l, err := range logline.Read(io.MultiReader(strings.NewReader("one\ntwo"), iotest.ErrReader(torn)), nil) {
		got = append(got, fmt.Sprint(l.Message, err))
	}
	if s := strings.Join(got, "|"); s != "one<nil>|two<nil>|torn" {
		t.Errorf("got %q", s)
	}
}

func TestReadBreak(t *testing.T) {
	for i := range 4 {
		n := 0
		for range logline.Read(strings.NewReader("one\ntwo\nthree\n"), nil) {
			if n++; n > i {
				break
			}
		}
		if n != min(i+1, 3) {
			t.Errorf("%d records, want %d", n, i+1)
		}
	}
}
