package socket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/sender"
	"github.com/logbook-go/logbook/internal/words"
)

// exchanges sends each message over a connection of its own, and waits for the reply, as
// the clients of lab_utils do: its server reads one message of a connection, replies and
// closes it.
type exchanges struct {
	conn    net.Conn // for the next message; nil: to be dialled
	dial    func(context.Context) (net.Conn, error)
	timeout time.Duration // of a message with its reply

	ctx    context.Context // ended by Abort
	cancel context.CancelFunc
	over   bool // conn was used
}

// dialExchanges connects for the first message, so that a failure is one of connecting.
func dialExchanges(ctx context.Context, timeout time.Duration, dial func(context.Context) (net.Conn, error)) (sender.Conn, error) {
	conn, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	c := &exchanges{conn: conn, dial: dial, timeout: timeout}
	c.ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return c, nil
}

// Send implements [sender.Conn].
func (c *exchanges) Send(m *sender.Batch, i int) (next int, err error) {
	for ; i < len(m.Ends); i++ {
		if err := c.exchange(m.Message(i)); err != nil {
			return i, err
		}
	}
	return i, nil
}

func (c *exchanges) exchange(message []byte) error {
	c.over = true
	ctx, cancel := context.WithTimeout(c.ctx, c.timeout)
	defer cancel()
	conn := c.conn
	c.conn = nil
	if conn == nil {
		var err error
		if conn, err = c.dial(ctx); err != nil {
			return err
		}
	}
	defer conn.Close()
	defer context.AfterFunc(c.ctx, func() { _ = conn.Close() })() // the calls below then fail
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := conn.Write(message); err != nil {
		return err
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		if err := half.CloseWrite(); err != nil {
			return err
		}
	}
	reply, err := io.ReadAll(io.LimitReader(conn, maxReply))
	if err != nil && len(reply) == 0 {
		return fmt.Errorf("no reply: %w", err)
	}
	return replyError(string(reply))
}

// maxReply bounds what is read of a reply.
const maxReply = 4096

// replyError returns the error that a reply of lab_utils' server reports.
func replyError(reply string) error {
	kind, _ := words.ReplyError(reply)
	first, _, _ := strings.Cut(reply, "\n")
	switch kind {
	case words.Answered:
		return nil
	case words.Busy: // not because of this message
		return errors.New("refused: " + first)
	}
	return &netlink.MessageError{Err: errors.New("refused: " + first)}
}

// HungUp implements [sender.Conn]: the connection was used.
func (c *exchanges) HungUp() bool { return c.over }

// SetWriteDeadline implements [sender.Conn]. Each message has a deadline of its own.
func (c *exchanges) SetWriteDeadline(time.Time) error { return nil }

// Close implements [sender.Conn].
func (c *exchanges) Close() error {
	c.cancel()
	if c.conn == nil {
		return nil
	}
	return c.conn.Close()
}

// Abort implements [sender.Conn].
func (c *exchanges) Abort() error {
	c.cancel()
	return nil
}
