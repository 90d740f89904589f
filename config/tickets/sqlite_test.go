package tickets_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/config"
	_ "github.com/logbook-go/logbook/config/tickets"
	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestSink(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tickets.db")
	h, err := config.Open("sqlite:" + path + "?level=warning&app_id=lab&grouping=callsite/1&keep=2&background=100")
	if err != nil {
		t.Fatal(err)
	}
	undo := logbook.PushGoroutine(h)
	for range 9 {
		logbook.New("app").Error("failed")
		logbook.New("app").Info("worked")
	}
	undo()
	if err := logbook.Close(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(path, &sqlite.Options{NoCreate: true, Limits: &ticketing.Limits{Keep: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prune(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	list, err := s.Tickets(t.Context(), nil)
	if err != nil || len(list) != 1 || list[0].Count != 9 || list[0].AppID != "lab" || list[0].Stored != 5 { // 1, 2, 4, 8 and 9
		t.Errorf("%+v, %v", list, err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestInvalid(t *testing.T) {
	for uri, want := range map[string]string{
		"sqlite:":                             "want \"sqlite:PATH\"",
		"sqlite://host/path":                  "want \"sqlite:PATH\"",
		"sqlite:/x.db?grouping=func/2":        "invalid key",
		"sqlite:/x.db?keep=-1":                "keep",
		"sqlite:/missing/x.db?prefix=a;b":     "invalid TablePrefix",
		"sqlite:/missing/folder/x.db":         "no such file",
		"sqlite:/missing/x.db?no_create=nope": "no_create",
	} {
		_, err := config.Open(uri)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", uri, err)
		}
	}
}
