package refusal_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
)

// The first refusal is reported at once, those of the next seconds together.
func TestCounter(t *testing.T) {
	c := refusal.Counter{Source: "tcp://:1"}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if c.Rest(now) != nil {
		t.Error("a record without a refusal")
	}
	for i, tt := range []struct {
		after time.Duration
		want  string // "": no record
	}{
		{0, "refused an input of tcp://:1: error 0"},
		{refusal.Interval - 1, ""},
		{refusal.Interval - 1, ""},
		{refusal.Interval, "refused 3 inputs of tcp://:1, the last one: error 3"},
		{3 * refusal.Interval, "refused an input of tcp://:1: error 4"},
		{3*refusal.Interval + 1, ""},
	} {
		r := c.Refuse(now.Add(tt.after), "1.2.3.4", fmt.Errorf("error %d", i))
		if got := text(r); got != tt.want {
			t.Errorf("%d: %q, want %q", i, got, tt.want)
		}
		if r != nil && (r.Text("peer") != "1.2.3.4" || r.Channel() != refusal.Channel || r.Level() != logbook.LevelWarn) {
			t.Errorf("%d: %v", i, r.Data())
		}
	}
	if got := text(c.Rest(now)); got != "refused an input of tcp://:1: error 5" || c.Rest(now) != nil || c.Count() != 6 {
		t.Errorf("rest %q, %d refused", got, c.Count())
	}
	if r := c.Refuse(now.Add(time.Hour), "", errors.New("e")); r.Text("peer") != "" {
		t.Error("a peer")
	}
}

func text(r *logbook.Record) string {
	if r == nil {
		return ""
	}
	return r.Message()
}
