package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/logbook-go/logbook/bench/internal/report"
)

// The output files, relative to this directory. In the pages only the text between the
// markers is replaced. The README has the rows of readmeRows, the other page has all.
const (
	resultsFile = "results.json"
	machineFile = "results.meta.json"
	readme      = "../README.md"
	fullPage    = "../docs/performance.md"
	chartFile   = "../docs/images/benchmark-%s.svg" // by theme
)

var readmeRows = []string{
	"disabled-two-fields", "json-ten-fields", "json-caller", "slog-front", "console-text", "file-buffered",
}

// peerModules are the modules whose versions are reported.
var peerModules = []string{
	"github.com/rs/zerolog", "go.uber.org/zap", "github.com/phuslu/log", "github.com/sirupsen/logrus", "charm.land/log",
	"gopkg.in/natefinch/lumberjack.v2", "github.com/DeRuina/timberjack",
}

// publish prints the tables and, if all rows were measured, writes the files.
func (b *bench) publish(m report.Machine, all bool) error {
	tables := report.Markdown(m, b.rows)
	fmt.Print(tables)
	if missed := b.missed(); len(missed) > 0 {
		fmt.Println("\nBelow the target:", missed)
	}
	if !all {
		return nil
	}
	if err := report.WriteJSON(resultsFile, b.rows); err != nil {
		return err
	}
	if err := report.WriteJSON(machineFile, m); err != nil {
		return err
	}
	short := forReadme(b.rows)
	if err := b.insert(readme, report.Markdown(m, short)); err != nil {
		return err
	}
	if err := writeCharts(short); err != nil {
		return err
	}
	return b.insert(fullPage, tables)
}

// forReadme returns the rows that the README shows.
func forReadme(rows []*report.Row) []*report.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r *report.Row) bool { return !slices.Contains(readmeRows, r.Row) })
}

func writeCharts(rows []*report.Row) error {
	for _, t := range report.Themes {
		if err := os.WriteFile(fmt.Sprintf(chartFile, t.Name), []byte(report.Chart(rows, t)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) insert(page, tables string) error {
	done, err := report.Insert(page, tables)
	if done {
		fmt.Fprintln(b.out, "updated", page)
	}
	return err
}

// missed returns the ids of the rows that do not reach their target.
func (b *bench) missed() (rows []string) {
	for _, r := range b.rows {
		if !r.Met() {
			rows = append(rows, r.Row)
		}
	}
	return rows
}
