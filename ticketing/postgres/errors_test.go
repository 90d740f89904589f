package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/postgres"
)

func TestInvalidOptions(t *testing.T) {
	for option, o := range map[string]postgres.Options{
		"TablePrefix": {TablePrefix: "x; DROP TABLE logbook_tickets; --"},
		"Timeout":     {Timeout: -1},
		"Keep":        {Limits: &ticketing.Limits{Keep: -1}},
	} {
		_, err := postgres.Open(t.Context(), "postgres://nobody@/none?host=/nowhere", &o)
		var e *logbook.OptionError
		if !errors.As(err, &e) || e.Option != option {
			t.Errorf("%s: %v", option, err)
		}
	}
}

// An error names the database, and never contains the password.
func TestInvalidURL(t *testing.T) {
	for url, want := range map[string]string{
		"":                                                            "want postgres://",
		"mysql://u:hunter2@h/d":                                       "want postgres://",
		"host=h password=hunter2":                                     "want postgres://",
		"postgres://u:hun/ter2@h/d":                                   "want postgres://",
		"postgres://u:hunter2@h:x/d":                                  "want postgres://",
		"postgres://u:hunter2@h:1:2/d":                                "invalid port",
		"postgres://u:hunter2%@h/d":                                   "want postgres://",
		"postgres://u:hunter2@h:99999/":                               "invalid port",
		"postgres://u:hunter2@h/d?sslmode=hunter2":                    "sslmode",
		"postgres://u@h/d?password=hunter2&connect_timeout=x":         "connect_timeout",
		"postgres://u:hunter2@h/d?pool_max_conns=many":                "pool_max_conns",
		"postgres://u:hunter2@localhost:1/d?sslmode=disable":          "postgres://localhost:1/d: open: ",
		"postgres://u:hunter2@/d?host=/nowhere":                       "postgres:///d?host=/nowhere: open: ",
		"postgresql://u:hunter2@localhost:1/d?connect_timeout=1":      "connection refused",
		"postgres://u:hunter2@h/d?sslmode=verify-full&sslrootcert=/x": "/x",
	} {
		_, err := postgres.Open(t.Context(), url, nil)
		var e *postgres.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if strings.Contains(err.Error(), "ter2") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
