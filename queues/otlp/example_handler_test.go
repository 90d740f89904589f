package otlp_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/logbook-go/logbook/compat/otel"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/otlp"
)

// An application sends its records to a collector.
func ExampleNewHandler() {
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path, r.Header.Get("Authorization"))
	}))
	defer collector.Close()

	h, err := otlp.NewHandler(collector.URL, &otlp.HandlerOptions{Service: "shop", Token: "TOKEN", Trace: otel.Trace})
	if err != nil {
		log.Fatal(err)
	}
	stop := logbook.Use(h)
	logbook.Info("{items} items in the cart", "items", 3)

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := stop(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(h.Stats().Handled, "sent")
	// Output:
	// POST /v1/logs Bearer TOKEN
	// 1 sent
}
