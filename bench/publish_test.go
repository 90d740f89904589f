package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/bench/internal/loggers"
	"github.com/logbook-go/logbook/bench/internal/report"
)

var update = flag.Bool("update", false, "write the charts and the tables of the peers' pages again")

// published returns the rows of results.json.
func published(t *testing.T) []*report.Row {
	text, err := os.ReadFile(resultsFile)
	if err != nil {
		t.Fatal(err)
	}
	var rows []*report.Row
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	titles := make(map[string]string)
	for _, row := range loggers.Rows() {
		for _, g := range row.Goals {
			titles[g.ID] = g.Title
		}
	}
	for _, r := range rows {
		r.Title = titles[r.Row]
	}
	return rows
}

// TestCharts checks that the charts show the published results.
func TestCharts(t *testing.T) {
	rows := only(published(t), readmeRows)
	if len(rows) != len(readmeRows) {
		t.Fatalf("%s has %d rows of the README, want %d", resultsFile, len(rows), len(readmeRows))
	}
	if *update {
		if err := writeCharts(rows); err != nil {
			t.Fatal(err)
		}
	}
	for _, theme := range report.Themes {
		file := fmt.Sprintf(chartFile, theme.Name)
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != report.Chart(rows, theme) {
			t.Errorf("%s does not show the results of %s; run go test -run Charts -update .", file, resultsFile)
		}
	}
}

// TestPeerPages checks that the page of each peer has its column of the published results.
func TestPeerPages(t *testing.T) {
	rows := only(published(t), peerRows)
	for _, peer := range pagePeers {
		page, table := fmt.Sprintf(peerPage, peer), report.Versus(rows, peer)
		if *update {
			if _, err := report.Insert(page, table); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "\n"+table) {
			t.Errorf("%s does not show the results of %s; run go test -run PeerPages -update .", page, resultsFile)
		}
	}
}
