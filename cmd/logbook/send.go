package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/zeromq"
)

const sendHelp = `Send makes one record of its arguments and writes it to sinks, such as those of
"logbook collect". The exit code is 1 if a sink failed.

The first argument is the message, the others are attributes. The message may
name them: "disk {disk} is full". Other braces stay as they are, with a warning;
{{ and }} are single braces.

Over ZeroMQ push the record: "zmq-push:" waits for a peer, but a record that is
published by "zmq-pub:" is lost, and the exit code 1, if nobody subscribes to it
at that moment.`

const sendExamples = `  logbook send 'backup done' files=120 took=4m --to 'zmq-push://127.0.0.1:5000'
  logbook send --level error --channel backup 'disk {disk} is full' disk=sda1 --to json:app.log`

func sendCommand() *cobra.Command {
	s := &send{level: logbook.LevelInfo, timeout: 10 * time.Second}
	cmd := &cobra.Command{
		Use:     "send MESSAGE [KEY=VALUE]... --to URI...",
		Short:   "Write one record to sinks",
		Long:    sendHelp,
		Example: sendExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "" {
				return errors.New("no message")
			}
			return s.parse(args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return s.run(cmd.ErrOrStderr()) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&s.to, "to", nil, "write the record to the sink `URI`, such as zmq-push://127.0.0.1:5000; may be repeated")
	flags.Var(&levelFlag{&s.level}, "level", "give the record `LEVEL`, such as warning")
	flags.StringVar(&s.channel, "channel", "send", "give the record the channel `NAME`")
	flags.Var(&durationFlag{&s.timeout}, "timeout", "wait for at most `TIME` until the record is sent")
	_ = cmd.MarkFlagRequired("to") // fails for flags that do not exist
	_ = cmd.RegisterFlagCompletionFunc("to", completeSinks)
	_ = cmd.RegisterFlagCompletionFunc("level", completeLevels)
	return cmd
}

// send holds the flags and arguments of the command "logbook send".
type send struct {
	to      []string
	level   logbook.Level
	channel string
	timeout time.Duration

	message string
	attrs   []slog.Attr
}

// parse reads the message and the attributes.
func (s *send) parse(args []string) error {
	s.message = args[0]
	for _, a := range args[1:] {
		key, value, ok := strings.Cut(a, "=")
		if !ok || key == "" {
			return fmt.Errorf("invalid attribute %q: want KEY=VALUE", a)
		}
		s.attrs = append(s.attrs, slog.String(key, value))
	}
	return nil
}

func (s *send) run(stderr io.Writer) error {
	c, err := config.FromURIs(s.to, nil, &config.Options{Strict: true})
	if err != nil {
		return err
	}
	failed := false
	flags := logbook.Flags{Errors: func(e *logbook.HandlerError) {
		if !errors.As(e.Err, new(*logbook.TemplateError)) { // the record is sent, with the braces as they are
			failed = true
		}
		complain(stderr, "%v", e)
	}}
	ctx := logbook.Bind(context.Background(), logbook.Null{}, flags, c.Setup())
	logbook.New(s.channel).LogAttrs(ctx, s.level, s.message, s.attrs...)
	closing, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	if err := logbook.Close(closing, c.Setup()); err != nil {
		complain(stderr, "%v", err)
		failed = failed || !errors.As(err, new(*queues.SpooledError))
	}
	for _, s := range c.Stats() {
		if _, ok := s.Handler.(*zeromq.Handler); ok && s.Suppressed > 0 {
			complain(stderr, "sink %q: nobody subscribes to it yet", s.Sink)
			failed = true
		}
	}
	if failed {
		return &exitError{exitFailed}
	}
	return nil
}
