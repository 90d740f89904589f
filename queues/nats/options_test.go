package nats_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/nats"
)

func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// isOption reports whether err is an error of an option that has no secret.
func isOption(err error, option string) bool {
	var e *logbook.OptionError
	return errors.As(err, &e) && e.Option == option && !strings.Contains(err.Error(), "hunter2")
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct {
		address string
		o       nats.ConnectionOptions
		option  string // "": valid
	}{
		{"nats://127.0.0.1", nats.ConnectionOptions{}, ""},
		{"nats://localhost:1,[::1]:2/", nats.ConnectionOptions{}, ""},
		{"tls://me:p%40ss@a.example.com,b.example.com", nats.ConnectionOptions{}, ""},
		{"nats://a.example.com", nats.ConnectionOptions{Insecure: true}, ""},
		{"nats://a.example.com", nats.ConnectionOptions{TLSConfig: new(tls.Config), Token: "hunter2"}, ""},
		{"tls://a.example.com", nats.ConnectionOptions{CredentialsFile: "me.creds"}, ""},
		{"", nats.ConnectionOptions{}, "address"},
		{"127.0.0.1", nats.ConnectionOptions{}, "address"},
		{"nats:127.0.0.1", nats.ConnectionOptions{}, "address"},
		{"http://127.0.0.1", nats.ConnectionOptions{}, "address"},
		{"nats://", nats.ConnectionOptions{}, "address"},
		{"nats://me:hunter2@", nats.ConnectionOptions{}, "address"},
		{"nats://hunter2@127.0.0.1", nats.ConnectionOptions{}, "address"},
		{"nats://me:hunter2%zz@127.0.0.1", nats.ConnectionOptions{}, "address"},
		{"nats://127.0.0.1,", nats.ConnectionOptions{}, "address"},
		{"nats://127.0.0.1:0", nats.ConnectionOptions{}, "address"},
		{"nats://127.0.0.1/LOGS", nats.ConnectionOptions{}, "address"},
		{"nats://127.0.0.1?token=hunter2", nats.ConnectionOptions{}, "address"},
		{"nats://127.0.0.1,a.example.com", nats.ConnectionOptions{}, "address"},
		{"nats://me:hunter2@127.0.0.1", nats.ConnectionOptions{Token: "hunter2"}, "Token"},
		{"nats://127.0.0.1", nats.ConnectionOptions{Token: "hunter2", CredentialsFile: "x"}, "Token"},
		{"nats://127.0.0.1", nats.ConnectionOptions{Timeout: -1}, "Timeout"},
	} {
		h, err := nats.NewHandler(tt.address, &nats.HandlerOptions{Stream: "LOGS", ConnectionOptions: tt.o})
		if err == nil {
			_ = h.Close(expired())
		}
		if tt.option == "" && err != nil || tt.option != "" && !isOption(err, tt.option) {
			t.Errorf("%s %+v: %v, want %q", tt.address, tt.o, err, tt.option)
		}
		if tt.option == "" {
			continue
		}
		if _, err := nats.NewSubscriber(tt.address, &nats.SubscriberOptions{Stream: "LOGS", ConnectionOptions: tt.o}); !isOption(err, tt.option) {
			t.Errorf("subscriber of %s %+v: %v, want %q", tt.address, tt.o, err, tt.option)
		}
	}
}

