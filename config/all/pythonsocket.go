package all

import (
	"slices"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/socket"
)

func init() {
	config.RegisterSink("python-socket", config.Entry{
		Forms: []config.Form{
			{Address: "python-socket://HOST[:PORT]", Help: "a receiver for Python's SocketHandler, on port 9020"},
			{Address: "python-socket:SOCKET", Help: "the same, on a Unix socket"},
		},
		Options: slices.Concat(config.HandlerOptions("")[:2], []config.Option{
			transportOption,
			{Name: "delay", Kind: config.KindBool, Default: "false", Help: "true: connect with the first record"},
			timeoutOption("for connecting and for each write"),
		}, config.TLSOptions()),
		Read: readPythonSocket,
	})
}

func readPythonSocket(s *config.Spec) func() (logbook.Handler, error) {
	address := peer(s)
	o := &socket.PythonOptions{
		Level: s.Level("level"), Bubble: s.Bool("bubble"),
		Delay: s.Bool("delay"), Timeout: s.Duration("timeout"), TLSConfig: s.TLS(),
	}
	return func() (logbook.Handler, error) { return socket.NewPythonHandler(address, o) }
}
