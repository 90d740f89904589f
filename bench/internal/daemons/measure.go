// Package daemons measures how fast a daemon answers while other clients hold it up.
package daemons

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/logbook-go/logbook/bench/internal/measure"
	"github.com/logbook-go/logbook/daemon"
)

const (
	clients = 100 // at once
	silent  = 100 // that send nothing, and as many that have sent half a message
	size    = 1 << 20

	patience = time.Minute // only ends a measurement that hangs
)

// Slowest returns the longest time in which one of 100 clients at once got its answer, from
// before its connection to the end of the reply, as the median of the rounds. All the while, 100
// others are silent, 100 have sent half a message, and one sends a message of 1 MiB.
func Slowest(rounds int) (c measure.Cost, err error) {
	s, err := daemon.New("tcp://127.0.0.1:0", &daemon.Options{
		Commands: []daemon.Command{{
			Name: "alarm", Args: []daemon.Arg{{Name: "--message"}},
			Run: func(_ context.Context, call *daemon.Call) (any, error) { return len(call.Text("message")), nil },
		}},
		Silence: -1, NoPIDFile: true, NoSignals: true,
	})
	if err != nil {
		return c, err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.Background()) }()
	defer func() {
		s.Stop()
		err = errors.Join(err, <-ended)
	}()
	address := s.Addr().String()
	for i := range 2 * silent {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return c, err
		}
		defer conn.Close()
		if i%2 == 0 {
			if _, err := io.WriteString(conn, "alarm --message {half"); err != nil {
				return c, err
			}
		}
	}
	var ns []float64
	for range rounds {
		slowest, err := round(address)
		if err != nil {
			return c, err
		}
		ns = append(ns, float64(slowest))
	}
	return measure.Cost{Ns: measure.Median(ns)}, nil
}

// round returns the longest time of a client.
func round(address string) (slowest time.Duration, err error) {
	long := make(chan error, 1)
	go func() { long <- ask(address, size-100) }()
	type answer struct {
		took time.Duration
		err  error
	}
	answers := make(chan answer, clients)
	for range clients {
		go func() {
			began := time.Now()
			err := ask(address, 10)
			answers <- answer{time.Since(began), err}
		}()
	}
	for range clients {
		a := <-answers
		slowest, err = max(slowest, a.took), errors.Join(err, a.err)
	}
	return slowest, errors.Join(err, <-long)
}

// ask sends a message with a text of n bytes, and checks the reply.
func ask(address string, n int) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := io.WriteString(c, "alarm --message {"+strings.Repeat("x", n)+"}\n"); err != nil {
		return err
	}
	reply, err := io.ReadAll(c)
	if err != nil {
		return err
	}
	if want := fmt.Sprint(n); string(reply) != want {
		return fmt.Errorf("the reply is %.60q, want %q", reply, want)
	}
	return nil
}
