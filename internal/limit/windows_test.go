package limit_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/limit"
	"github.com/logbook-go/logbook/logbook"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// A window lasts for its time, and keeps its count for the caller that renews it.
func TestWindow(t *testing.T) {
	ws := limit.Windows[int]{Per: time.Minute, Size: 9}
	site := limit.Site{Channel: "a"}
	for _, tt := range []struct {
		after   time.Duration
		renewed bool
	}{{0, true}, {1, false}, {time.Minute - 1, false}, {time.Minute, true}, {2*time.Minute - 1, false}, {time.Hour, true}} {
		w, renewed, forgotten := ws.At(site, start.Add(tt.after))
		if w.Count++; renewed != tt.renewed || forgotten != nil {
			t.Errorf("after %v: renewed %t, forgotten %v", tt.after, renewed, forgotten)
		}
	}
	if w := ws.Find(site); w.Count != 6 || ws.Len() != 1 || ws.Find(limit.Site{}) != nil {
		t.Errorf("%+v, %d sites", w, ws.Len())
	}
}

// The third of the sites with the oldest windows is forgotten for a new site.
func TestForgetting(t *testing.T) {
	ws := limit.Windows[int]{Per: time.Minute, Size: 6}
	at := func(n int, after time.Duration) []int {
		w, _, forgotten := ws.At(limit.Site{Line: n}, start.Add(after))
		w.Count = n
		return forgotten
	}
	for n := range 6 {
		at(n, time.Duration(n))
	}
	at(0, time.Minute) // renewed
	if got := at(6, time.Minute+1); !slices.Equal(got, []int{1, 2}) || ws.Len() != 5 {
		t.Errorf("forgotten %v, %d sites", got, ws.Len())
	}
	var left []int
	for site, w := range ws.All() {
		if left = append(left, w.Count); w.Count != site.Line {
			t.Errorf("%v: %d", site, w.Count)
		}
	}
	if slices.Sort(left); !slices.Equal(left, []int{0, 3, 4, 5, 6}) {
		t.Errorf("left %v", left)
	}
}

func TestSiteOf(t *testing.T) {
	long := strings.Repeat("ä", 200)
	known := logbook.NewRecord(logbook.RecordData{Level: logbook.LevelWarn, Channel: "a", Template: long, Source: &slog.Source{File: "f.go", Line: 7}})
	if got, want := limit.SiteOf(known), (limit.Site{Level: logbook.LevelWarn, Channel: "a", File: "f.go", Line: 7}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	unknown := logbook.NewRecord(logbook.RecordData{Template: long})
	if got := limit.SiteOf(unknown); got.Text != long[:256] {
		t.Errorf("%+v", got)
	}
	odd := "x" + long
	for _, s := range []string{"", "short", odd} {
		want := s[:min(len(s), 255)]
		if got := limit.Key(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
