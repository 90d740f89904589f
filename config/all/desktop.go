package all

import (
	"errors"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/desktop"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	config.RegisterSink("desktop", config.Entry{
		Forms: []config.Form{{Address: "desktop:APP", Help: "desktop notifications"}},
		Options: append(config.HandlerOptions(""), titleOption("channel and level"),
			config.Option{Name: "icon", Kind: config.KindText, Help: "icon name of the desktop's theme, or path of an image"},
			config.Option{Name: "replace", Kind: config.KindBool, Default: "false", Help: "true: show only the newest notification"},
			timeoutOption("for a notification"),
		),
		Read: readDesktop,
	})
}

func readDesktop(s *config.Spec) func() (logbook.Handler, error) {
	if s.Path == "" || s.Host != "" || s.User != nil {
		s.Refuse("", errors.New(`invalid address: want the name of the program, as in "desktop:APP"`))
	}
	o := s.Options()
	d := &desktop.Options{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter, Title: title(s),
		Icon: s.Text("icon"), Replace: s.Bool("replace"), Timeout: s.Duration("timeout"),
	}
	return func() (logbook.Handler, error) { return desktop.New(s.Path, d) }
}
