package tickets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/getsentry/sentry-go"
	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/otlp"
	"github.com/logbook-go/logbook/ticketing"
)

// collect returns the address of a collector that makes tickets of what it receives, and a
// function that stops it and returns them.
func collect(t *testing.T) (address string, stop func() ticketing.Store) {
	s, err := otlp.Listen("tcp://127.0.0.1:0", &otlp.ListenOptions{Sentry: true, Tokens: []string{"abc"}})
	if err != nil {
		t.Fatal(err)
	}
	store, err := ticketing.NewMemory(nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := ticketing.NewHandler(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			d, err := s.Receive(context.Background())
			if err != nil {
				return
			}
			for _, r := range d.Records {
				if err := h.Handle(r); err != nil {
					t.Error(err)
				}
			}
			d.Done(nil)
		}
	}()
	return s.Addr().String(), func() ticketing.Store {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
		<-ended
		return store
	}
}

// one returns the only ticket, and its occurrence.
func one(t *testing.T, s ticketing.Store) (*ticketing.Ticket, *logbook.Record) {
	t.Helper()
	list, err := s.Tickets(t.Context(), nil)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d tickets, %v", len(list), err)
	}
	occurrences, err := s.Occurrences(t.Context(), list[0].ID, nil)
	if err != nil || len(occurrences) == 0 {
		t.Fatalf("%d occurrences, %v", len(occurrences), err)
	}
	r, err := occurrences[0].Record()
	if err != nil {
		t.Fatal(err)
	}
	return list[0], r
}

var errStock = errors.New("no stock")

func TestSentry(t *testing.T) {
	address, stop := collect(t)
	client, err := sentry.NewClient(sentry.ClientOptions{
		Dsn: "http://abc@" + address + "/4", Release: "shop@1.4.2", ServerName: "web-3", Environment: "test", AttachStacktrace: true,
		Transport: sentry.NewHTTPSyncTransport(),
	})
	if err != nil {
		t.Fatal(err)
	}
	hub := sentry.NewHub(client, sentry.NewScope())
	hub.Scope().SetTag("region", "eu")
	hub.AddBreadcrumb(&sentry.Breadcrumb{Category: "cart", Message: "opened"}, nil)
	for i := range 3 {
		hub.CaptureException(fmt.Errorf("order %d: %w", i, errStock))
	}
	if !hub.Flush(time.Minute) {
		t.Error("not sent")
	}

	ticket, r := one(t, stop())
	if ticket.Count != 3 || ticket.AppID != "4" || ticket.Level != logbook.LevelError || ticket.FirstRelease != "shop@1.4.2" || !strings.Contains(ticket.Title, "no stock") {
		t.Errorf("%+v", ticket)
	}
	if !strings.Contains(ticket.Location, "tickets_test.go:") {
		t.Errorf("location %s", ticket.Location)
	}
	e := r.Data().Error
	if e == nil || e.Message != "order 2: no stock" || !strings.Contains(e.Traceback(), ".TestSentry") || !strings.Contains(e.Traceback(), "wraps *errors.errorString: no stock") {
		t.Errorf("%s", e.Traceback())
	}
	if text := r.Text("tags") + r.Text("breadcrumbs"); !strings.Contains(text, "eu") || !strings.Contains(text, "opened") {
		t.Errorf("%s", text)
	}
}

func TestSentryPanic(t *testing.T) {
	address, stop := collect(t)
	client, err := sentry.NewClient(sentry.ClientOptions{Dsn: "http://abc@" + address + "/4", Transport: sentry.NewHTTPSyncTransport()})
	if err != nil {
		t.Fatal(err)
	}
	hub := sentry.NewHub(client, sentry.NewScope())
	func() {
		defer func() { hub.Recover(recover()) }()
		panic("index out of range")
	}()
	ticket, r := one(t, stop())
	if ticket.Level != logbook.LevelCritical || !strings.Contains(ticket.Title, "index out of range") {
		t.Errorf("%+v, %s", ticket, r.Message())
	}
}

func TestOpenTelemetry(t *testing.T) {
	address, stop := collect(t)
	exporter, err := otlploghttp.New(t.Context(), otlploghttp.WithEndpoint(address), otlploghttp.WithInsecure(), otlploghttp.WithHeaders(map[string]string{"Authorization": "Bearer abc"}))
	if err != nil {
		t.Fatal(err)
	}
	provider := sdklog.NewLoggerProvider(
		sdklog.WithProcessor(sdklog.NewBatchProcessor(exporter)),
		sdklog.WithResource(resource.NewSchemaless(attribute.String("service.name", "shop"), attribute.String("service.version", "1.4.2"), attribute.String("host.name", "web-3"))),
	)
	logger := slog.New(otelslog.NewHandler("shop/cart", otelslog.WithLoggerProvider(provider), otelslog.WithSource(true)))
	const stack = "goroutine 7 [running]:\nmain.order(...)\n\t/src/order.go:17\n"
	for i := range 3 {
		logger.Error("order failed", "order", i, "exception.type", "*errors.errorString", "exception.message", "no stock", "exception.stacktrace", stack)
	}
	if err := provider.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}

	ticket, r := one(t, stop())
	if ticket.Count != 3 || ticket.AppID != "shop" || ticket.Channel != "shop/cart" || ticket.FirstRelease != "1.4.2" || ticket.Title != "order failed" || !strings.Contains(ticket.Location, "tickets_test.go:") {
		t.Errorf("%+v", ticket)
	}
	e := r.Data().Error
	if e == nil || e.Message != "no stock" || !strings.Contains(e.Traceback(), "main.order") || !strings.Contains(e.Traceback(), `"/src/order.go", line 17`) {
		t.Errorf("%s", e.Traceback())
	}
}
