package all

import (
	"fmt"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/zeromq"
)

// The ends of ZeroMQ: each scheme has an option for the one that is not its own.
var (
	zmqBind    = config.Option{Name: "bind", Kind: config.KindBool, Default: "false", Help: "true: peers connect to the address; 0.0.0.0 is all of this machine"}
	zmqConnect = config.Option{Name: "connect", Kind: config.KindBool, Default: "false", Help: "true: connect to a peer at the address"}
)

func init() {
	for _, e := range []struct {
		scheme, help string
		end          config.Option
	}{
		{"zmq-pub", "all who subscribe over ZeroMQ, here", zmqConnect},
		{"zmq-push", "one that pulls over ZeroMQ", zmqBind},
	} {
		config.RegisterSink(e.scheme, config.Entry{
			Forms:   zmqForms(e.scheme, e.help),
			Options: slices.Concat(config.HandlerOptions("")[:2], queueOptions, zmqLinger, zmqOptions(e.end)),
			Read:    readZMQSink,
		})
	}
	for _, e := range []struct {
		scheme, help string
		end          config.Option
		own          []config.Option
	}{
		{"zmq-sub", "what is published over ZeroMQ", zmqBind, zmqTopic},
		{"zmq-pull", "what is pushed here over ZeroMQ", zmqConnect, nil},
	} {
		config.RegisterSource(e.scheme, config.SourceEntry{
			Forms:   zmqForms(e.scheme, e.help),
			Options: slices.Concat(e.own, zmqOptions(e.end)),
			Read:    readZMQSource,
		})
	}
}

func zmqForms(scheme, help string) []config.Form {
	return []config.Form{
		{Address: scheme + "://HOST:PORT", Help: help},
		{Address: scheme + ":SOCKET", Help: "the same, on a Unix socket"},
	}
}

var zmqLinger = []config.Option{{Name: "linger", Kind: config.KindDuration, Default: "5s", Help: "time limit, when the program ends, for sending what ZeroMQ has taken for a peer"}}

var zmqTopic = []config.Option{{Name: "topic", Kind: config.KindText, Default: "all", Help: "the beginning of the messages to receive"}}

func zmqOptions(end config.Option) []config.Option {
	return []config.Option{
		end,
		{Name: "curve", Kind: config.KindPath, Help: "file with the secret key, of logbook keygen, to encrypt and authenticate"},
		{Name: "curve_server", Kind: config.KindText, With: "curve", Help: "public key of the server, at a client"},
		{Name: "curve_clients", Kind: config.KindPath, With: "curve", Help: "file with the public keys of the clients, one a line, at the server"},
		{Name: "insecure", Kind: config.KindBool, Default: "false", Help: "true: allow other machines without curve"},
		{Name: "max_size", Kind: config.KindSize, Default: "16MiB", Help: "maximum size of a record"},
	}
}

// zmqAddress returns the address in ZeroMQ's form.
func zmqAddress(s *config.Spec) string {
	switch {
	case s.User != nil, s.Host == "" && s.Path == "", s.Host != "" && s.Path != "" && s.Path != "/":
		s.Refuse("", fmt.Errorf(`invalid address: want "%[1]s://HOST:PORT" or "%[1]s:SOCKET"`, s.Scheme))
		return ""
	case s.Host != "":
		return "tcp://" + s.Host
	}
	return "ipc://" + unixSocket(s)
}

func zmqSocket(s *config.Spec) zeromq.SocketOptions {
	o := zeromq.SocketOptions{Insecure: s.Bool("insecure"), MaxMessageSize: int(s.Size("max_size"))}
	secret, server, clients := s.SecretFile("curve"), s.Text("curve_server"), s.SecretFile("curve_clients")
	if secret != "" {
		o.Curve = &zeromq.Curve{SecretKey: strings.TrimSpace(secret), ServerKey: server, ClientKeys: strings.Fields(clients)}
	}
	return o
}

// zmqEnd returns which end the socket is. option is the one for the end that is not the
// scheme's own.
func zmqEnd(s *config.Spec, option string) zeromq.End {
	switch {
	case !s.Bool(option):
		return zeromq.EndAuto
	case option == "bind":
		return zeromq.Bind
	}
	return zeromq.Connect
}

func readZMQSink(s *config.Spec) func() (logbook.Handler, error) {
	address := zmqAddress(s)
	o := &zeromq.HandlerOptions{
		Level: s.Level("level"), Bubble: s.Bool("bubble"), Push: s.Scheme == "zmq-push",
		MaxRecords: s.Count("queue"), MaxBytes: int(s.Size("queue_bytes")),
		Overflow: s.Overflow("overflow"), Linger: s.Duration("linger"), SocketOptions: zmqSocket(s),
	}
	o.End = zmqEnd(s, map[bool]string{true: "bind", false: "connect"}[o.Push])
	return func() (logbook.Handler, error) { return zeromq.NewHandler(address, o) }
}

func readZMQSource(s *config.Spec) func() (queues.Subscriber, error) {
	address := zmqAddress(s)
	o := &zeromq.SubscriberOptions{Pull: s.Scheme == "zmq-pull", SocketOptions: zmqSocket(s)}
	if o.Pull {
		o.End = zmqEnd(s, "connect")
	} else {
		o.End = zmqEnd(s, "bind")
		if topic := s.Text("topic"); topic != "" {
			o.Topics = []string{topic}
		}
	}
	return func() (queues.Subscriber, error) { return zeromq.NewSubscriber(address, o) }
}
