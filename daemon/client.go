package daemon

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/words"
	"github.com/logbook-go/logbook/logbook"
)

// ClientOptions configure [NewClient]. nil is the default.
type ClientOptions struct {
	// ConfigFile is the path of an INI file, whose section [Overall] has host and port, which
	// are required there. It is read if the address is "". "": none.
	ConfigFile string

	// TLSConfig holds roots, client certificates and the like for tls addresses; nil: the
	// system's roots.
	TLSConfig *tls.Config

	Token    string // "": none
	Insecure bool   // allows the token in plaintext, to other machines

	Timeout    time.Duration // of a message with its reply; 0: 10 s
	MaxReply   int           // bytes of a reply; 0: 64 MiB
	Delimiters string        // those of the daemon; "": "{}"
}

// Client sends commands to a daemon of this package, or of lab_utils. Each message has a
// connection of its own. It is safe for concurrent use.
type Client struct {
	endpoint   netlink.Endpoint
	tls        *tls.Config
	token      string
	timeout    time.Duration
	max        int
	delimiters words.Delimiters
}

const (
	defaultClientTimeout = 10 * time.Second
	defaultMaxReply      = 64 << 20
)

// NewClient returns a client of the daemon at an address, tcp://host:port, tls://host:port or
// unix:/path, where the default port is 1507; "" is that of the configuration file, or else
// tcp://localhost:1507. It does not connect. The error is a [*logbook.OptionError] or a
// [*config.FileError].
func NewClient(address string, o *ClientOptions) (*Client, error) {
	if o == nil {
		o = new(ClientOptions)
	}
	invalid := func(option string, err error) error {
		return &logbook.OptionError{Options: "daemon.ClientOptions", Option: option, Err: err}
	}
	if address == "" && o.ConfigFile != "" {
		var err error
		if address, err = readClientConfig(o.ConfigFile); err != nil {
			return nil, err
		}
	}
	c := &Client{tls: o.TLSConfig, token: o.Token, timeout: cmp.Or(o.Timeout, defaultClientTimeout), max: cmp.Or(o.MaxReply, defaultMaxReply)}
	var err error
	if c.endpoint, err = netlink.ParseEndpoint(cmp.Or(address, defaultAddress), map[string]string{"tcp": "1507", "tls": "1507"}); err != nil {
		return nil, invalid("address", errors.New("want tcp://host:port, tls://host:port or unix:/path"))
	}
	if c.delimiters, err = parseDelimiters(o.Delimiters); err != nil {
		return nil, invalid("Delimiters", err)
	}
	switch e := c.endpoint; {
	case o.TLSConfig != nil && e.Scheme != "tls":
		return nil, invalid("TLSConfig", errors.New("want nil unless the address is tls"))
	case o.Timeout < 0:
		return nil, invalid("Timeout", errors.New("want 0 or more"))
	case o.MaxReply < 0:
		return nil, invalid("MaxReply", errors.New("want 0 or more"))
	case strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return nil, invalid("Token", errors.New("want visible ASCII characters"))
	case o.Token != "" && e.Scheme == "tcp" && !netlink.IsLoopback(e.Host) && !o.Insecure:
		return nil, invalid("Token", errors.New("it would be sent in plaintext: use tls, or allow it (Insecure)"))
	}
	return c, nil
}

// readClientConfig returns the address in a file.
func readClientConfig(path string) (address string, err error) {
	options := []config.Option{
		{Name: "host", Kind: config.KindText, Required: true},
		{Name: "port", Kind: config.KindPort, Required: true},
	}
	err = config.ReadSection(path, section, options, func(s *config.Spec) {
		host := s.Text("host")
		address = addressOf("tcp", host, s.Port("port"))
	}, nil)
	return address, err
}

// Address returns the address of the daemon.
func (c *Client) Address() string { return c.endpoint.String() }

// Send sends a line as it is, and returns the reply:
//
//	reply, err := c.Send(ctx, "alarm --message {hello big world}")
//
// The error is a [*ClientError] if the message or its reply was not transferred, and a
// [*ReplyError] if the reply begins as lab_utils' reports of errors do; the reply is then
// returned as well.
func (c *Client) Send(ctx context.Context, message string) (reply string, err error) {
	b, err := c.exchange(ctx, c.prefix(nil), message)
	if err != nil {
		return "", err
	}
	return string(b), replyError(string(b))
}

