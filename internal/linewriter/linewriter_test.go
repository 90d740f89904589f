package linewriter_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/linewriter"
)

// limited takes a number of bytes in one call, and then fails if it has an error.
type limited struct {
	strings.Builder
	most int
	err  error
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) <= l.most {
		return l.Builder.Write(p)
	}
	n, _ := l.Builder.Write(p[:l.most])
	return n, l.err
}

// After a write that failed halfway, lines begin on a new line; a short write without an
// error is continued.
func TestWriter(t *testing.T) {
	full := errors.New("full")
	for _, c := range []struct {
		most int
		err  error
		want string
		fail error
	}{
		{100, nil, "one\ntwo\nthree\n", nil},
		{3, nil, "one\ntwo\nthree\n", nil},
		{5, full, "one\nt\nthree\n", full},
		{4, full, "one\nthree\n", full}, // at the end of a line
		{0, nil, "three\n", io.ErrShortWrite},
	} {
		w := &limited{most: c.most, err: c.err}
		l := &linewriter.Writer{W: w}
		if err := l.Write([]byte("one\ntwo\n")); !errors.Is(err, c.fail) {
			t.Errorf("%+v: got %v", c, err)
		}
		w.most = 100
		if err := l.Write([]byte("three\n")); err != nil || w.String() != c.want || l.Written != int64(w.Len()) || l.Torn {
			t.Errorf("%+v: %q, %d bytes, torn %t, %v", c, w, l.Written, l.Torn, err)
		}
	}
}
