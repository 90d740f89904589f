package all

import (
	"errors"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/eventlog"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	config.RegisterSink("eventlog", config.Entry{
		Forms:   []config.Form{{Address: "eventlog:SOURCE", Help: "the Windows event log"}},
		Options: config.HandlerOptions(""),
		Read:    readEventLog,
	})
}

func readEventLog(s *config.Spec) func() (logbook.Handler, error) {
	if s.Path == "" || s.Host != "" || s.User != nil {
		s.Refuse("", errors.New(`invalid address: want "eventlog:SOURCE"`))
	}
	o := s.Options()
	e := &eventlog.Options{Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter}
	return func() (logbook.Handler, error) { return eventlog.New(s.Path, e) }
}