// Call sends a command with its arguments, and returns the reply. Words are quoted as far as
// necessary. One that begins with "--" is an option; a value that may begin so is passed as
// "--name=value". For errors see [Client.Send].
func (c *Client) Call(ctx context.Context, command ...string) (reply string, err error) {
	return c.Send(ctx, c.line(command))
}

// CallJSON is Call with a reply in JSON, which daemons of this package can make. The reply is
// decoded into v, as [json.Unmarshal] does; nil: it is left out. Unlike in Call, a
// [*ReplyError] has the exact code.
func (c *Client) CallJSON(ctx context.Context, v any, command ...string) error {
	b, err := c.exchange(ctx, c.prefix([]byte("--json ")), c.line(command))
	if err != nil {
		return err
	}
	var r struct {
		OK    *bool
		Reply json.RawMessage
		Error string
		Code  Code
	}
	if err := json.Unmarshal(b, &r); err != nil || r.OK == nil {
		if err := replyError(string(b)); err != nil { // it knows no JSON, or was busy
			return err
		}
		return &ClientError{c.Address(), "receive", errors.New("the reply is not JSON as daemons send it")}
	}
	if !*r.OK {
		return &ReplyError{Code: r.Code, Message: r.Error}
	}
	if v == nil {
		return nil
	}
	if err := json.Unmarshal(r.Reply, v); err != nil {
		return &ClientError{c.Address(), "receive", err}
	}
	return nil
}

// prefix appends the token.
func (c *Client) prefix(b []byte) []byte {
	if c.token == "" {
		return b
	}
	return append(c.delimiters.AppendGroup(append(b, "--token "...), c.token), ' ')
}

// line returns the line of a command.
func (c *Client) line(command []string) string {
	var b []byte
	for i, word := range command {
		if i > 0 {
			b = append(b, ' ')
		}
		name, v, joined := strings.Cut(word, "=")
		switch {
		case isName(word, c.delimiters):
			b = append(b, word...)
		case strings.HasPrefix(word, "--") && joined && isName(name, c.delimiters):
			b = c.delimiters.AppendGroup(append(append(b, name...), '='), v)
		default:
			b = c.delimiters.AppendGroup(b, word)
		}
	}
	return string(b)
}

// exchange sends a message, and returns the reply.
func (c *Client) exchange(ctx context.Context, prefix []byte, message string) (reply []byte, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, os.ErrDeadlineExceeded)
	defer cancel()
	fail := func(op string, err error) error {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return &ClientError{c.Address(), op, err}
	}
	conn, err := c.endpoint.Dial(ctx, c.tls)
	if err != nil {
		return nil, fail("connect", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // the calls below then fail
	_, sent := conn.Write(append(append(prefix, message...), '\n'))
	if half, ok := conn.(interface{ CloseWrite() error }); ok && sent == nil {
		sent = half.CloseWrite()
	}
	// A daemon that refuses the client may have closed the connection, after a reply.
	reply, err = io.ReadAll(io.LimitReader(conn, int64(c.max)+1))
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, fail("receive", err)
	case len(reply) > c.max:
		return nil, fail("receive", fmt.Errorf("a reply of more than %d bytes", c.max))
	case len(reply) > 0 && (err == nil || isBusy(reply)):
		return reply, nil
	case sent != nil:
		return nil, fail("send", sent)
	case err != nil:
		return nil, fail("receive", err)
	}
	return reply, nil
}

// isBusy reports whether a daemon has refused the connection: it may have closed it before it
// has read the message, which resets it.
func isBusy(reply []byte) bool {
	kind, _ := words.ReplyError(string(reply))
	return kind == words.Busy
}

// replyError returns the error that a plain reply reports, or nil.
func replyError(reply string) error {
	kind, message := words.ReplyError(reply)
	switch kind {
	case words.Failed:
		return &ReplyError{Code: CodeFailed, Message: message}
	case words.Busy:
		return &ReplyError{Code: CodeBusy, Message: strings.TrimSuffix(message, "\n")}
	case words.Refused:
		first, rest, _ := strings.Cut(message, "\n")
		if strings.Contains(rest, "DAEMON HELP") {
			return &ReplyError{Code: CodeInvalid, Message: first, Help: rest}
		}
		return &ReplyError{Code: CodeRefused, Message: strings.TrimSuffix(message, "\n")}
	}
	return nil
}
