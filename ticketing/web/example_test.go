package web_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/web"
)

func ExampleNewHandler() {
	store, err := ticketing.NewMemory(nil)
	if err != nil {
		log.Fatal(err)
	}
	h, err := ticketing.NewHandler(store, nil)
	if err != nil {
		log.Fatal(err)
	}
	undo := logbook.PushGoroutine(h)
	logbook.New("shop").Error("order {id} failed", "id", 17)
	undo()

	page, err := web.NewHandler(store, nil)
	if err != nil {
		log.Fatal(err)
	}
	token, err := web.NewAccounts(store).CreateToken(context.Background(), "monitor", web.Viewer)
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(page)
	defer server.Close()

	r, err := http.NewRequest("GET", server.URL+"/api/tickets?level=error", nil)
	if err != nil {
		log.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := server.Client().Do(r)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.Status, strings.Contains(string(text), `"title":"order 17 failed"`))
	// Output: 200 OK true
}
