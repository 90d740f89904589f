package all

import (
	"errors"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/desktop"
	"github.com/logbook-go/logbook/logbook"
)

func init() { config.Register("desktop", openDesktop) }

func openDesktop(s *config.Sink) (logbook.Handler, error) {
	if s.Path == "" || s.Host != "" || s.User != nil {
		return nil, errors.New(`the name of the program has to follow: "desktop:APP"`)
	}
	o := s.Options("")
	d := &desktop.Options{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter, Title: title(s),
		Icon: s.Text("icon"), Replace: s.Bool("replace"), Timeout: s.Duration("timeout"),
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return desktop.CreateNotificationHandler(s.Path, d)
}
