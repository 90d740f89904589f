package tickets

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/mongodb"
)

func init() {
	register("mongodb", config.Entry{
		Forms: []config.Form{{Address: "mongodb://[USER:PASSWORD@]HOST[:PORT]/DATABASE", Help: "tickets in a MongoDB database, on port 27017"}},
		Options: options("size of the records that are kept", []config.Option{
			{Name: "auth_source", Kind: config.KindText, Default: "the database", Help: "database that knows the user"},
			{Name: "replica_set", Kind: config.KindText, Help: "name of the replica set, of which HOST is a member"},
			{Name: "tls", Kind: config.KindBool, Default: "false", Help: "true: connect with TLS"},
			{Name: "ca", Kind: config.KindPath, Help: "CA certificates to trust, in PEM"},
			{Name: "cert", Kind: config.KindPath, Help: "client certificate and its key, in one file, in PEM"},
		}...),
		Read: readMongoDB,
	})
}

func readMongoDB(s *config.Spec) func() (logbook.Handler, error) {
	if s.Host == "" || !strings.HasPrefix(s.Path, "/") || len(s.Path) < 2 {
		s.Refuse("", errors.New(`invalid address: want "mongodb://HOST/DATABASE"`))
	}
	query := make(url.Values)
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set("authSource", s.Text("auth_source"))
	set("replicaSet", s.Text("replica_set"))
	if s.Bool("tls") {
		set("tls", "true")
	}
	set("tlsCAFile", s.FilePath("ca"))
	set("tlsCertificateKeyFile", s.FilePath("cert"))
	address := url.URL{Scheme: "mongodb", User: s.User, Host: s.Host, Path: s.Path, RawQuery: query.Encode()}
	o := read(s)
	return func() (logbook.Handler, error) {
		store, err := mongodb.Open(context.Background(), address.String(), &mongodb.Options{Limits: &o.limits, NoCreate: o.noCreate, Timeout: o.timeout})
		if err != nil {
			return nil, err
		}
		return ticketing.NewHandler(store, &o.handler)
	}
}
