package redis

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/netlink"
)

// server is the address of a server, with the login.
type server struct {
	endpoint       netlink.Endpoint
	user, password string
	db             int
}

// The errors do not repeat the address, which may contain a password.
var (
	errAddress  = errors.New(`invalid address: want "redis://HOST:PORT/DB", "rediss://HOST:PORT/DB" or "unix:///PATH?db=DB"`)
	errDatabase = errors.New("invalid database: want its number")
)

// endpoints are the schemes of package netlink.
var endpoints = map[string]string{"redis": "tcp://", "rediss": "tls://", "unix": "unix:"}

func parseAddress(address string) (s server, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return server{}, errAddress
	}
	scheme, known := endpoints[u.Scheme]
	target, db, query := u.Host, strings.TrimPrefix(u.Path, "/"), u.RawQuery
	if u.Scheme == "unix" {
		target, db = u.Path, u.Query().Get("db")
		query = strings.TrimPrefix(query, "db="+db)
		if u.Host != "" || target == "" {
			known = false
		}
	}
	if !known || query != "" || u.Fragment != "" || u.Opaque != "" {
		return server{}, errAddress
	}
	s.endpoint, err = netlink.ParseEndpoint(scheme+target, map[string]string{"tcp": "6379", "tls": "6379"})
	if err != nil {
		return server{}, errAddress
	}
	if db != "" {
		if s.db, err = strconv.Atoi(db); err != nil || s.db < 0 {
			return server{}, errDatabase
		}
	}
	s.user = u.User.Username()
	s.password, _ = u.User.Password()
	return s, nil
}
