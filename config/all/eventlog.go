package all

import (
	"errors"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/eventlog"
	"github.com/logbook-go/logbook/logbook"
)

func init() { config.Register("eventlog", openEventLog) }

func openEventLog(s *config.Sink) (logbook.Handler, error) {
	if s.Path == "" || s.Host != "" || s.User != nil {
		return nil, errors.New(`the source has to follow: "eventlog:SOURCE"`)
	}
	o := s.Options("")
	e := &eventlog.Options{Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return eventlog.New(s.Path, e)
}
