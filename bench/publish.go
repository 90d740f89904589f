package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/logbook-go/logbook/bench/internal/report"
)

// The output files, relative to this directory. In the pages only the text between the
// markers is replaced. The README has the rows of readmeRows, and the full page has all.
const (
	resultsFile = "results.json"
	machineFile = "results.meta.json"
	readme      = "../README.md"
	fullPage    = "../docs/performance.md"
	peerPage    = "../docs/from-%s.md"              // by peer, with the rows of peerRows
	chartFile   = "../docs/images/benchmark-%s.svg" // by theme
)

var readmeRows = []string{
	"disabled-two-fields", "json-ten-fields", "json-caller", "slog-front", "console-text", "file-buffered",
}

var (
	peerRows  = []string{"disabled-no-fields", "disabled-two-fields", "json-message", "json-ten-fields", "json-caller", "slog-front"}
	pagePeers = []string{"slog", "zap", "zerolog", "logrus"}
)

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
	for _, peer := range pagePeers {
		if err := b.insert(fmt.Sprintf(peerPage, peer), report.Versus(only(b.rows, peerRows), peer)); err != nil {
			return err
		}
	}
	short := only(b.rows, readmeRows)
	if err := b.insert(readme, report.Markdown(m, short)); err != nil {
		return err
	}
	if err := writeCharts(short); err != nil {
		return err
	}
	return b.insert(fullPage, tables)
}

// only returns the rows with the ids.
func only(rows []*report.Row, ids []string) []*report.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r *report.Row) bool { return !slices.Contains(ids, r.Row) })
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
