package main

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// encoding is a way in which logs are stored: compressed, or as UTF-16.
type encoding struct {
	suffix string // of the names of files, if it has one
	magic  string // the first bytes
	open   func(io.Reader) (io.Reader, error)
}

var encodings = []*encoding{
	{".gz", "\x1f\x8b", openGzip},
	{".zst", "\x28\xb5\x2f\xfd", openZstd},
	{"", "\xff\xfe", openUTF16(binary.LittleEndian)},
	{"", "\xfe\xff", openUTF16(binary.BigEndian)},
}

func openGzip(r io.Reader) (io.Reader, error) {
	z, err := gzip.NewReader(r)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF // even the data of an empty file has a header
	}
	return z, err
}

// openZstd returns a reader without goroutines, which would have to be ended.
func openZstd(r io.Reader) (io.Reader, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
}

// encodingOf returns what the name of a file says, or nil.
func encodingOf(path string) *encoding {
	for _, c := range encodings {
		if c.suffix != "" && strings.HasSuffix(path, c.suffix) {
			return c
		}
	}
	return nil
}

// unpacker reads data that may be encoded. It reads nothing before the first Read, so that
// a broken file is an input that cannot be read, wherever it is broken.
type unpacker struct {
	in   *bufio.Reader
	from *encoding // nil: what the first bytes say
	out  io.Reader // nil before the first Read
}

// newUnpacker returns a reader of what r has. from is nil if the encoding is not known.
func newUnpacker(r io.Reader, from *encoding) *unpacker {
	return &unpacker{in: bufio.NewReaderSize(r, chunkSize), from: from}
}

func (u *unpacker) Read(p []byte) (int, error) {
	if u.out == nil {
		if err := u.open(); err != nil {
			return 0, err
		}
	}
	return u.out.Read(p)
}

func (u *unpacker) open() (err error) {
	if u.from == nil {
		// The end of a terminal's input must not be asked for twice.
		if _, err := u.in.Peek(1); err != nil {
			return err
		}
	}
	for _, c := range encodings {
		if u.from == nil && u.begins(c.magic) {
			u.from = c
		}
	}
	out := io.Reader(u.in)
	if u.from != nil {
		if out, err = u.from.open(u.in); err != nil {
			return err
		}
	}
	u.out = out
	return nil
}

// begins reports whether the data begins with the bytes. It waits for no more of them than are
// needed to tell: a line that a program has just written is not held back.
func (u *unpacker) begins(magic string) bool {
	for i := range len(magic) {
		if head, err := u.in.Peek(i + 1); err != nil || head[i] != magic[i] {
			return false
		}
	}
	return true
}
