//go:build integration && unix

package tickets_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/config/tickets"
	"github.com/logbook-go/logbook/internal/pgtest"
	"github.com/logbook-go/logbook/logbook"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestPostgres(t *testing.T) {
	uri := pgtest.URL(t)
	if _, err := url.Parse(uri); err != nil || !strings.Contains(uri, "?") {
		t.Fatal(uri, err)
	}
	if _, err := tickets.OpenStore(uri); err == nil || !strings.Contains(err.Error(), "tables missing") {
		t.Error(err)
	}
	for _, further := range []string{"&background=100", "&spool=" + t.TempDir()} {
		h, err := config.Open(uri + "&level=warning&app_id=lab&search_path=public&pool_max_conns=2" + further)
		if err != nil {
			t.Fatal(err)
		}
		logbook.InGoroutine(func() {
			for range 9 {
				logbook.New("app").Error("failed")
				logbook.New("app").Info("worked")
			}
		}, h)
		if err := logbook.Close(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	s, err := tickets.OpenStore("postgresql" + strings.TrimPrefix(uri, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.Tickets(t.Context(), nil)
	if err != nil || len(list) != 1 || list[0].Count != 18 || list[0].AppID != "lab" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
