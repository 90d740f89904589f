package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/frame"
	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/value"
	"github.com/logbook-go/logbook/internal/words"
	"github.com/logbook-go/logbook/logbook"
)

// serve reads the message of a connection, and replies.
func (s *Server) serve(cut context.Context, c *listener.Conn) {
	ctx, cancel := context.WithCancel(s.base)
	defer cancel()
	defer context.AfterFunc(cut, cancel)()
	text, err := s.receive(c)
	var r reply
	switch {
	case err == nil:
		c.Settle()
		r = s.answer(ctx, c, text)
	case errors.Is(err, errTooLong):
		r.err = &ReplyError{Code: CodeTooLong, Message: err.Error()}
	case errors.Is(err, frame.ErrMemory):
		r.err = &ReplyError{Code: CodeBusy, Message: err.Error()}
	case errors.Is(err, errNothing), errors.Is(err, listener.ErrStopped):
		return
	default:
		s.refuse(c.Peer, err)
		return
	}
	if r.err != nil && r.err.Code != CodeFailed && r.err.Code != CodeRefused {
		s.refuse(c.Peer, r.err)
	}
	if ctx.Err() != nil {
		return // the connection is cut
	}
	s.send(c, r.encode(s.help))
	if r.stop {
		s.stop()
	}
}

var (
	errTooLong = errors.New("the message is too long")
	errNothing = errors.New("nothing was sent")
)

// receive returns the message of a connection. It ends with a newline outside of delimiters,
// with the end of the stream, or with silence.
func (s *Server) receive(c *listener.Conn) (string, error) {
	b := frame.NewBuffer(c, s.o.MaxMessage, s.memory)
	defer b.Close()
	seen, depth := 0, 0
	for {
		bytes := b.Bytes()
		for ; seen < len(bytes); seen++ {
			switch bytes[seen] {
			case s.o.delimiters.Left:
				depth++
			case s.o.delimiters.Right:
				depth = max(0, depth-1)
			case '\n':
				if depth == 0 {
					return string(bytes[:seen]), s.checkLength(seen)
				}
			}
		}
		if err := s.checkLength(len(bytes)); err != nil {
			return "", err
		}
		if b.EOF() {
			if len(bytes) == 0 {
				return "", errNothing
			}
			return string(bytes), nil
		}
		switch err := b.Fill(); {
		case err == nil:
		case errors.Is(err, listener.ErrSilent), errors.Is(err, listener.ErrStopped) && len(bytes) > 0:
			return string(b.Bytes()), nil
		case len(bytes) == 0 && !errors.Is(err, listener.ErrSlow) && !errors.Is(err, listener.ErrReplaced) && !errors.Is(err, listener.ErrStopped):
			return "", errNothing // the client has gone
		default:
			return "", err
		}
	}
}

func (s *Server) checkLength(n int) error {
	if n > s.o.MaxMessage {
		return fmt.Errorf("%w: more than %d bytes", errTooLong, s.o.MaxMessage)
	}
	return nil
}

// reply is the reply to a message.
type reply struct {
	value any
	err   *ReplyError
	json  bool
	stop  bool // the daemon, when the reply is sent
}

// answer carries out a message.
func (s *Server) answer(ctx context.Context, c *listener.Conn, text string) (r reply) {
	list, problem := s.split(text)
	var token string
	list, r.json, token = globalOptions(list)
	if !s.authorized(token) {
		r.err = &ReplyError{Code: CodeUnauthorized, Message: "the token is missing or wrong"}
		return r
	}
	command, values, problem := s.parse(list, problem)
	if problem != nil {
		r.err = &ReplyError{Code: CodeInvalid, Message: problem.Error()}
		return r
	}
	call := &Call{Command: command.Name, Peer: Peer{IP: c.Peer.IP, PID: c.Peer.PID, UID: c.Peer.UID}, values: values}
	if secure, ok := c.Conn.(*tls.Conn); ok {
		state := secure.ConnectionState()
		call.Peer.TLS = &state
	}
	var err error
	start := time.Now()
	r.value, err = s.run(ctx, command, call)
	r.stop = call.stop
	refused := (*ReplyError)(nil)
	switch {
	case err == nil:
		s.handled.Add(1)
		s.log.LogAttrs(ctx, logbook.LevelDebug, "command {command}", slog.String("command", command.Name),
			slog.String("peer", c.Peer.String()), slog.Duration("duration", time.Since(start)))
	case errors.As(err, &refused):
		s.handled.Add(1)
		r.err = &ReplyError{Code: refused.Code, Message: refused.Message}
		if r.err.Code == "" {
			r.err.Code = CodeRefused
		}
	default:
		s.failed.Add(1)
		r.err = &ReplyError{Code: CodeFailed, Message: err.Error()}
	}
	return r
}

// split returns the words of a message.
func (s *Server) split(text string) ([]words.Word, error) {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\t' && c != '\n' && c != '\r' }) {
		return nil, errors.New("want text in UTF-8, without control characters")
	}
	return s.o.delimiters.Split(strings.TrimRight(text, " \t\r\n"))
}

