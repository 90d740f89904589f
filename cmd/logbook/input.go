package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/logbook-go/logbook/logline"
)

// input is one of the logs that pipe reads.
type input struct {
	name     string
	reader   io.Reader
	file     *os.File // nil for standard input
	close    func()
	live     bool // its lines are written now
	ended    bool
	lastTime time.Time // of the last record with a time
}

// openInputs opens files. If one fails, it closes the others.
func openInputs(paths []string, follow bool) (in []*input, err error) {
	for i, path := range paths {
		if path == "-" && slices.Contains(paths[:i], path) {
			closeInputs(in)
			return nil, errors.New("standard input (-) can be read only once")
		}
		s, err := openInput(path, follow)
		if err != nil {
			closeInputs(in)
			return nil, err
		}
		in = append(in, s)
	}
	return in, nil
}

func openInput(path string, follow bool) (*input, error) {
	if path == "-" {
		return &input{name: "standard input", reader: os.Stdin, live: !isFile(os.Stdin)}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &input{name: path, reader: f, file: f, close: func() { f.Close() }}
	fail := func(err error) (*input, error) {
		s.close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if info, err := f.Stat(); err != nil || info.IsDir() {
		if err == nil {
			err = errors.New("is a directory")
		}
		return fail(err)
	}
	gz, zst := strings.HasSuffix(path, ".gz"), strings.HasSuffix(path, ".zst")
	switch {
	case follow && (gz || zst):
		return fail(errors.New("cannot follow a compressed file"))
	case follow:
		ctx, cancel := context.WithCancel(context.Background())
		s.reader, s.close = newFollower(ctx, f), cancel
	case gz:
		if s.reader, err = gzip.NewReader(f); err != nil {
			return fail(fmt.Errorf("no gzip data: %w", err))
		}
	case zst:
		d, err := zstd.NewReader(f)
		if err != nil {
			return fail(err)
		}
		s.reader, s.close = d, func() {
			d.Close()
			f.Close()
		}
	}
	return s, nil
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

const chunkSize = 64 << 10

// read passes on what it reads, until an error or until done is closed.
func (s *input) read(chunks chan<- chunk, done <-chan struct{}) {
	// One buffer is read into while the other is in use.
	now, next := make([]byte, chunkSize), make([]byte, chunkSize)
	for {
		n, err := s.reader.Read(now)
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

// merge passes on the records of several sources in the order of their times. Of files that
// are followed, it takes what is there by now, up to the last complete line; the rest is
// for stream.
func (p *pipe) merge(in []*input, stop <-chan os.Signal, fail func(*input, error), show *byteProgress) os.Signal {
	type head struct {
		*input
		line logline.Line
		time time.Time // of the line, or of the last one with a time
		next func() (logline.Line, error, bool)
	}
	var heads []*head
	advance := func(h *head) bool {
		line, err, ok := h.next()
		switch {
		case err != nil:
			fail(h.input, err)
			fallthrough
		case !ok:
			return false
		}
		h.line = line
		if !line.Time.IsZero() {
			h.time = line.Time
		}
		return true
	}
	for _, s := range in {
		r := io.Reader(s.reader)
		if f, ok := s.reader.(*follower); ok {
			r = f.present()
		} else {
			s.ended, s.live = true, false
		}
		next, end := iter.Pull2(logline.Read(show.reader(r), &p.options))
		defer end()
		if h := (&head{input: s, next: next}); advance(h) {
			heads = append(heads, h)
		}
	}
	for len(heads) > 0 && !p.sinks.allGone() {
		select {
		case s := <-stop:
			return s
		default:
		}
		first := 0
		for i, h := range heads {
			if h.time.Before(heads[first].time) {
				first = i
			}
		}
		h := heads[first]
		p.record(h.input, h.line)
		if !advance(h) {
			heads = append(heads[:first], heads[first+1:]...)
		}
	}
	return nil
}
