package tickets

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/postgres"
)

func init() {
	e := config.Entry{
		Forms: []config.Form{
			{Address: "postgres://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE", Help: "tickets in a PostgreSQL database, on port 5432"},
			{Address: "postgres:///DATABASE?host=FOLDER", Help: "the same, by the Unix socket in a folder"},
		},
		Options: options("size of the records that are kept", []config.Option{
			prefix,
			{Name: "host", Kind: config.KindText, Help: "folder of a Unix socket, such as /run/postgresql"},
			{Name: "sslmode", Kind: "disable|allow|prefer|require|verify-ca|verify-full", Default: "prefer", Help: "TLS, as psql names it"},
			{Name: "sslrootcert", Kind: config.KindPath, Help: "CA certificates to trust, in PEM"},
			{Name: "sslcert", Kind: config.KindPath, Help: "client certificate, in PEM; needs sslkey"},
			{Name: "sslkey", Kind: config.KindPath, Help: "client key, in PEM; needs sslcert"},
			{Name: "search_path", Kind: config.KindText, Default: "public", Help: "schema of the tables"},
			{Name: "pool_max_conns", Kind: config.KindCount, Default: "4, or the number of processors", Help: "connections at once"},
		}...),
		Read: readPostgres,
	}
	register("postgres", e)
	e.Forms = []config.Form{{Address: "postgresql://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE", Help: "the same as postgres"}}
	register("postgresql", e)
}

func readPostgres(s *config.Spec) func() (logbook.Handler, error) {
	query := make(url.Values)
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set("host", s.Text("host"))
	set("sslmode", s.Choice("sslmode"))
	for _, name := range []string{"sslrootcert", "sslcert", "sslkey"} {
		set(name, s.FilePath(name))
	}
	set("search_path", s.Text("search_path"))
	if n := s.Count("pool_max_conns"); n > 0 {
		set("pool_max_conns", strconv.Itoa(n))
	}
	if !strings.HasPrefix(s.Path, "/") || len(s.Path) < 2 || s.Host == "" && !query.Has("host") {
		s.Refuse("", errors.New(`invalid address: want "postgres://HOST/DATABASE" or "postgres:///DATABASE?host=FOLDER"`))
	}
	address := url.URL{Scheme: "postgres", User: s.User, Host: s.Host, Path: s.Path, RawQuery: query.Encode()}
	prefix, o := s.Text("prefix"), read(s)
	return func() (logbook.Handler, error) {
		store, err := postgres.Open(context.Background(), address.String(), &postgres.Options{Limits: &o.limits, TablePrefix: prefix, NoCreate: o.noCreate, Timeout: o.timeout})
		if err != nil {
			return nil, err
		}
		return ticketing.NewHandler(store, &o.handler)
	}
}
