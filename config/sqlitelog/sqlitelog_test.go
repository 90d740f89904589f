package sqlitelog_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/config"
	_ "github.com/logbook-go/logbook/config/sqlitelog"
	"github.com/logbook-go/logbook/logbook"
)

func TestSink(t *testing.T) {
	if err := config.CheckEntries(); err != nil {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "logs.db")
	h, err := config.Open("sqlite-logs:" + path + "?iso_time=true&level=info")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Handle(logbook.NewRecord(logbook.RecordData{Message: "x"})); err != nil {
		t.Error(err)
	}
	if err := logbook.Close(t.Context(), h.(logbook.Bindable)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	for _, uri := range []string{"sqlite-logs:", "sqlite-logs://host/x", "sqlite-logs:x?timeout=-1s"} {
		if _, err := config.Open(uri); err == nil {
			t.Errorf("%s is accepted", uri)
		}
	}
}
