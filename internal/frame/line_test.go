package frame_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/logbook-go/logbook/internal/frame"
)

// Lines are read whole, whatever the size of the reads and of the buffer; those that are too
// long are skipped.
func TestLine(t *testing.T) {
	const max = 40
	long, longest := strings.Repeat("x", max+1), strings.Repeat("y", max)
	for _, tt := range []struct {
		input string
		want  string // lines, and errors in parentheses
	}{
		{"", "(EOF)"},
		{"a\nb\r\n\nc\n", "a b  c (EOF)"},
		{"a\nb", "a b(unexpected EOF)"},
		{longest + "\n" + longest + "\r\n", longest + " " + longest + " (EOF)"},
		{long + "\na\n" + long + "\r\nb\n", "(frame: too long) a (frame: too long) b (EOF)"},
		{strings.Repeat("z", 1000) + "\na\n", "(frame: too long) a (EOF)"},
		{strings.Repeat("z", 1000), "(unexpected EOF)"},
		{longest, longest + "(unexpected EOF)"},
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(tt.input), "bytes": iotest.OneByteReader(strings.NewReader(tt.input))} {
			in := bufio.NewReaderSize(r, 16)
			var got []string
			for {
				line, err := frame.Line(in, max)
				text := string(line)
				if err != nil {
					text += fmt.Sprintf("(%v)", err)
				}
				got = append(got, text)
				if err != nil && !errors.Is(err, frame.ErrTooLong) {
					break
				}
			}
			if g := strings.Join(got, " "); g != tt.want {
				t.Errorf("%q by %s: %q, want %q", tt.input, name, g, tt.want)
			}
		}
	}
}
