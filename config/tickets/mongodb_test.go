package tickets_test

import (
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/config/tickets"
)

func TestInvalidMongoDB(t *testing.T) {
	for uri, want := range map[string]string{
		"mongodb:tickets":                                                 `want "mongodb://HOST/DATABASE"`,
		"mongodb:///tickets":                                              `want "mongodb://HOST/DATABASE"`,
		"mongodb://u:PASSWORD@localhost/":                                 `want "mongodb://HOST/DATABASE"`,
		"mongodb://u:PASSWORD@localhost:1/t?timeout=50ms":                 "mongodb://localhost:1/t: open: ",
		"mongodb://u:PASSWORD@localhost:1/t?tls=maybe":                    "tls",
		"mongodb://u:PASSWORD@localhost:1/t?prefix=x_":                    "prefix",
		"mongodb://u:PASSWORD@localhost:1/t?keep=-1":                      "keep",
		"mongodb://u:PASSWORD@localhost:1/t?timeout=50ms&ca=/none":        "/none",
		"mongodb://u:PASSWORD@localhost:1/t?timeout=50ms&auth_source=%20": "mongodb",
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
