package web_test

import (
	"bufio"
	"context"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// A reader is told of changes, and a reader who leaves ends the stream.
func TestLive(t *testing.T) {
	store := newTickets(t, 1)
	server := httptest.NewServer(newHandler(t, store, nil))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	if got := w.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatal(got)
	}
	scanner := bufio.NewScanner(w.Body)
	for n := 0; scanner.Scan() && n < 2; {
		switch scanner.Text() {
		case ": hello":
			record(t, store, 0, logbook.RecordData{Message: "new", Level: logbook.LevelError})
		case "event: change":
			n++
			record(t, store, 0, logbook.RecordData{Message: "new", Level: logbook.LevelError})
		}
	}
	if err := scanner.Err(); err != nil {
		t.Error(err)
	}
}

func TestFeed(t *testing.T) {
	store := newTickets(t, 3)
	record(t, store, 0, logbook.RecordData{Message: "</title><script>\x1b", Channel: "c", Level: logbook.LevelCritical})
	w := get(t, newHandler(t, store, nil), "/feed.atom?level=error")
	if got := w.Header().Get("Content-Type"); w.Code != 200 || got != "application/atom+xml; charset=utf-8" {
		t.Errorf("%d %s", w.Code, got)
	}
	var feed struct {
		Updated string `xml:"updated"`
		Entries []struct {
			ID    string `xml:"id"`
			Title string `xml:"title"`
			Link  struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &feed); err != nil {
		t.Fatal(err)
	}
	if len(feed.Entries) != 4 || feed.Updated != "2026-11-30T12:34:56Z" || feed.Entries[0].Link.Href != "http://localhost/tickets/4" || !strings.HasPrefix(feed.Entries[0].Title, "CRITICAL: </title><script>\\x1b") {
		t.Errorf("%+v", feed)
	}
}
