package logline_test

import (
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logline"
)

// A line that the container's runtime has split becomes one record, with all of it.
func TestPartialLines(t *testing.T) {
	const head = "2026-03-05T10:11:12.123456789Z stdout "
	log := head + "P one \n" + head + "P two \n" + "2026-03-05T10:11:12.2Z stderr F other\n" + head + "F three\n" + head + "F four\n"
	var got []string
	raw := 0
	for l, err := range logline.Read(strings.NewReader(log), nil) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, l.Message)
		raw += strings.Count(l.Raw, "\n") + 1
	}
	if want := "other|one two three|four"; strings.Join(got, "|") != want && strings.Join(got, "|") != "one two three|other|four" || raw != 5 {
		t.Errorf("%d lines: %q, want %s", raw, got, want)
	}
}

// Many partial lines take linear time, and bounded memory.
func TestManyPartialLines(t *testing.T) {
	n, records := 0, 0
	w := logline.NewWriter(func(l logline.Line) {
		records++
		n += strings.Count(l.Message, "x")
	}, nil)
	const lines = 200_000
	piece := []byte("2026-03-05T10:11:12.123456789Z stdout P x\n")
	for range lines {
		w.Write(piece)
	}
	w.Close()
	if n != lines || records < 2 {
		t.Errorf("%d of %d pieces in %d records", n, lines, records)
	}
}
