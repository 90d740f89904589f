package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/bench/internal/measure"
	"github.com/logbook-go/logbook/bench/internal/report"
)

func quick(row, logger string) *bench {
	return &bench{
		plan: measure.Plan{Rounds: 2, Sample: 100 * time.Microsecond},
		row:  regexp.MustCompile(row), logger: regexp.MustCompile(logger), out: new(bytes.Buffer),
	}
}

func ids(rows []*report.Row) (ids []string) {
	for _, r := range rows {
		ids = append(ids, r.Row)
	}
	return ids
}

func TestMeasure(t *testing.T) {
	for _, c := range []struct {
		row  string
		want []string
	}{
		{"^json-message$", []string{"json-message"}},
		{"^slog-front$", []string{"slog-front", "slog-front-over-slog"}},
		{"^file-bare-write$", []string{"file-plain", "file-bare-write"}},
		{"^file-rotating", []string{"file-rotating", "file-rotating-over-plain", "file-rotating-shared"}},
		{"^context-bound$", []string{"context-bound", "context-bound-added"}},
		{"^growth-fields$", []string{"growth-fields-1", "growth-fields-5", "growth-fields-10", "growth-fields-20", "growth-fields-50", "growth-fields-shape"}},
		{"^memory-after-large-records$", []string{"memory-after-large-records"}},
		{"^tickets-sqlite-hot8$", []string{"tickets-sqlite-hot8"}},
		{"^daemon-answers$", []string{"daemon-answers"}},
	} {
		b := quick(c.row, "")
		if err := b.measureAll(); err != nil {
			t.Fatal(err)
		}
		if got := ids(b.rows); !slices.Equal(got, c.want) {
			t.Errorf("-row %s measures %v, want %v", c.row, got, c.want)
		}
		for _, r := range b.rows {
			if r.Unit == "ns/op" && (r.Ours <= 0 || r.Ratio == nil) {
				t.Errorf("%s: ours %v, ratio %v", r.Row, r.Ours, r.Ratio)
			}
		}
	}
}

func TestGoalsChooseTheirPeers(t *testing.T) {
	b := quick("^file-plain$", "")
	if err := b.measureAll(); err != nil {
		t.Fatal(err)
	}
	plain, bare := b.rows[0], b.rows[1]
	if _, ok := plain.Peers["write(2)"]; ok || len(plain.Peers) != 6 {
		t.Errorf("peers of file-plain: %v", plain.Peers)
	}
	if _, ok := bare.Peers["write(2)"]; !ok || len(bare.Peers) != 1 {
		t.Errorf("peers of file-bare-write: %v", bare.Peers)
	}
	if plain.Ours != bare.Ours {
		t.Errorf("one measurement gives %v and %v", plain.Ours, bare.Ours)
	}
}

func TestLoggersAreChosen(t *testing.T) {
	b := quick("^json-message$", "^zap$")
	if err := b.measureAll(); err != nil {
		t.Fatal(err)
	}
	if r := b.rows[0]; len(r.Peers) != 1 || r.Peers["zap"] == 0 {
		t.Errorf("peers %v, want zap alone", r.Peers)
	}
}

func TestMissed(t *testing.T) {
	won := report.NewRow("won", "", "ns/op", 1, measure.Cost{Ns: 80})
	won.Add("zap", measure.Cost{Ns: 90}, false)
	lost := report.NewRow("lost", "", "ns/op", 1, measure.Cost{Ns: 80})
	lost.Add("zap", measure.Cost{Ns: 70}, false)
	b := bench{rows: []*report.Row{won, lost}}
	if got := b.missed(); !slices.Equal(got, []string{"lost"}) {
		t.Errorf("missed %v", got)
	}
}

func TestArguments(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-rounds=0", "must be positive"},
		{"-sample=-1s", "must be positive"},
		{"-row=(", "-row:"},
		{"-logger=(", "-logger:"},
	} {
		if err := run([]string{c.args}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.args, err, c.want)
		}
	}
}
