package mail_test

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// localServer starts an SMTP server for an example.
func localServer(o serverOptions) *mailServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return newMailServer(l, o)
}

// print shows subject and text of the mails that the server got.
func (s *mailServer) print() {
	for i, m := range s.mails() {
		p := s.parsed(i)
		fmt.Printf("To: %s\nSubject: %s\n\n%s\n", strings.Join(m.to, ", "), p.subject, p.text)
	}
}

func (s *mailServer) parsed(i int) *parsed {
	return logbook.Must(parseMail(s.mails()[i].data))
}

func Example() {
	relay := localServer(serverOptions{})
	defer relay.stop()

	h := logbook.Must(mail.New(&mail.Options{
		Level:  logbook.LevelError,
		Server: relay.Addr, // "": 127.0.0.1:25
		From:   "errors@example.com",
		To:     []string{"admin@example.com"},
		Formatter: logbook.MustFormat("Subject: {record.level_name} in {record.channel}\n" +
			"\n" +
			"{record.message}{record.attrs}"),
	}))
	defer logbook.PushGoroutine(logbook.Null{}, h)()

	log := logbook.New("shop")
	log.Warn("not mailed")
	log.Error("payment of {amount} failed", "amount", "12.50", "order", 4711)

	relay.print()
	// Output:
	// To: admin@example.com
	// Subject: ERROR in shop
	//
	// payment of 12.50 failed order=4711
}

// The call that logs an error does not wait for the mail server. Close mails what is left.
func Example_background() {
	relay := localServer(serverOptions{})
	defer relay.stop()

	h := logbook.Must(mail.New(&mail.Options{
		Server: relay.Addr, From: "errors@example.com", To: []string{"admin@example.com"},
		Formatter: logbook.MustFormat("Subject: {record.level_name}\n\n{record.message}"),
	}))
	mails := queues.NewBackground(h, &queues.BackgroundOptions{Overflow: queues.DropOldest})
	undo := logbook.PushGoroutine(logbook.Null{}, mails)
	logbook.Error("the disk is full")
	undo()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := mails.Close(ctx); err != nil {
		fmt.Println(err)
	}
	relay.print()
	// Output:
	// To: admin@example.com
	// Subject: ERROR
	//
	// the disk is full
}

// Submission to a provider: STARTTLS and a login.
func Example_provider() {
	ca := newAuthority()
	provider := localServer(serverOptions{tls: ca.server("127.0.0.1")})
	provider.username, provider.password = "someone@example.com", "an app password"
	defer provider.stop()

	h := logbook.Must(mail.New(&mail.Options{
		Server:    provider.Addr, // "smtp.gmail.com": port 587
		TLS:       mail.StartTLS,
		TLSConfig: ca.client(), // nil: the system's roots
		Username:  "someone@example.com",
		Password:  "an app password", // better from a file or the environment
		From:      "Shop <someone@example.com>",
		To:        []string{"admin@example.com"},
		Formatter: logbook.MustFormat("\n{record.message}"),
	}))
	defer logbook.PushGoroutine(logbook.Null{}, h)()

	logbook.Error("the disk is full")

	fmt.Println(provider.loggedIn()[0])
	provider.print()
	// Output:
	// PLAIN over TLS
	// To: admin@example.com
	// Subject: Server Error in Application
	//
	// the disk is full
}

// One mail for each request that fails, with all its records.
func Example_perRequest() {
	relay := localServer(serverOptions{})
	defer relay.stop()

	h := logbook.Must(mail.New(&mail.Options{
		Server: relay.Addr, From: "errors@example.com", To: []string{"admin@example.com"},
		Formatter:        logbook.MustFormat("Subject: Application Error at {record.extra[path]}\n\n{record.message}: {record.exception_message}"),
		RelatedFormatter: logbook.MustFormat("{record.level_name} {record.message}"),
	}))
	log := logbook.New("web")

	handler := http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		ctx, undo := logbook.BindScope(req.Context(),
			logbook.Null{},
			handlers.NewFingersCrossed(h, &handlers.FingersCrossedOptions{Reset: true}),
			logbook.Attrs("path", req.URL.Path))
		defer undo()

		log.DebugContext(ctx, "looking up {user}", "user", 42)
		if req.URL.Path == "/broken" {
			log.ExceptionContext(ctx, errors.New("no such user"), "request failed")
		}
	})
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/fine", nil))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/broken", nil))

	text := relay.parsed(0)
	before, _, _ := strings.Cut(text.text, "\nTraceback") // whose lines are not the same everywhere
	_, after, _ := strings.Cut(text.text, "\n\n\n")
	fmt.Println(len(relay.mails()), text.subject)
	fmt.Println(before)
	fmt.Println(after)
	// Output:
	// 1 Application Error at /broken
	// request failed: no such user
	// Log records that led up to this one:
	//
	// DEBUG looking up 42
}

// A rate limit; suppressed records are reported when the handler is closed.
func ExampleHandler_Close() {
	relay := localServer(serverOptions{})
	defer relay.stop()

	h := logbook.Must(mail.New(&mail.Options{
		Server: relay.Addr, From: "errors@example.com", To: []string{"admin@example.com"},
		Formatter:   logbook.MustFormat("Subject: {record.message}\n\n{record.message}"),
		RecordLimit: 1, RecordDelta: time.Hour,
	}))
	defer logbook.PushGoroutine(logbook.Null{}, h)()

	for range 100 {
		logbook.Error("the database is down")
	}
	fmt.Println(len(relay.mails()), "mail")

	if err := h.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	last := relay.parsed(1)
	fmt.Println(last.subject)
	fmt.Println(last.text[:strings.LastIndex(last.text, " Generic ")])
	// Output:
	// 1 mail
	// Server Error in Application: suppressed records
	// The rate limit suppressed records that no mail has reported:
	//
	// 99 time(s) ERROR
}

// A custom HTML part. There is always a text part too.
func ExampleContent() {
	relay := localServer(serverOptions{})
	defer relay.stop()

	h := logbook.Must(mail.New(&mail.Options{
		Server: relay.Addr, From: "errors@example.com", To: []string{"admin@example.com"},
		HTML: template.Must(template.New("mail").Parse(`<h1>{{.Record.Level}}</h1><pre>{{.Record.Message}}</pre>`)),
	}))
	defer logbook.PushGoroutine(logbook.Null{}, h)()

	logbook.Error("1 < 2")

	fmt.Println(relay.parsed(0).html)
	// Output:
	// <h1>ERROR</h1><pre>1 &lt; 2</pre>
}
