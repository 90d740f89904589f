package main

import (
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// utf16Reader converts UTF-16, which Windows' PowerShell writes to files, to UTF-8.
type utf16Reader struct {
	in    io.Reader
	order binary.ByteOrder
	raw   [chunkSize]byte
	n     int // number of bytes in raw: a part of a character
	text  []byte
	rest  []byte // of text
	err   error
}

// openUTF16 returns a function that opens data which begins with a byte order mark.
func openUTF16(order binary.ByteOrder) func(io.Reader) (io.Reader, error) {
	return func(r io.Reader) (io.Reader, error) {
		_, err := io.ReadFull(r, make([]byte, 2))
		return &utf16Reader{in: r, order: order}, err
	}
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.fill()
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

// fill converts the next bytes. Invalid ones become U+FFFD.
func (u *utf16Reader) fill() {
	n, err := u.in.Read(u.raw[u.n:])
	raw := u.raw[:u.n+n]
	u.text, u.err = u.text[:0], err
	for len(raw) >= 2 {
		r, size := rune(u.order.Uint16(raw)), 2
		if utf16.IsSurrogate(r) {
			if len(raw) < 4 && err == nil {
				break // its second half is still to come
			}
			if len(raw) >= 4 {
				if pair := utf16.DecodeRune(r, rune(u.order.Uint16(raw[2:]))); pair != utf8.RuneError {
					r, size = pair, 4
				}
			}
		}
		u.text = utf8.AppendRune(u.text, r)
		raw = raw[size:]
	}
	if err != nil && len(raw) > 0 {
		u.text = utf8.AppendRune(u.text, utf8.RuneError)
	}
	u.rest, u.n = u.text, copy(u.raw[:], raw)
}
