package all_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
)

// labFile is a file of lab_utils with all its sections, for a folder and addresses.
const labFile = `
[ConsoleLogger]
active = %[1]s
log_level = DEBUG
use_coloured_output = 0

[FileLogger]
active = %[1]s
log_path = %[2]s
log_basename = lab
log_extension = .log
log_level = INFO

[AlarmLogger]
active = %[1]s
port = %[3]s
log_level = ERROR

[MailHandler]
active = %[1]s
mail_host = 127.0.0.1
port = %[4]s
sender = lab@example.org
recipients = anna@example.org
subject = Trouble
log_level = ERROR

[SlackLogger]
active = %[1]s
api_file = %[2]s/api
channel = #lab
user = lab
log_level = SUCCESS
`

// Each section of such a file takes the records from its level on, directly or through
// queues. With a channel, as with lab_utils' logger_name, other records go to the handlers
// below.
func TestLabFile(t *testing.T) {
	for name, o := range map[string]config.Options{
		"all channels": {Strict: true, Channel: "root"},
		"one channel":  {Strict: true, Channel: "lab"},
		"with queues":  {Strict: true, Channel: "lab", Background: &queues.BackgroundOptions{}},
	} {
		t.Run(name, func(t *testing.T) {
			alarmAddress, alarms := received(t)
			mailAddress, mails := mailServer(t)
			posts := make(chan string, 4)
			slack := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				posts <- string(b)
			}))
			defer slack.Close()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "api"), []byte(slack.URL+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			stderr, err := os.Create(filepath.Join(dir, "stderr"))
			if err != nil {
				t.Fatal(err)
			}
			defer stderr.Close()
			original := os.Stderr
			os.Stderr = stderr
			defer func() { os.Stderr = original }()

			c, err := config.Parse(fmt.Appendf(nil, labFile, "yes", filepath.ToSlash(dir), port(t, alarmAddress), port(t, mailAddress)), &o)
			if err != nil {
				t.Fatal(err)
			}
			below := logbooktest.NewRecorder()
			logbook.InGoroutine(func() {
				log := logbook.New("lab")
				log.Debug("the valve is open")
				log.Info("it cools")
				log.Success("it is cold")
				log.Error("it is too warm")
				logbook.New("other").Debug("something else")
			}, below, c.Setup())
			if err := logbook.Close(context.Background(), c.Setup()); err != nil {
				t.Error(err)
			}

			console := []string{"the valve is open", "it cools", "it is cold", "it is too warm"}
			if o.Channel == "root" {
				console = append(console, "something else")
			}
			inOrder(t, read(t, dir, "stderr"), console...)
			inOrder(t, read(t, dir, "lab_*.log"), "it cools", "it is cold", "it is too warm")
			inOrder(t, <-alarms, "lab --date {", "--level {ERROR}", "--message {it is too warm}")
			inOrder(t, <-mails, "Subject: Trouble", "it is too warm")
			inOrder(t, <-posts+<-posts, "it is cold", "it is too warm")
			if n := len(below.Records()); (n == 1) != (o.Channel == "lab") || n > 1 {
				t.Errorf("%d records went on", n)
			}
			if n := len(alarms) + len(mails) + len(posts); n > 0 {
				t.Errorf("%d more were sent", n)
			}
		})
	}
}

// With all sections off there is nothing, and with all left out there is the console.
func TestLabFileOff(t *testing.T) {
	c, err := config.Parse(fmt.Appendf(nil, labFile, "no", "/nowhere", "default", "25"), &config.Options{Strict: true})
	if err != nil || len(c.Sinks()) != 0 {
		t.Errorf("%v, %v", c.Sinks(), err)
	}
	_, sections, _ := strings.Cut(labFile, "[FileLogger]")
	lines := strings.NewReplacer("active = %[1]s\n", "", "%[2]s", "/nowhere", "%[3]s", "default", "%[4]s", "25")
	c, err = config.Parse([]byte("[FileLogger]"+lines.Replace(sections)), &config.Options{Strict: true})
	if err != nil || len(c.Sinks()) != 1 {
		t.Errorf("%v, %v", c.Sinks(), err)
	}
}

func port(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// read returns the only file that matches a pattern.
func read(t *testing.T, dir, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: %q, %v", pattern, files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// inOrder checks that a text has parts in this order, and no other text of a record.
func inOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, p := range parts {
		var found bool
		if _, rest, found = strings.Cut(rest, p); !found {
			t.Errorf("no %q in its place in\n%s", p, text)
		}
	}
	for _, message := range []string{"the valve is open", "it cools", "it is cold", "it is too warm", "something else"} {
		wanted := strings.Count(strings.Join(parts, "\n"), message)
		if n := strings.Count(text, message); wanted == 0 && n > 0 {
			t.Errorf("%q in\n%s", message, text)
		}
	}
}
