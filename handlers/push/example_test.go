package push_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/logbook"
)

// printing is a service that prints requests.
func printing() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body) // an example
		for _, name := range []string{"Title", "Priority", "Tags"} {
			if value := q.Header.Get(name); value != "" {
				fmt.Printf("%s: %s\n", name, value)
			}
		}
		fmt.Printf("%s\n", body)
	}))
}

// SUCCESS is for good news: the lab's channel gets records from SUCCESS up, including
// errors.
func ExampleNewSlack() {
	slack := printing()
	defer slack.Close()

	h := logbook.Must(push.NewSlack(slack.URL+"/services/T000/B000/XXXX", &push.SlackOptions{
		Level:  logbook.LevelSuccess,
		Bubble: true, // the log file has it too
		Emoji:  true,
	}))
	defer h.Close(context.Background())
	defer logbook.PushGoroutine(logbook.Null{}, h)()

	log := logbook.New("lab.daq")
	log.Info("cooling down")
	log.Success("run {run} is complete: {n} events", "run", 17, "n", 120_000)
	log.Error("no beam since {t}", "t", 5*time.Minute)
	// Output:
	// {"text":"✅ lab.daq: Success\nrun 17 is complete: 120000 events","mrkdwn":false}
	// {"text":"❌ lab.daq: Error\nno beam since 5m0s","mrkdwn":false}
}

func ExampleNewPushover() {
	pushover := printing()
	defer pushover.Close()

	h := logbook.Must(push.NewPushover("APP_TOKEN", "USER_KEY", &push.PushoverOptions{
		URL:   pushover.URL, // not needed for Pushover itself
		Title: logbook.MustFormat("Shop"),
		Priority: func(r *logbook.Record) int {
			if r.Level() >= logbook.LevelCritical {
				return 2 // until somebody confirms it
			}
			return 0
		},
	}))
	defer h.Close(context.Background())
	defer logbook.PushGoroutine(h)()

	logbook.Critical("payments are down")
	// Output: token=APP_TOKEN&user=USER_KEY&message=payments+are+down&priority=2&title=Shop&retry=60&expire=1800
}

func ExampleNewNtfy() {
	ntfy := printing()
	defer ntfy.Close()

	h := logbook.Must(push.NewNtfy(ntfy.URL+"/my-secret-topic", nil))
	defer h.Close(context.Background())
	defer logbook.PushGoroutine(h)()

	logbook.New("backup").Error("disk {disk} is full", "disk", "/dev/sda1", "free", 0)
	// Output:
	// Title: backup: Error
	// Priority: 4
	// Tags: x
	// disk /dev/sda1 is full free=0
}

// The receiver of a signed webhook checks that the sender knows the secret, and that the
// request is new.
func ExampleNewWebhook() {
	const secret = "shared with the receiver"
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, 4<<20))
		if err != nil {
			return
		}
		at := q.Header.Get(push.TimestampHeader) // to be compared with the clock
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(at + "."))
		mac.Write(body)
		want := "sha256=" + hex.EncodeToString(mac.Sum(nil))
		if !hmac.Equal([]byte(q.Header.Get(push.SignatureHeader)), []byte(want)) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Printf("%s\n", body)
	}))
	defer receiver.Close()

	format, err := push.JSONTemplate(`{"who": "{record.channel}", "what": "{record.message}"}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	h := logbook.Must(push.NewWebhook(receiver.URL, &push.WebhookOptions{Formatter: format, Secret: secret, Timestamp: true}))
	defer h.Close(context.Background())
	defer logbook.PushGoroutine(h)()

	logbook.New("shop").Warn(`no "{thing}" in stock`, "thing", "tea")
	// Output: {"who": "shop", "what": "no \"tea\" in stock"}
}

// One notification reports a failed request, and the number of its records in the log; at
// most three a minute come from the same call site.
func Example_limit() {
	ntfy := printing()
	defer ntfy.Close()

	h := logbook.Must(push.NewNtfy(ntfy.URL+"/my-secret-topic", &push.NtfyOptions{Title: logbook.MustFormat("Shop")}))
	defer h.Close(context.Background())
	limited := handlers.NewLimit(h, &handlers.LimitOptions{Records: 3, Per: time.Minute})
	defer logbook.PushGoroutine(handlers.NewFingersCrossed(limited, nil))()

	logbook.Debug("looking for the order")
	logbook.Debug("found it")
	logbook.Error("cannot pay")
	// Output:
	// Title: Shop
	// Priority: 4
	// Tags: x
	// cannot pay
	// (2 records led up to this)
}
