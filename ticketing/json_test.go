package ticketing_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Details are written as JSON, and read back.
func TestDetailsJSON(t *testing.T) {
	store, err := ticketing.NewMemory(nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := ticketing.NewHandler(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	undo := logbook.PushGoroutine(h)
	logbook.New("shop").Error("order {id} failed", "id", 7)
	undo()
	mute := ticketing.Mute{Count: 3, Period: 90 * time.Second}
	if err := store.Act(t.Context(), 1, &ticketing.Action{Kind: ticketing.EventMuted, Actor: "anna", Mute: mute}); err != nil {
		t.Fatal(err)
	}
	d, err := ticketing.ReadDetails(t.Context(), store, 1, 5)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"id":1,`, `"state":"muted"`, `"level":"ERROR"`, `"mute":{"count":3,"period_seconds":90}`, `"kind":"muted","actor":"anna"`, `"message":"order 7 failed"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	var back ticketing.Details
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	r, err := back.Occurrences[0].Record()
	if err != nil || r.Message() != "order 7 failed" || back.State != ticketing.Muted || back.Mute != mute || len(back.Hours) != 24 || len(back.Fingerprints) != 1 {
		t.Errorf("%+v %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"state":"odd"}`), &back); err == nil {
		t.Error("invalid state")
	}
	odd := &ticketing.Occurrence{ID: 1, Data: []byte("{")}
	if text, err := json.Marshal(odd); err != nil || !strings.Contains(string(text), `"record":null`) {
		t.Errorf("%s %v", text, err)
	}
}
