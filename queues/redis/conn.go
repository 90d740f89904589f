package redis

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
)

// command is a command with its arguments.
type command []string

// conn is a connection to a server, in Redis' protocol RESP2.
type conn struct {
	net.Conn
	r   *bufio.Reader
	buf []byte // of the commands
}

// dial connects and logs in.
func (s *server) dial(ctx context.Context, config *tls.Config) (*conn, error) {
	nc, err := s.endpoint.Dial(ctx, config)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: nc, r: bufio.NewReader(nc)}
	var login []command
	switch {
	case s.user != "":
		login = append(login, command{"AUTH", s.user, s.password})
	case s.password != "":
		login = append(login, command{"AUTH", s.password})
	}
	if s.db != 0 {
		login = append(login, command{"SELECT", strconv.Itoa(s.db)})
	}
	if _, err := c.do(ctx, login...); err != nil {
		_ = c.Close() // return the first error
		return nil, err
	}
	return c, nil
}

// refusedError is an error reply of the server. The connection can still be used.
type refusedError string

func (e refusedError) Error() string { return string(e) }

// do sends commands together, and returns their replies: a string, an int64, a []any, or
// nil. If the server refuses one, the error is its refusedError, and the others were
// executed all the same. After other errors, and when the context has ended, the connection
// is closed.
func (c *conn) do(ctx context.Context, commands ...command) ([]any, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	replies, err := c.exchange(commands)
	if refused := refusedError(""); err != nil && !errors.As(err, &refused) {
		_ = c.Close()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
	}
	return replies, err
}

func (c *conn) exchange(commands []command) ([]any, error) {
	c.buf = c.buf[:0]
	for _, args := range commands {
		c.buf = appendHeader(c.buf, '*', len(args))
		for _, arg := range args {
			c.buf = append(append(appendHeader(c.buf, '$', len(arg)), arg...), "\r\n"...)
		}
	}
	if _, err := c.Write(c.buf); err != nil {
		return nil, err
	}
	if cap(c.buf) > maxBuffer {
		c.buf = nil
	}
	var refused error
	replies := make([]any, len(commands))
	for i := range replies {
		v, err := c.read(0)
		if err != nil {
			return nil, err
		}
		if e, ok := v.(refusedError); ok && refused == nil {
			refused = e
		}
		replies[i] = v
	}
	return replies, refused
}

// maxBuffer bounds the memory that a connection keeps.
const maxBuffer = 1 << 20

func appendHeader(b []byte, kind byte, n int) []byte {
	return append(strconv.AppendInt(append(b, kind), int64(n), 10), "\r\n"...)
}

// Limits of replies.
const (
	maxBulk  = 512 << 20 // the server's own default
	maxArray = 1 << 20
	maxDepth = 8
)

// read reads a reply.
func (c *conn) read(depth int) (any, error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return nil, noEOF(err)
	}
	text, ok := bytes.CutSuffix(line, []byte("\r\n"))
	if !ok || len(text) == 0 {
		return nil, errReply
	}
	kind, rest := text[0], string(text[1:])
	switch kind {
	case '+':
		return rest, nil
	case '-':
		return refusedError(rest), nil
	}
	n, err := strconv.ParseInt(rest, 10, 64)
	switch {
	case err != nil:
		return nil, errReply
	case kind == ':':
		return n, nil
	case n == -1 && (kind == '$' || kind == '*'):
		return nil, nil
	case kind == '$' && n >= 0 && n <= maxBulk:
		return c.readBulk(n)
	case kind == '*' && n >= 0 && n <= maxArray && depth < maxDepth:
		var list []any
		for range n {
			v, err := c.read(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	return nil, errReply
}

// readBulk reads a string of n bytes. It takes memory as they come.
func (c *conn) readBulk(n int64) (string, error) {
	var b bytes.Buffer
	b.Grow(int(min(n+2, 64<<10)))
	if _, err := io.CopyN(&b, c.r, n+2); err != nil {
		return "", noEOF(err)
	}
	text, ok := bytes.CutSuffix(b.Bytes(), []byte("\r\n"))
	if !ok {
		return "", errReply
	}
	return string(text), nil
}

var errReply = errors.New("invalid reply: want one of Redis' protocol")

// noEOF returns an error that says what has ended.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("the server has closed the connection: %w", io.ErrUnexpectedEOF)
	}
	return err
}
