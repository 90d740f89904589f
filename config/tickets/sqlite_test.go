package tickets_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/config/tickets"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

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
		"sqlite:/x.db?context=201":            "want 0 to 200",
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

// OpenStore opens what is there, and makes nothing.
func TestOpenStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tickets.db")
	if _, err := tickets.OpenStore("sqlite:" + path); err == nil || !strings.Contains(err.Error(), path) {
		t.Error(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error(err)
	}
	h, err := tickets.OpenHandler("sqlite:" + path + "?app_id=lab")
	if err != nil {
		t.Fatal(err)
	}
	logbook.InGoroutine(func() { logbook.New("app").Error("failed") }, h)
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, uri := range []string{"sqlite:" + path, "sqlite:" + path + "?level=error", "sqlite:" + path + "?no_create=false"} {
		s, err := tickets.OpenStore(uri)
		if err != nil {
			t.Fatal(err)
		}
		if list, err := s.Tickets(t.Context(), nil); err != nil || len(list) != 1 || list[0].AppID != "lab" {
			t.Error(uri, list, err)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	for uri, want := range map[string]string{
		"sqlite:" + path + "?background=10":             "no effect",
		"sqlite:" + path + "?prefix=a;b":                "letters",
		"tickets.db":                                    "want a URI of mongodb, postgres, postgresql, sqlite",
		"file:tickets.log":                              "want a URI of mongodb, postgres, postgresql, sqlite",
		"mysql://me:PASSWORD@host/db?password=PASSWORD": "want a URI of mongodb, postgres, postgresql, sqlite",
	} {
		_, err := tickets.OpenStore(uri)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "PASSWORD") {
			t.Errorf("%s: %v", uri, err)
		}
	}
}
