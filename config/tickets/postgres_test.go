package tickets_test

import (
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/config/tickets"
)

func TestInvalidPostgres(t *testing.T) {
	for uri, want := range map[string]string{
		"postgres:tickets":                                   `want "postgres://HOST/DATABASE"`,
		"postgres:///tickets":                                `want "postgres://HOST/DATABASE"`,
		"postgres://u:PASSWORD@localhost/":                   `want "postgres://HOST/DATABASE"`,
		"postgres://u:PASSWORD@localhost:1/t":                "postgres://localhost:1/t: open: ",
		"postgresql://u:PASSWORD@localhost:1/t?sslmode=off":  "sslmode",
		"postgres://u:PASSWORD@localhost:1/t?prefix=a;b":     "letters",
		"postgres://u:PASSWORD@localhost:1/t?keep=-1":        "keep",
		"postgres://u:PASSWORD@localhost:1/t?unknown=1":      "unknown",
		"postgres://u:PASSWORD@localhost:1/t?sslcert=/none":  "none",
		"postgres://u:PASSWORD@localhost:port/t":             "postgres",
		"postgres://u:PASS/WORD@localhost:1/t":               "postgres",
		"postgres:///t?host=/none":                           "postgres:///t?host=/none: open: ",
		"postgres://u:PASSWORD@localhost:1/t?pool_max_conns": "pool_max_conns",
	} {
		for name, open := range map[string]func() error{
			"sink":  func() error { _, err := config.Open(uri); return err },
			"store": func() error { _, err := tickets.OpenStore(uri); return err },
		} {
			if err := open(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "WORD") {
				t.Errorf("%s: %s: %v", name, uri, err)
			}
		}
	}
}
