package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/follow"
	"github.com/logbook-go/logbook/ticketing/tracker"
)

// webFollow has the flags of what goes on beside the page: alerts, and issues in a tracker.
type webFollow struct {
	alert     string
	tracker   string
	tokenFile string
	user      string
	local     bool
	solve     bool
}

func (f *webFollow) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.alert, "alert", "", "send a record to the sink `URI` for each ticket that is new, regressed, or not muted any more")
	flags.StringVar(&f.tracker, "tracker", "", "create issues by a button in `KIND=URL`, such as github=https://github.com/lab/app; kinds: redmine, trac, github, gitlab, jira, webhook")
	flags.StringVar(&f.tokenFile, "tracker-token-file", "", "the first line of `FILE` is the key or token of the tracker")
	flags.StringVar(&f.user, "tracker-user", "", "the `NAME` for it, for Trac and Jira")
	flags.BoolVar(&f.local, "tracker-local", false, "the tracker may be in a private network, and without encryption")
	flags.BoolVar(&f.solve, "tracker-solve", false, "solve tickets whose issues were closed")
	_ = cmd.RegisterFlagCompletionFunc("alert", completeSinks) // fails for flags that do not exist
}

// open opens the tracker; nil if there is none. page is the address of the page.
func (f *webFollow) open(page string) (*tracker.Tracker, error) {
	if f.tracker == "" {
		if f.tokenFile != "" || f.user != "" || f.local || f.solve {
			return nil, errors.New("--tracker-token-file, --tracker-user, --tracker-local and --tracker-solve have no effect without --tracker")
		}
		return nil, nil
	}
	kind, address, found := strings.Cut(f.tracker, "=")
	if !found {
		return nil, errors.New("--tracker: want KIND=URL, such as github=https://github.com/lab/app")
	}
	token, err := f.token()
	if err != nil {
		return nil, err
	}
	t, err := tracker.New(tracker.Kind(kind), address, &tracker.Options{
		Token: token, User: f.user, Page: page + "tickets", AllowLocal: f.local, AllowPlaintext: f.local,
	})
	if err != nil {
		return nil, fmt.Errorf("--tracker: %w", err)
	}
	return t, nil
}

func (f *webFollow) token() (string, error) {
	if f.tokenFile == "" {
		return "", nil
	}
	text, err := os.ReadFile(f.tokenFile)
	if err != nil {
		return "", fmt.Errorf("--tracker-token-file: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line), nil
}

// start follows the store, if a flag asks for it. The function that it returns ends that.
func (f *webFollow) start(store ticketing.Store, t *tracker.Tracker, page string, stderr io.Writer) (stop func() error, err error) {
	if f.alert == "" && !f.solve {
		return func() error { return nil }, nil
	}
	o := &follow.Options{Page: page + "tickets", Solve: f.solve, Report: func(err error) { complain(stderr, "%v", err) }}
	if t != nil {
		o.Tracker = t
	}
	if f.alert != "" {
		if o.Alert, err = config.Open(alertURI(f.alert)); err != nil {
			return nil, fmt.Errorf("--alert: %w", err)
		}
	}
	follower, err := follow.New(store, o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- follower.Run(ctx) }()
	return func() error {
		cancel()
		err := <-done
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		return errors.Join(err, closeAlert(o.Alert))
	}, nil
}

// alertFormat is the text of a mail, with the address of the ticket within the first lines.
const alertFormat = `{record.message}

{record.extra[page]}

Level:     {record.level_name}
App:       {record.extra[app]}
Channel:   {record.channel}
Location:  {record.extra[location]}
Records:   {record.extra[count]}, the first one at {record.extra[first_seen]}
`

// alertURI adds the text and the subject to the URI of a sink for mails that does not have them.
func alertURI(uri string) string {
	scheme, _, _ := strings.Cut(uri, ":")
	_, query, _ := strings.Cut(uri, "?")
	has := func(option string) bool { return strings.Contains("&"+query, "&"+option+"=") }
	if scheme != "mail" && scheme != "smtp" && scheme != "smtps" || has("format") {
		return uri
	}
	format := "\n" + alertFormat // the headers end with an empty line
	if !has("subject") {
		format = "Subject: {record.message}\n" + format
	}
	separator := "?"
	if query != "" {
		separator = "&"
	}
	return uri + separator + "format=" + url.PathEscape(format)
}

func closeAlert(h logbook.Handler) error {
	if h == nil {
		return nil
	}
	return logbook.Close(context.Background(), h)
}
