package tickets

import (
	"errors"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

func init() {
	register("sqlite", config.Entry{
		Forms:   []config.Form{{Address: "sqlite:PATH", Help: "tickets in an SQLite database"}},
		Options: options("size of the database", prefix),
		Read:    readSQLite,
	})
}

func readSQLite(s *config.Spec) func() (logbook.Handler, error) {
	if s.Host != "" || s.User != nil || s.Path == "" {
		s.Refuse("", errors.New(`invalid address: want "sqlite:PATH"`))
	}
	path, prefix, o := s.Abs(s.Path), s.Text("prefix"), read(s)
	return func() (logbook.Handler, error) {
		store, err := sqlite.Open(path, &sqlite.Options{Limits: &o.limits, TablePrefix: prefix, NoCreate: o.noCreate, Timeout: o.timeout})
		if err != nil {
			return nil, err
		}
		return ticketing.NewHandler(store, &o.handler)
	}
}
