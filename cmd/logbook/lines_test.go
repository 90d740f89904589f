package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// split writes the text to a splitter in pieces of n bytes and returns the lines.
func split(text string, max, n int) []string {
	var lines []string
	s := lineSplitter{max: max, emit: func(line []byte) { lines = append(lines, string(line)) }}
	for piece := range slices.Chunk([]byte(text), n) {
		// Readers reuse their buffer, too.
		if w, err := s.Write(piece); w != len(piece) || err != nil {
			panic(err)
		}
		clear(piece)
	}
	s.end()
	return lines
}

func TestLineSplitter(t *testing.T) {
	tests := []struct {
		name, text string
		max        int
		want       []string
	}{
		{"nothing", "", 8, nil},
		{"lines", "a\nbc\n", 8, []string{"a", "bc"}},
		{"no newline at the end", "a\nbc", 8, []string{"a", "bc"}},
		{"empty lines", "\na\n\n", 8, []string{"", "a", ""}},
		{"CRLF", "a\r\n\r\nb\r", 8, []string{"a", "", "b"}},
		{"CR within", "a\rb\n", 8, []string{"a\rb"}},
		{"NUL", "a\x00b\n", 8, []string{"a\x00b"}},
		{"broken UTF-8", "a\xff\n\xc3\n", 8, []string{"a\xff", "\xc3"}},
		{"just fits", "12345678\n12345678", 8, []string{"12345678", "12345678"}},
		{"too long", "123456789\nx\n", 8, []string{"12345678...(cut 1 bytes)", "x"}},
		{"too long, no newline", "x\n1234567890", 8, []string{"x", "12345678...(cut 2 bytes)"}},
		{"too long twice", "123456789\n1234567890\n", 8, []string{"12345678...(cut 1 bytes)", "12345678...(cut 2 bytes)"}},
		{"cut in a character", "123456€€\n", 8, []string{"123456...(cut 6 bytes)"}},
		{"cut in a broken character", "123456\xe2\xe2\xe2\n", 8, []string{"123456\xe2...(cut 2 bytes)"}},
		{"cut after a character", "12345€€\n", 8, []string{"12345€...(cut 3 bytes)"}},
		{"cut before CR", "12345678\r\n", 8, []string{"12345678...(cut 1 bytes)"}},
	}
	for _, tt := range tests {
		for n := 1; n <= max(1, len(tt.text)); n++ {
			if got := split(tt.text, tt.max, n); !slices.Equal(got, tt.want) {
				t.Errorf("%s, in pieces of %d: %q, want %q", tt.name, n, got, tt.want)
			}
		}
	}
}

// A line is emitted as soon as its newline arrives.
func TestLineSplitterEmitsAtOnce(t *testing.T) {
	n := 0
	s := lineSplitter{max: 100, emit: func([]byte) { n++ }}
	for i, piece := range []string{"a\nb", "c", "\n", "\n"} {
		_, _ = s.Write([]byte(piece))
		if want := []int{1, 1, 2, 3}[i]; n != want {
			t.Errorf("%d lines after piece %d, want %d", n, i, want)
		}
	}
}

func TestLineSplitterIsBounded(t *testing.T) {
	s := lineSplitter{max: 1000, emit: func([]byte) {}}
	piece := bytes.Repeat([]byte("x"), 300)
	for range 100 {
		_, _ = s.Write(piece)
	}
	if cap(s.held) > 2000 {
		t.Errorf("holds %d bytes", cap(s.held))
	}
}

func FuzzLineSplitter(f *testing.F) {
	f.Add("a\nb\r\n\x00\xff", uint8(1), uint8(3))
	f.Fuzz(func(t *testing.T, text string, limit, n uint8) {
		lines := split(text, int(limit)+1, int(n)+1)
		want := strings.Split(text, "\n")
		if want[len(want)-1] == "" {
			want = want[:len(want)-1]
		}
		if len(lines) != len(want) {
			t.Fatalf("%d lines, want %d", len(lines), len(want))
		}
		for i, line := range lines {
			kept, _, cut := strings.Cut(line, "...(cut ")
			switch {
			case len(want[i]) <= int(limit)+1 && line != strings.TrimSuffix(want[i], "\r"):
				t.Errorf("line %d: %q, want %q", i, line, want[i])
			case len(want[i]) > int(limit)+1 && (!cut || !strings.HasPrefix(want[i], kept) && !strings.Contains(want[i], "...(cut ")):
				t.Errorf("line %d: %q of %q", i, line, want[i])
			}
		}
	})
}
