package examples_test

import (
	"os"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	_ "github.com/logbook-go/logbook/config/all"
)

// TestConfiguration checks that docs/configuration.md tells of every scheme, and of
// every option that it knows.
func TestConfiguration(t *testing.T) {
	text, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	// What has to follow a scheme, so that nothing is wrong with the URI but the
	// option nope.
	rest := map[string]string{
		"file": "x?nope=", "json": "x?nope=", "monitoring": "x?nope=", "timed": "x?nope=", "rotating": "x?nope=&backups=1",
		"exec": "/bin/sh?nope=", "syslog": "//h?nope=", "eventlog": "x?nope=", "desktop": "x?nope=",
		"mail": "a@example.com?nope=&from=b@example.com",
		"smtp": "//h?nope=&from=a@example.com&to=b@example.com", "smtps": "//h?nope=&from=a@example.com&to=b@example.com",
		"slack": "https://h/x?nope=", "ntfy": "https://h/x?nope=", "webhook": "https://h/x?nope=", "pushover": "?nope=&token=x&user_key=x",
	}
	for _, scheme := range config.Schemes() {
		if !strings.Contains(page, "`"+scheme+":") {
			t.Errorf("%s: is missing", scheme)
		}
		uri := scheme + ":" + rest[scheme]
		if rest[scheme] == "" {
			uri += "?nope="
		}
		_, err := config.Open(uri)
		if err == nil {
			t.Fatalf("%s was opened", uri)
		}
		_, known, found := strings.Cut(err.Error(), "(known to "+scheme+": ")
		known, _, _ = strings.Cut(known, ")")
		own, everySink, both := strings.Cut(known, "; to every sink: ")
		if !found || !both {
			t.Fatalf("%s: %v", uri, err)
		}
		for _, option := range strings.Split(own+", "+everySink, ", ") {
			if option == "xxxxx" { // stood behind a secret, and so is hidden
				option = "user_key"
			}
			if !strings.Contains(page, "`"+option+"`") {
				t.Errorf("%s: option %s is missing", scheme, option)
			}
		}
	}
}
