package all

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/socket"
)

func init() {
	config.RegisterSink("alarm", config.Entry{
		Forms: []config.Form{
			{Address: "alarm://HOST[:PORT]", Help: "a daemon that takes lab_utils' alarms, on port 9020"},
			{Address: "alarm:SOCKET", Help: "the same, on a Unix socket"},
		},
		Options: slices.Concat(config.HandlerOptions(""), []config.Option{
			transportOption,
			{Name: "command", Kind: config.KindText, Default: "the channel", Help: "command of the daemon, the first word of the line"},
			{Name: "app", Kind: config.KindText, Default: "the executable's", Help: "name of the program"},
			{Name: "max_size", Kind: config.KindSize, Default: "4096", Help: "maximum size of a line; a longer text is cut"},
			timeoutOption("for connecting, and for a line with its reply"),
		}, config.TLSOptions()),
		Read: readAlarm,
	})
	config.RegisterSection("AlarmLogger", config.Entry{Read: readAlarmSection, Options: []config.Option{
		{Name: "port", Kind: config.KindText, Default: "default, which is 9020", Help: "port of the daemon on this machine"},
		{Name: "log_level", Kind: config.KindLevel, Default: "WARNING", Help: "the lowest level"},
	}})
}

// transportOption is the option that peer reads.
var transportOption = config.Option{Name: "transport", Kind: "tcp|tls", Default: "tcp", Help: "transport to a host"}

// peer returns the address of a peer on a host or a Unix socket.
func peer(s *config.Spec) string {
	switch {
	case s.User != nil, s.Host == "" && s.Path == "", s.Host != "" && s.Path != "" && s.Path != "/":
		s.Refuse("", fmt.Errorf(`invalid address: want "%[1]s://HOST:PORT" or "%[1]s:SOCKET"`, s.Scheme))
		return ""
	case s.Host != "":
		return cmp.Or(s.Choice("transport"), "tcp") + "://" + s.Host
	}
	return "unix:" + unixSocket(s)
}

func readAlarm(s *config.Spec) func() (logbook.Handler, error) {
	address, common := peer(s), s.Options()
	o := &socket.AlarmOptions{
		Level: common.Level, Bubble: common.Bubble, Formatter: common.Formatter,
		Command: s.Text("command"), App: s.Text("app"), MaxSize: int(s.Size("max_size")),
		Timeout: s.Duration("timeout"), TLSConfig: s.TLS(),
	}
	return func() (logbook.Handler, error) { return socket.NewAlarmHandler(address, o) }
}

func readAlarmSection(s *config.Spec) func() (logbook.Handler, error) {
	address := "tcp://localhost"
	o := &socket.AlarmOptions{Level: cmp.Or(s.Level("log_level"), slog.Leveler(logbook.LevelWarn))}
	s.Func("port", func(v string) error {
		if v == "default" {
			return nil
		}
		if n, err := strconv.Atoi(v); err != nil || n < 1 || n > 65535 {
			return errors.New("invalid port: want a number from 1 to 65535, or default")
		}
		address += ":" + v
		return nil
	})
	return func() (logbook.Handler, error) { return socket.NewAlarmHandler(address, o) }
}
