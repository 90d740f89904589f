package redact_test

import (
	"os"
	"regexp"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/redact"
)

func Example() {
	secrets := redact.New(&redact.Options{
		Text: []*regexp.Regexp{regexp.MustCompile(`Bearer \S+`)},
	})
	out := handlers.NewStream(os.Stdout, &logbook.Options{
		Formatter: logbook.MustFormat("{record.level_name}: {record.message}{record.attrs}"),
	})
	defer logbook.PushApplication(secrets, out)()
	logbook.Info("login of {user} with {password}", "user", "ann", "password", "hunter2")
	logbook.Info("got header Bearer abc123", "headers", map[string]string{"Cookie": "id=1", "Accept": "*/*"})
	// Output:
	// INFO: login of ann with ***
	// INFO: got header *** headers="{\"Accept\":\"*/*\",\"Cookie\":\"***\"}"
}
