package all

import (
	"errors"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/socket"
)

// socketLimits are the options of all sockets.
var socketLimits = []config.Option{
	{Name: "accept", Kind: config.KindText, Required: true, Help: "formats to receive, separated by commas: json, syslog, pickle, alarm"},
	{Name: "max_frame", Kind: config.KindSize, Default: "1MiB", Help: "size of the longest record"},
	{Name: "zone", Kind: config.KindText, Default: "local", Help: "zone of times without one, such as UTC or Europe/Berlin"},
}

// streamLimits are the options of sockets with connections.
var streamLimits = slices.Concat(socketLimits, []config.Option{
	{Name: "max_memory", Kind: config.KindSize, Default: "32MiB", Help: "size of all long records that are being read"},
	{Name: "max_connections", Kind: config.KindCount, Default: "1000", Help: "number of connections"},
	{Name: "max_per_address", Kind: config.KindCount, Default: "half of max_connections", Help: "number of connections from one address"},
	{Name: "frame_timeout", Kind: config.KindDuration, Default: "30s", Help: "time for a record, from its first byte to its last"},
	{Name: "idle_timeout", Kind: config.KindDuration, Default: "1h", Help: "time between two records"},
})

var exposedOption = config.Option{Name: "insecure", Kind: config.KindBool, Default: "false", Help: "true: allow an address that other machines can reach; everybody there can then read and send records"}

var handshakeOption = config.Option{Name: "handshake_timeout", Kind: config.KindDuration, Default: "10s", Help: "time for the handshake of TLS"}

func init() {
	with := func(common []config.Option, more ...config.Option) []config.Option {
		return slices.Concat(common, more)
	}
	mode := config.Option{Name: "mode", Kind: config.KindMode, Default: "0600", Help: "permissions of the socket file"}
	for _, s := range []struct {
		scheme, address, help string
		options               []config.Option
	}{
		{"tcp", "tcp://HOST:PORT?accept=FORMATS", "listen on TCP", with(streamLimits, exposedOption)},
		{"tls", "tls://HOST:PORT?accept=FORMATS&cert=PATH&key=PATH", "listen on TCP with TLS", with(streamLimits, append(config.ServerTLSOptions(), handshakeOption)...)},
		{"udp", "udp://HOST:PORT?accept=FORMATS", "listen for datagrams on UDP", with(socketLimits, exposedOption)},
		{"unix", "unix:PATH?accept=FORMATS", "listen on a unix socket", with(streamLimits, mode)},
		{"unixgram", "unixgram:PATH?accept=FORMATS", "listen for datagrams on a unix socket", with(socketLimits, mode)},
	} {
		config.RegisterSource(s.scheme, config.SourceEntry{
			Forms: []config.Form{{Address: s.address, Help: s.help}}, Options: s.options, Help: severalFormats, Read: readSocket,
		})
	}
	config.RegisterSource("systemd", config.SourceEntry{
		Forms:   []config.Form{{Address: "systemd:[NAME]?accept=FORMATS", Help: "a socket that systemd has opened, by its FileDescriptorName"}},
		Help:    "The name may be left out if there is only one socket. " + severalFormats,
		Options: with(streamLimits, exposedOption), Read: readSystemd,
	})
}

const severalFormats = "If several formats are accepted, the first byte of a connection or datagram tells which one it has."

func readSocket(s *config.Spec) func() (queues.Subscriber, error) {
	if s.User != nil {
		s.Refuse("", errors.New("a user is not allowed"))
	}
	if s.Host != "" && s.Path != "" && s.Path != "/" {
		s.Refuse("", errors.New("a path is not allowed after the host"))
	}
	address := s.Scheme + "://" + s.Host
	o := new(socket.ListenOptions)
	readSocketLimits(s, o)
	if s.Scheme == "unix" || s.Scheme == "unixgram" {
		address = s.Scheme + ":" + unixSocket(s)
		o.Mode = s.FileMode("mode")
	}
	switch s.Scheme {
	case "tls":
		o.TLSConfig = s.ServerTLS()
		o.HandshakeTimeout = s.Duration("handshake_timeout")
	case "tcp", "udp":
		o.Insecure = s.Bool("insecure")
	}
	if s.Scheme == "tcp" || s.Scheme == "tls" || s.Scheme == "unix" {
		readStreamLimits(s, o)
	}
	if err := o.Check(address); err != nil && len(o.Accept) > 0 {
		s.Refuse("", err)
	}
	return func() (queues.Subscriber, error) { return socket.Listen(address, o) }
}

func readSocketLimits(s *config.Spec, o *socket.ListenOptions) {
	o.MaxFrame = int(s.Size("max_frame"))
	s.Func("accept", func(v string) error {
		for name := range strings.SplitSeq(v, ",") {
			f, err := socket.ParseFormat(strings.TrimSpace(name))
			if err != nil {
				return err
			}
			o.Accept = append(o.Accept, f)
		}
		return nil
	})
	o.Location = zone(s)
}

func readStreamLimits(s *config.Spec, o *socket.ListenOptions) {
	o.MaxMemory = int(s.Size("max_memory"))
	o.MaxConnections, o.MaxPerAddress = s.Count("max_connections"), s.Count("max_per_address")
	o.FrameTimeout, o.IdleTimeout = s.Duration("frame_timeout"), s.Duration("idle_timeout")
}
