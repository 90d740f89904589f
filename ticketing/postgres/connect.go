package postgres

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/logbook-go/logbook/internal/secret"
)

// connectTimeout bounds an attempt to connect, unless the URL has connect_timeout.
const connectTimeout = 10 * time.Second

// configure reads the URL of a database. Its errors do not contain the password.
func configure(databaseURL string) (*pgxpool.Config, error) {
	u, err := url.Parse(databaseURL)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		// The error of Parse may contain the password.
		return nil, errors.New("invalid URL: want postgres://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS")
	}
	c, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		var secrets secret.Scrubber
		password, _ := u.User.Password()
		secrets.Add(append([]string{password}, u.Query()["password"]...)...)
		return nil, errors.New(secrets.Text(err.Error()))
	}
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = connectTimeout
	}
	return c, nil
}

// nameOf returns a URL for errors.
func nameOf(c *pgxpool.Config) string {
	host := c.ConnConfig.Host
	if strings.HasPrefix(host, "/") {
		return "postgres:///" + c.ConnConfig.Database + "?host=" + host
	}
	return fmt.Sprintf("postgres://%s:%d/%s", host, c.ConnConfig.Port, c.ConnConfig.Database)
}
