package compat_test

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
)

func TestWriter(t *testing.T) {
	h := record(t)
	const max = 64 << 10
	long := strings.Repeat("x", max)
	for _, test := range []struct {
		name   string
		writes []string
		want   []string // before Close
		last   string
	}{
		{"a line", []string{"a {b}\n"}, []string{"a {b}"}, ""},
		{"several lines", []string{"a\nb\nc\n"}, []string{"a", "b", "c"}, ""},
		{"parts", []string{"a", "b", "c\nd"}, []string{"abc"}, "d"},
		{"empty lines", []string{"\n\na\n\n", "", "\r\n"}, []string{"a"}, ""},
		{"carriage returns", []string{"a\r\nb\r", "\nc\r"}, []string{"a", "b"}, "c"},
		{"just fits", []string{long, "\n"}, []string{long}, ""},
		{"one too long", []string{long + "y\n"}, []string{long + "...(cut)", "y"}, ""},
		{"long in parts", []string{long[:max-1], "yz", "w\nnext\n"}, []string{long[:max-1] + "y...(cut)", "zw", "next"}, ""},
		{"very long", []string{long + long + long, "\n"}, []string{long + "...(cut)", long + "...(cut)", long}, ""},
		{"runes stay whole", []string{long[:max-1] + "€uro\n"}, []string{long[:max-1] + "...(cut)", "€uro"}, ""},
		{"no runes", []string{strings.Repeat("\x80", max+1) + "\n"}, []string{strings.Repeat("\x80", max) + "...(cut)", "\x80"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := compat.NewWriter(logbook.New("sub"), logbook.LevelDebug)
			for _, s := range test.writes {
				if n, err := io.WriteString(w, s); n != len(s) || err != nil {
					t.Errorf("Write returned %d, %v", n, err)
				}
			}
			check := func(want []string) {
				t.Helper()
				rs := h.take()
				if len(rs) != len(want) {
					t.Fatalf("%d records, want %d", len(rs), len(want))
				}
				for i, r := range rs {
					if r.Message() != want[i] || r.Channel() != "sub" || r.Level() != logbook.LevelDebug {
						t.Errorf("record %d has %d bytes, want %d", i, len(r.Message()), len(want[i]))
					}
				}
			}
			check(test.want)
			if err := w.(io.Closer).Close(); err != nil {
				t.Error(err)
			}
			if test.last == "" {
				check(nil)
			} else {
				check([]string{test.last})
			}
			_, _ = io.WriteString(w, "again\n")
			check([]string{"again"})
		})
	}
}

// Lines written by many goroutines arrive whole.
func TestWriterConcurrent(t *testing.T) {
	h := record(t)
	w := compat.NewWriter(nil, logbook.LevelInfo)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				fmt.Fprintf(w, "line %d of %d\n", i, g)
			}
		})
	}
	wg.Wait()
	rs := h.take()
	if len(rs) != 400 {
		t.Errorf("%d records, want 400", len(rs))
	}
	for _, r := range rs {
		var i, g int
		if n, err := fmt.Sscanf(r.Message(), "line %d of %d", &i, &g); n != 2 || err != nil {
			t.Errorf("record %q", r.Message())
		}
	}
}

// A handler may write to the writer whose line it handles.
func TestWriterReentered(t *testing.T) {
	h, e := record(t), watchErrors(t)
	w := compat.NewWriter(nil, logbook.LevelInfo)
	defer logbook.PushApplication(logbook.NewHandler(func(r *logbook.Record) error {
		if r.Message() == "outer" {
			_, _ = io.WriteString(w, "inner\n")
		}
		return logbook.ErrPass
	}, nil))()
	_, _ = io.WriteString(w, "outer\n")
	equal(t, h.lines(), []string{"INFO Generic inner", "INFO Generic outer"})
	e.wantLoops(t, 1)
}

func FuzzWriter(f *testing.F) {
	f.Add([]byte("a\nb"), 1)
	f.Add([]byte("\r\n\xff€\n"), 2)
	h := record(f)
	f.Fuzz(func(t *testing.T, data []byte, step int) {
		w := compat.NewWriter(nil, logbook.LevelInfo)
		step = max(1, min(step, len(data)))
		for rest := data; len(rest) > 0; rest = rest[min(step, len(rest)):] {
			_, _ = w.Write(rest[:min(step, len(rest))])
		}
		_ = w.(io.Closer).Close()
		var got, want []string
		for _, r := range h.take() {
			got = append(got, r.Message())
		}
		for line := range strings.SplitSeq(string(data), "\n") {
			if len(line) > 60<<10 {
				return // TestWriter tests cutting
			}
			if line = strings.TrimSuffix(line, "\r"); line != "" {
				want = append(want, line)
			}
		}
		equal(t, got, want)
	})
}
