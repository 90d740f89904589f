package tickets

import (
	"errors"
	"slices"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

func init() {
	register("sqlite", config.Entry{
		Forms: []config.Form{{Address: "sqlite:PATH", Help: "tickets in an SQLite database"}},
		Options: slices.Concat(config.HandlerOptions("")[:2], []config.Option{
			{Name: "app_id", Kind: config.KindText, Default: "service.name of the record, or generic", Help: "name of the program"},
			{Name: "grouping", Kind: "func/1|callsite/1", Default: "func/1", Help: "how records are grouped; callsite/1 for tickets that Python Logbook shares"},
			{Name: "keep", Kind: config.KindCount, Default: "10", Help: "occurrences to keep from the beginning and from the end of a ticket"},
			{Name: "new_tickets", Kind: config.KindCount, Default: "1000", Help: "new tickets in an hour, beyond which records go to an overflow ticket"},
			{Name: "max_tickets", Kind: config.KindCount, Default: "100000", Help: "tickets to keep"},
			{Name: "max_age", Kind: config.KindDuration, Default: "90d", Help: "how long to keep a ticket that is not seen any more"},
			{Name: "max_size", Kind: config.KindSize, Default: "4GiB", Help: "size of the database"},
			{Name: "prefix", Kind: config.KindText, Default: "logbook_", Help: "beginning of the names of the tables"},
			{Name: "no_create", Kind: config.KindBool, Default: "false", Help: "true: the database and its tables must exist"},
			{Name: "timeout", Kind: config.KindDuration, Default: "10s", Help: "time limit for locks of other programs"},
		}),
		Read: readSQLite,
	})
}

func readSQLite(s *config.Spec) func() (logbook.Handler, error) {
	if s.Host != "" || s.User != nil || s.Path == "" {
		s.Refuse("", errors.New(`invalid address: want "sqlite:PATH"`))
	}
	path := s.Abs(s.Path)
	h := &ticketing.HandlerOptions{Level: s.Level("level"), Bubble: s.Bool("bubble"), AppID: s.Text("app_id")}
	s.Func("grouping", func(v string) (err error) {
		h.Key, err = ticketing.ParseKey(v)
		return err
	})
	o := &sqlite.Options{
		Limits: &ticketing.Limits{
			Keep: s.Count("keep"), NewTickets: s.Count("new_tickets"), MaxTickets: s.Count("max_tickets"),
			MaxAge: s.Duration("max_age"), MaxBytes: s.Size("max_size"),
		},
		TablePrefix: s.Text("prefix"), NoCreate: s.Bool("no_create"), Timeout: s.Duration("timeout"),
	}
	return func() (logbook.Handler, error) {
		store, err := sqlite.Open(path, o)
		if err != nil {
			return nil, err
		}
		return ticketing.NewHandler(store, h)
	}
}
