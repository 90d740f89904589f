package tickets

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/ticketing"
)

// options returns the options of all stores, and those of one. size is what max_size bounds.
func options(size string, further ...config.Option) []config.Option {
	return slices.Concat(config.HandlerOptions("")[:2], []config.Option{
		{Name: "app_id", Kind: config.KindText, Default: "service.name of the record, or generic", Help: "name of the program"},
		{Name: "grouping", Kind: "func/1|callsite/1", Default: "func/1", Help: "how records are grouped; callsite/1 for tickets that Python Logbook shares"},
		{Name: "context", Kind: config.KindCount, Default: "0", Help: "records of the same process, of any level, that an occurrence has from before it; at most 200"},
		{Name: "keep", Kind: config.KindCount, Default: "10", Help: "occurrences to keep from the beginning and from the end of a ticket"},
		{Name: "new_tickets", Kind: config.KindCount, Default: "1000", Help: "new tickets in an hour, beyond which records go to an overflow ticket"},
		{Name: "max_tickets", Kind: config.KindCount, Default: "100000", Help: "tickets to keep"},
		{Name: "max_age", Kind: config.KindDuration, Default: "90d", Help: "how long to keep a ticket that is not seen any more"},
		{Name: "max_size", Kind: config.KindSize, Default: "4GiB", Help: size},
		{Name: noCreateOption, Kind: config.KindBool, Default: "false", Help: "true: the database and its tables must exist"},
		{Name: "timeout", Kind: config.KindDuration, Default: "10s", Help: "time limit for locks of other programs"},
	}, further)
}

// prefix is an option of stores with tables.
var prefix = config.Option{Name: "prefix", Kind: config.KindText, Default: "logbook_", Help: "beginning of the names of the tables"}

// settings are the values of the options of all stores.
type settings struct {
	handler  ticketing.HandlerOptions
	limits   ticketing.Limits
	noCreate bool
	timeout  time.Duration
}

func read(s *config.Spec) *settings {
	o := &settings{
		handler: ticketing.HandlerOptions{Level: s.Level("level"), Bubble: s.Bool("bubble"), AppID: s.Text("app_id")},
		limits: ticketing.Limits{
			Keep: s.Count("keep"), NewTickets: s.Count("new_tickets"), MaxTickets: s.Count("max_tickets"),
			MaxAge: s.Duration("max_age"), MaxBytes: s.Size("max_size"),
		},
		noCreate: s.Bool(noCreateOption), timeout: s.Duration("timeout"),
	}
	s.Func("context", func(v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > ticketing.MaxContext {
			return fmt.Errorf("want 0 to %d", ticketing.MaxContext)
		}
		o.handler.Context = n
		return nil
	})
	s.Func("grouping", func(v string) (err error) {
		o.handler.Key, err = ticketing.ParseKey(v)
		return err
	})
	return o
}
