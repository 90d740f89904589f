package all

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	config.RegisterSink("syslog", config.Entry{
		Forms: []config.Form{
			{Address: "syslog:[PATH]", Help: "the local syslog, or another socket"},
			{Address: "syslog://HOST[:PORT]", Help: "a syslog server, on port 514, or 6514 with TLS"},
		},
		Options: slices.Concat(config.HandlerOptions(""), []config.Option{
			{Name: "transport", Kind: "udp|tcp|tls", Default: "udp", Help: "transport to a server"},
			{Name: "facility", Kind: config.KindText, Default: "user", Help: "facility, such as daemon or local0"},
			{Name: "app", Kind: config.KindText, Default: "the channel", Help: "name of the program"},
			{Name: "rfc", Kind: "3164|5424", Default: "5424 with a host", Help: "message format, by RFC number"},
			{Name: "framing", Kind: "newline|nul|octets", Default: "by transport", Help: "how messages are separated"},
			{Name: "structured_data", Kind: config.KindText, Help: "SD-ID of the attributes in RFC 5424, such as app@32473; without it they are part of the text"},
			{Name: "hostname", Kind: config.KindText, Default: "the system's", Help: "name of this machine in RFC 5424"},
			{Name: "max_size", Kind: config.KindSize, Default: "8096, over UDP 2048", Help: "maximum size of a message; longer ones are cut"},
			{Name: "delay", Kind: config.KindBool, Default: "false", Help: "true: connect with the first record"},
			timeoutOption("for connecting and for each write"),
		}, config.TLSOptions()),
		Read: readSyslog,
	})
	config.RegisterSink("journal", config.Entry{
		Forms: []config.Form{{Address: "journal:[SOCKET]", Help: "the systemd journal"}},
		Options: append(config.HandlerOptions(""),
			config.Option{Name: "identifier", Kind: config.KindText, Default: "the executable's", Help: "name of the program"},
			timeoutOption("for connecting and for each write"),
		),
		Read: readJournal,
	})
}

func readSyslog(s *config.Spec) func() (logbook.Handler, error) {
	if s.User != nil || s.Host != "" && s.Path != "" && s.Path != "/" {
		s.Refuse("", errors.New(`invalid address: want "syslog:", "syslog:/dev/log" or "syslog://HOST:PORT"`))
	}
	common := s.Options()
	o := &syslog.Options{
		Level: common.Level, Bubble: common.Bubble, Formatter: common.Formatter,
		AppName: s.Text("app"), StructuredData: s.Text("structured_data"), Hostname: s.Text("hostname"),
		MaxSize: int(s.Size("max_size")), Timeout: s.Duration("timeout"), Delay: s.Bool("delay"),
		TLSConfig: s.TLS(),
		Format:    map[string]syslog.Format{"3164": syslog.RFC3164, "5424": syslog.RFC5424}[s.Choice("rfc")],
		Framing: map[string]syslog.Framing{
			"newline": syslog.Newline, "nul": syslog.NUL, "octets": syslog.OctetCounting,
		}[s.Choice("framing")],
	}
	switch {
	case s.Host != "":
		o.Address = cmp.Or(s.Choice("transport"), "udp") + "://" + s.Host
	case s.Path != "":
		o.Address = "unix:" + unixSocket(s)
	}
	s.Func("facility", func(v string) (err error) {
		o.Facility, err = syslog.ParseFacility(v)
		return err
	})
	return func() (logbook.Handler, error) { return syslog.New(o) }
}

func readJournal(s *config.Spec) func() (logbook.Handler, error) {
	if s.User != nil || s.Host != "" {
		s.Refuse("", errors.New(`invalid address: want "journal:" or "journal:SOCKET"; the journal is always local`))
	}
	common := s.Options()
	o := &syslog.JournalOptions{
		Level: common.Level, Bubble: common.Bubble, Formatter: common.Formatter,
		Identifier: s.Text("identifier"), Socket: unixSocket(s), Timeout: s.Duration("timeout"),
	}
	return func() (logbook.Handler, error) { return syslog.NewJournal(o) }
}

// unixSocket returns the path of a Unix socket. A name that begins with @ is abstract, not
// a file.
func unixSocket(s *config.Spec) string {
	if strings.HasPrefix(s.Path, "@") {
		return s.Path
	}
	return s.Abs(s.Path)
}