// globalOptions takes the options before the command: --json, and --token.
func globalOptions(list []words.Word) (rest []words.Word, json bool, token string) {
	for len(list) > 0 && !list[0].Group {
		joined, hasToken := strings.CutPrefix(list[0].Text, "--token=")
		switch {
		case list[0].Text == "--json":
			json = true
		case hasToken:
			token = joined
		case list[0].Text == "--token" && len(list) > 1:
			token, list = list[1].Text, list[1:]
		default:
			return list, json, token
		}
		list = list[1:]
	}
	return list, json, token
}

// parse returns the command of a message, and its values. problem is the error of splitting it.
func (s *Server) parse(message []words.Word, problem error) (*Command, map[string]any, error) {
	switch {
	case problem != nil:
		return nil, nil, problem
	case len(message) == 0:
		return nil, nil, errNoCommand
	}
	var names []string
	for _, c := range s.commands {
		if c.Name == message[0].Text {
			values, err := c.parse(message[1:])
			if err != nil {
				err = fmt.Errorf("%s: %w", c.Name, err)
			}
			return c, values, err
		}
		names = append(names, c.Name)
	}
	return nil, nil, fmt.Errorf("unknown command %s: want %s", quote(message[0].Text), list(names, "or"))
}

// run calls a command, and waits for it until the context ends.
func (s *Server) run(ctx context.Context, c *Command, call *Call) (any, error) {
	if c.Exclusive {
		select {
		case s.exclusive <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	type result struct {
		value any
		err   error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() { done <- r }()
		if c.Exclusive {
			defer func() { <-s.exclusive }()
		}
		r.value, r.err = s.guarded(ctx, c.Name, func() (any, error) { return c.Run(ctx, call) })
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return nil, ctx.Err() // it is left to itself
	}
}

// guarded calls a function of the user. A panic becomes an error. Errors are logged, unless
// they are the client's fault.
func (s *Server) guarded(ctx context.Context, command string, fn func() (any, error)) (v any, err error) {
	returned := false
	defer func() {
		p := recover()
		switch {
		case p != nil:
			s.log.With("command", command).LogPanic(ctx, p, &logbook.PanicOptions{Message: "a command panicked"})
			v, err = nil, panics.Error(p)
		case !returned:
			err = errors.New("the command ended its goroutine")
			s.log.ErrorContext(ctx, "the command {command} ended its goroutine", "command", command)
		}
	}()
	v, err = fn()
	returned = true
	if refused := (*ReplyError)(nil); err != nil && !errors.As(err, &refused) {
		s.log.ExceptionContext(ctx, err, "the command {command} failed", "command", command)
	}
	return v, err
}

// The beginnings of plain replies that report an error are those of lab_utils.
const unknownException = "Unknown exception! Check daemon log!\n"

// encode returns the text of a reply.
func (r *reply) encode(help string) []byte {
	switch {
	case r.json && r.err != nil:
		b := value.AppendJSON([]byte(`{"ok":false,"code":`), r.err.Code)
		return append(value.AppendJSON(append(b, `,"error":`...), r.err.Message), "}\n"...)
	case r.json:
		return append(value.AppendJSON([]byte(`{"ok":true,"reply":`), object(r.value)), "}\n"...)
	case r.err == nil:
		return plain(r.value)
	case r.err.Code == CodeFailed:
		return []byte(unknownException + r.err.Message)
	case r.err.Code == CodeBusy:
		return []byte("Error! busy: " + r.err.Message + "\n")
	case r.err.Code == CodeInvalid:
		return []byte("Error! " + r.err.Message + "\n" + help)
	}
	return []byte("Error! " + r.err.Message + "\n")
}

// object returns attributes as a group, which is an object in JSON.
func object(v any) any {
	if attrs, ok := v.([]slog.Attr); ok {
		return slog.GroupValue(attrs...)
	}
	return v
}

// plain returns a value as text.
func plain(v any) []byte {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return []byte(v)
	case []byte:
		return v
	case fmt.Stringer:
		return []byte(v.String())
	case []slog.Attr:
		var b []byte
		for _, a := range v {
			b = fmt.Appendf(b, "%s: %v\n", a.Key, a.Value.Resolve())
		}
		return b
	}
	switch reflect.ValueOf(v).Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Array, reflect.Pointer:
		return value.AppendJSON(nil, v)
	}
	return fmt.Append(nil, v)
}

// send sends a reply. What the client has sent after its message is read, as long as it does
// not take long: a connection that is closed before would lose the reply.
func (s *Server) send(c *listener.Conn, text []byte) {
	_ = c.SetWriteDeadline(time.Now().Add(s.o.Timeout))
	if _, err := c.Write(text); err != nil {
		s.log.DebugContext(s.base, "a client did not wait for the reply", "peer", c.Peer.String(), logbook.Err(err))
		return
	}
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	_ = c.Conn.SetReadDeadline(time.Now().Add(lingering))
	_, _ = io.CopyN(io.Discard, c.Conn, maxLingering)
}

const (
	lingering    = 100 * time.Millisecond
	maxLingering = 64 << 20
)
