package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logline"
)

// input is one of the logs that pipe reads.
type input struct {
	name     string
	channel  string // of lines without one
	reader   io.Reader
	file     *os.File // nil for standard input
	close    func()
	live     bool // its lines are written now
	typed    bool // it is a terminal
	ended    bool
	lastTime time.Time // of the last line with a time
}

// note takes the time of a record, or that of the line before it.
func (s *input) note(l *logline.Line) {
	if t := cmp.Or(l.Time, l.LastTime); !t.IsZero() {
		s.lastTime = t
	}
}

// openInputs opens files; "-" is stdin. If one fails, it closes the others.
func openInputs(paths []string, stdin io.Reader, follow bool) (in []*input, err error) {
	for i, path := range paths {
		if path == "-" && slices.Contains(paths[:i], path) {
			closeInputs(in)
			return nil, errors.New("standard input (-) can be read only once")
		}
		s := standardInput(stdin)
		if path != "-" {
			s, err = openInput(path, follow)
		}
		if err != nil {
			closeInputs(in)
			return nil, err
		}
		in = append(in, s)
	}
	return in, nil
}

func standardInput(stdin io.Reader) *input {
	return &input{name: "standard input", channel: "pipe", reader: newUnpacker(stdin, nil), live: !isFile(stdin), typed: onTerminal(stdin)}
}

func openInput(path string, follow bool) (*input, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &input{name: path, channel: fileChannel(path), file: f, close: func() { f.Close() }}
	fail := func(err error) (*input, error) {
		s.close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	info, err := f.Stat()
	if err != nil {
		return fail(err)
	}
	if info.IsDir() {
		return fail(errors.New("is a directory"))
	}
	s.live = !info.Mode().IsRegular()
	from := encodingOf(path)
	switch {
	case follow && from != nil:
		return fail(errors.New("cannot follow a compressed file"))
	case follow && !s.live:
		ctx, cancel := context.WithCancel(context.Background())
		s.reader, s.close = newFollower(ctx, f), cancel
	default:
		s.reader = newUnpacker(f, from)
	}
	return s, nil
}

// fileChannel returns the name of a file without its folder and endings: web of
// /var/log/web.log.1.gz.
func fileChannel(path string) string {
	name := filepath.Base(path)
	if i := strings.IndexByte(name[1:], '.'); i >= 0 {
		name = name[:1+i]
	}
	return name
}

// packed reports whether the data is encoded. It is known after the first Read.
func (s *input) packed() bool {
	u, ok := s.reader.(*unpacker)
	return ok && u.from != nil
}

func closeInputs(in []*input) {
	for _, s := range in {
		if s.close != nil {
			s.close()
		}
	}
}

// chunk is the result of one call of Read.
type chunk struct {
	from *input
	data []byte // valid until the next chunk of the source is received
	err  error
}

// parse passes the data on to w, which it closes after the last chunk. It reports whether this
// was the last one.
func (c chunk) parse(w *logline.Writer, fail func(*input, error)) (last bool) {
	_, _ = w.Write(c.data)
	if c.err == nil {
		return false
	}
	if c.err != io.EOF {
		fail(c.from, c.err)
	}
	_ = w.Close()
	return true
}

const chunkSize = 64 << 10

// read passes on what r has, until an error or until done is closed.
func (s *input) read(r io.Reader, chunks chan<- chunk, done <-chan struct{}) {
	// One buffer is read into while the other is in use.
	now, next := make([]byte, chunkSize), make([]byte, chunkSize)
	for {
		n, err := r.Read(now)
		select {
		case chunks <- chunk{s, now[:n], err}:
		case <-done:
			return
		}
		if err != nil {
			return
		}
		now, next = next, now
	}
}

// isFile reports whether the input is a regular file.
func isFile(stdin io.Reader) bool {
	f, ok := stdin.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}
