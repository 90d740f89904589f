package all

import (
	"errors"
	"fmt"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	config.Register("syslog", openSyslog)
	config.Register("journal", openJournal)
}

func openSyslog(s *config.Sink) (logbook.Handler, error) {
	if s.User != nil || s.Host != "" && s.Path != "" && s.Path != "/" {
		return nil, errors.New(`write "syslog:", "syslog:/dev/log" or "syslog://HOST:PORT"`)
	}
	common := s.Options("")
	o := &syslog.Options{
		Level: common.Level, Bubble: common.Bubble, Formatter: common.Formatter,
		AppName: s.Text("app"), StructuredData: s.Text("structured_data"), Hostname: s.Text("hostname"),
		MaxSize: int(s.Size("max_size")), Timeout: s.Duration("timeout"), Delay: s.Bool("delay"),
		TLSConfig: s.TLS(),
	}
	switch {
	case s.Host != "":
		transport := "udp"
		choose(s, "transport", &transport, map[string]string{"udp": "udp", "tcp": "tcp", "tls": "tls"})
		o.Address = transport + "://" + s.Host
	case s.Path != "":
		o.Address = "unix:" + socket(s)
	}
	s.Func("facility", func(v string) (err error) {
		o.Facility, err = syslog.ParseFacility(v)
		return err
	})
	choose(s, "rfc", &o.Format, map[string]syslog.Format{"3164": syslog.RFC3164, "5424": syslog.RFC5424})
	choose(s, "framing", &o.Framing, map[string]syslog.Framing{
		"newline": syslog.Newline, "nul": syslog.NUL, "octets": syslog.OctetCounting,
	})
	if err := s.Err(); err != nil {
		return nil, err
	}
	return syslog.New(o)
}

func openJournal(s *config.Sink) (logbook.Handler, error) {
	if s.User != nil || s.Host != "" {
		return nil, errors.New("the journal is on this machine")
	}
	common := s.Options("")
	o := &syslog.JournalOptions{
		Level: common.Level, Bubble: common.Bubble, Formatter: common.Formatter,
		Identifier: s.Text("identifier"), Socket: socket(s), Timeout: s.Duration("timeout"),
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return syslog.NewJournal(o)
}

// socket returns the path of a unix socket. One that begins with @ is no file.
func socket(s *config.Sink) string {
	if strings.HasPrefix(s.Path, "@") {
		return s.Path
	}
	return s.Abs(s.Path)
}

// choose reads an option that is one of a few names.
func choose[T any](s *config.Sink, name string, to *T, names map[string]T) {
	s.Func(name, func(v string) error {
		value, ok := names[v]
		if !ok {
			return fmt.Errorf("%q is not known (known: %s)", v, sorted(names))
		}
		*to = value
		return nil
	})
}