func TestHandlerOptions(t *testing.T) {
	for option, o := range map[string]nats.HandlerOptions{
		"Stream":          {},
		"Subject":         {Stream: "LOGS", Subject: "logs.>"},
		"MaxPending":      {Stream: "LOGS", MaxPending: -1},
		"MaxRecords":      {Stream: "LOGS", MaxRecords: -1},
		"MaxBytes":        {Stream: "LOGS", MaxBytes: -1},
		"Overflow":        {Stream: "LOGS", Overflow: 9},
		"Create.MaxBytes": {Stream: "LOGS", Create: &nats.StreamOptions{MaxBytes: 1 << 20}},
		"Create.MaxAge":   {Stream: "LOGS", Create: &nats.StreamOptions{Keep: true}},
		"Create.Replicas": {Stream: "LOGS", Create: &nats.StreamOptions{Replicas: 6}},
	} {
		if _, err := nats.NewHandler("nats://127.0.0.1:1", &o); !isOption(err, option) {
			t.Errorf("%s: %v", option, err)
		}
	}
	for _, name := range []string{"a b", "a.b", "a/b", "*", ">", "ä", strings.Repeat("x", 256)} {
		if _, err := nats.NewHandler("nats://127.0.0.1:1", &nats.HandlerOptions{Stream: name}); !isOption(err, "Stream") {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := nats.NewHandler("nats://127.0.0.1:1", nil); !isOption(err, "Stream") {
		t.Error(err)
	}
}

func TestSubscriberOptions(t *testing.T) {
	for option, o := range map[string]nats.SubscriberOptions{
		"Stream":        {},
		"Subject":       {Stream: "LOGS", Subject: "a.>.b"},
		"Durable":       {Stream: "LOGS", Durable: "a.b"},
		"AckWait":       {Stream: "LOGS", AckWait: time.Millisecond},
		"MaxAckPending": {Stream: "LOGS", MaxAckPending: -1},
		"Prefetch":      {Stream: "LOGS", Prefetch: -1},
		"MaxDeliver":    {Stream: "LOGS", MaxDeliver: -1},
		"Create.MaxAge": {Stream: "LOGS", Create: &nats.StreamOptions{MaxAge: -1}},
	} {
		if _, err := nats.NewSubscriber("nats://127.0.0.1:1", &o); !isOption(err, option) {
			t.Errorf("%s: %v", option, err)
		}
	}
}

// fakeServer greets a client with a text and answers its pings, until the end of the test.
func fakeServer(t *testing.T, greeting string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() {
		_ = l.Close()
		<-ended
	})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte(greeting))
			for lines := bufio.NewScanner(c); lines.Scan(); {
				if strings.HasPrefix(lines.Text(), "PING") {
					_, _ = c.Write([]byte("PONG\r\n"))
				}
			}
			_ = c.Close()
		}
	}()
	return "nats://" + l.Addr().String()
}

func hello(version string) string {
	return fmt.Sprintf("INFO {\"server_id\":\"x\",\"version\":%q,\"headers\":true,\"jetstream\":true,\"max_payload\":1048576}\r\n", version)
}

// Servers that lose streams are refused, and what is no server.
func TestRefusedServers(t *testing.T) {
	for greeting, want := range map[string]string{
		hello("2.10.22"):          "want 2.10.23 or later",
		hello("2.9.99"):           "want 2.10.23 or later",
		hello("1.4.1"):            "want 2.10.23 or later",
		hello("new"):              "want 2.10.23 or later",
		hello("2.10.23"):          "no acknowledgement within 100ms",
		hello("3.0.0-beta.1"):     "no acknowledgement within 100ms",
		"HTTP/1.1 200 OK\r\n\r\n": "nats:",
	} {
		address := fakeServer(t, greeting)
		h, err := nats.NewHandler(address, &nats.HandlerOptions{Stream: "LOGS", ConnectionOptions: nats.ConnectionOptions{Timeout: 100 * time.Millisecond}})
		if err != nil {
			t.Fatal(err)
		}
		batches, ok := h.Unqueued().(logbook.BatchHandler)
		if !ok {
			t.Fatalf("%T takes no batches", h.Unqueued())
		}
		r := logbook.NewRecord(logbook.RecordData{Message: "x"})
		err = batches.HandleBatch([]*logbook.Record{r}, logbook.ReasonBuffer)
		var unsent *logbook.UnsentError
		if !errors.As(err, &unsent) || unsent.Records != 1 || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", greeting, err)
		}
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

// Close interrupts connecting to a server that says nothing.
func TestSilentServer(t *testing.T) {
	address := fakeServer(t, "")
	o := nats.ConnectionOptions{Timeout: time.Hour}
	h, err := nats.NewHandler(address, &nats.HandlerOptions{Stream: "LOGS", ConnectionOptions: o})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Handle(logbook.NewRecord(logbook.RecordData{Message: "x"})); err != nil {
		t.Fatal(err)
	}
	s, err := nats.NewSubscriber(address, &nats.SubscriberOptions{Stream: "LOGS", ConnectionOptions: o})
	if err != nil {
		t.Fatal(err)
	}
	defer logbook.PushApplication(logbook.Flags{Errors: func(*logbook.HandlerError) {}})()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var unsent *logbook.UnsentError
	if err := h.Close(ctx); !errors.As(err, &unsent) || unsent.Records != 1 {
		t.Error(err)
	}
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
	if _, err := s.Receive(t.Context()); !errors.Is(err, logbook.ErrClosed) {
		t.Error(err)
	}
}
