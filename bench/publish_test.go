package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/logbook-go/logbook/bench/internal/loggers"
	"github.com/logbook-go/logbook/bench/internal/report"
)

var update = flag.Bool("update", false, "draw the charts again")

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
	rows := forReadme(published(t))
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
