// Package sqlitelog registers the sink sqlite-logs, the table of dagrunner's log receiver:
//
//	import _ "github.com/logbook-go/logbook/config/sqlitelog"
//
// It is not part of config/all because of the size of SQLite.
package sqlitelog

import (
	"errors"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers/sqlitelog"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	config.RegisterSink("sqlite-logs", config.Entry{
		Forms: []config.Form{{Address: "sqlite-logs:PATH", Help: "a table of records in an SQLite database, as dagrunner writes it"}},
		Options: append(config.HandlerOptions(""),
			config.Option{Name: "iso_time", Kind: config.KindBool, Default: "false", Help: "true: local times without fractions, in place of seconds since 1970"},
			config.Option{Name: "timeout", Kind: config.KindDuration, Default: "10s", Help: "time limit for locks of other programs"},
		),
		Read: read,
	})
}

func read(s *config.Spec) func() (logbook.Handler, error) {
	if s.Host != "" || s.User != nil || s.Path == "" {
		s.Refuse("", errors.New(`invalid address: want "sqlite-logs:PATH"`))
	}
	path, common := s.Abs(s.Path), s.Options()
	o := &sqlitelog.Options{
		Level: common.Level, Bubble: common.Bubble, Formatter: common.Formatter,
		ISOTime: s.Bool("iso_time"), Timeout: s.Duration("timeout"),
	}
	return func() (logbook.Handler, error) { return sqlitelog.New(path, o) }
}
