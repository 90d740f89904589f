package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/bench/internal/daemons"
	"github.com/logbook-go/logbook/bench/internal/loggers"
	"github.com/logbook-go/logbook/bench/internal/measure"
	"github.com/logbook-go/logbook/bench/internal/pipe"
	"github.com/logbook-go/logbook/bench/internal/report"
	"github.com/logbook-go/logbook/bench/internal/tickets"
)

// bench measures rows and collects the results.
type bench struct {
	plan   measure.Plan
	row    *regexp.Regexp // selects rows
	logger *regexp.Regexp // selects loggers
	out    io.Writer      // progress
	rows   []*report.Row
}

func (b *bench) measureAll() error {
	for _, row := range loggers.Rows() {
		if !slices.ContainsFunc(row.Goals, func(g loggers.Goal) bool { return b.row.MatchString(g.ID) }) {
			continue
		}
		if err := b.measureRow(row); err != nil {
			return err
		}
	}
	for _, s := range loggers.Growth() {
		if b.row.MatchString(s.ID) {
			if err := b.measureGrowth(s); err != nil {
				return err
			}
		}
	}
	for _, m := range loggers.Memories() {
		if b.row.MatchString(m.ID) {
			if err := b.measureMemory(m); err != nil {
				return err
			}
		}
	}
	if err := b.measureTickets(); err != nil {
		return err
	}
	if err := b.measurePipe(); err != nil {
		return err
	}
	return b.measureDaemon()
}

// costs measures the cases of a row, by logger.
func (b *bench) costs(id string, row loggers.Row) (map[string]measure.Cost, error) {
	fmt.Fprintln(b.out, id)
	var subjects []measure.Subject
	for _, c := range b.wanted(row.Cases) {
		subjects = append(subjects, subject(c, row))
	}
	costs, err := b.plan.Run(subjects)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	byName := make(map[string]measure.Cost, len(costs))
	for i, c := range costs {
		byName[subjects[i].Name] = c
	}
	return byName, nil
}

// wanted returns the cases to run, which always include ours.
func (b *bench) wanted(cases []loggers.Case) []loggers.Case {
	return slices.DeleteFunc(slices.Clone(cases), func(c loggers.Case) bool {
		return c.Logger != loggers.Ours && !b.logger.MatchString(c.Logger)
	})
}

func (b *bench) measureRow(row loggers.Row) error {
	costs, err := b.costs(row.Goals[0].ID, row)
	if err != nil {
		return err
	}
	for _, g := range row.Goals {
		r := report.NewRow(g.ID, g.Title, "ns/op", g.Ratio, costs[loggers.Ours])
		r.Note = row.Missing
		for _, c := range row.Cases[1:] {
			if cost, ok := costs[c.Logger]; ok && (g.Peers == nil || slices.Contains(g.Peers, c.Logger)) {
				r.Add(c.Logger, cost, c.Foreign)
			}
		}
		if g.Most > 0 {
			r.Add(report.Limit, measure.Cost{Ns: g.Most}, true)
		}
		b.rows = append(b.rows, r)
	}
	if plain, ok := costs[loggers.Plain]; ok {
		b.addDifference(row, costs[loggers.Ours].Ns-plain.Ns)
	}
	return nil
}

// addDifference reports the added cost of a row over the plain row. A limit is listed in
// the results as a peer.
func (b *bench) addDifference(row loggers.Row, added float64) {
	g := row.Goals[0]
	target := 0.0
	if row.Limit > 0 {
		target = 1
	}
	r := report.NewRow(g.ID+"-added", g.Title+": adds", "ns", target, measure.Cost{Ns: added})
	if row.Limit > 0 {
		r.Add(report.Limit, measure.Cost{Ns: row.Limit}, true)
	}
	b.rows = append(b.rows, r)
}

// measureGrowth measures a series: a row for each size, and one for the deviation from a
// line.
func (b *bench) measureGrowth(s loggers.Series) error {
	all := map[string][]float64{}
	var sizes []float64
	for _, k := range s.Sizes {
		sizes = append(sizes, float64(k))
		row := s.Row(k)
		id := fmt.Sprintf("%s-%d", s.ID, k)
		costs, err := b.costs(id, row)
		if err != nil {
			return err
		}
		r := report.NewRow(id, fmt.Sprintf("%d %s", k, s.Title), "ns/op", 0, costs[loggers.Ours])
		for _, c := range b.wanted(row.Cases) {
			all[c.Logger] = append(all[c.Logger], costs[c.Logger].Ns)
			if c.Logger != loggers.Ours {
				r.Add(c.Logger, costs[c.Logger], false)
			}
		}
		b.rows = append(b.rows, r)
	}
	shape, title := measure.Bend, s.Title+": steepest growth, 1 is a line"
	if s.Flat {
		shape, title = func(_, y []float64) float64 { return measure.Climb(y) }, s.Title+": highest rise, 1 is flat"
	}
	r := report.NewRow(s.ID+"-shape", title, "ratio", 0, measure.Cost{Ns: shape(sizes, all[loggers.Ours])})
	for name, costs := range all {
		if name != loggers.Ours {
			r.Add(name, measure.Cost{Ns: shape(sizes, costs)}, true)
		}
	}
	b.rows = append(b.rows, r)
	return nil
}

func (b *bench) measureMemory(m loggers.Memory) error {
	fmt.Fprintln(b.out, m.ID)
	held := map[string]float64{}
	for _, c := range b.wanted(m.Cases) {
		bytes, err := measure.Held(subject(c, loggers.Row{}), m.Records)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", m.ID, c.Logger, err)
		}
		held[c.Logger] = bytes
	}
	r := report.NewRow(m.ID, m.Title, "bytes", 0, measure.Cost{Ns: held[loggers.Ours]})
	for name, bytes := range held {
		if name != loggers.Ours {
			r.Add(name, measure.Cost{Ns: bytes}, true)
		}
	}
	b.rows = append(b.rows, r)
	return nil
}

func (b *bench) measureTickets() error {
	for _, kind := range tickets.Kinds() {
		for _, w := range tickets.Works() {
			id := "tickets-" + kind.ID + "-" + w.ID
			if !b.row.MatchString(id) {
				continue
			}
			if kind.Missing != "" {
				fmt.Fprintf(b.out, "%s is left out: %s\n", id, kind.Missing)
				continue
			}
			fmt.Fprintln(b.out, id)
			store, plain, err := w.Measure(kind, b.plan.Rounds)
			if err != nil {
				return fmt.Errorf("%s: %w", id, err)
			}
			r := report.NewRow(id, fmt.Sprintf("tickets in %s, %s", kind.Title, w.Title), "ns/op", kind.Targets[w.ID], store)
			r.Add(kind.Plain, plain, false)
			b.rows = append(b.rows, r)
		}
	}
	return nil
}

// measurePipe measures the command "logbook pipe" beside other programs.
func (b *bench) measurePipe() error {
	rows := slices.DeleteFunc(pipe.Rows(), func(r pipe.Row) bool { return !b.row.MatchString(r.ID) })
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintln(b.out, "pipe")
	results, err := pipe.Measure(rows, b.plan.Rounds)
	if err != nil {
		return err
	}
	for _, m := range results {
		r := report.NewRow(m.ID, m.Title, "ns/op", m.Target, m.Ours)
		for name, cost := range m.Beside {
			r.Add(name, cost, true)
		}
		if len(m.Missing) > 0 {
			r.Note = strings.Join(m.Missing, ", ") + " not installed"
		}
		b.rows = append(b.rows, r)
	}
	return nil
}

// measureDaemon measures a daemon's slowest answer, against a limit.
func (b *bench) measureDaemon() error {
	const id, limit = "daemon-answers", 50 * time.Millisecond
	if !b.row.MatchString(id) {
		return nil
	}
	fmt.Fprintln(b.out, id)
	slowest, err := daemons.Slowest(b.plan.Rounds)
	if err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	r := report.NewRow(id, "a daemon's slowest answer to 100 clients at once", "ns", 1, slowest)
	r.Add(report.Limit, measure.Cost{Ns: float64(limit)}, true)
	b.rows = append(b.rows, r)
	return nil
}

// subject returns the subject of a case, with a new writer for each sample.
func subject(c loggers.Case, row loggers.Row) measure.Subject {
	if row.File {
		return onFile(c)
	}
	return measure.Subject{Name: c.Logger, Start: func() (func(int), func(), error) {
		var counter loggers.Counter
		do, stop, err := c.Start(&counter)
		return do, stop, err
	}}
}

// onFile is subject for a case that writes to a file.
func onFile(c loggers.Case) measure.Subject {
	return measure.Subject{Name: c.Logger, Start: func() (func(int), func(), error) {
		dir, err := os.MkdirTemp("", "logbook-bench-")
		if err != nil {
			return nil, nil, err
		}
		remove := func() { _ = os.RemoveAll(dir) }
		file, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			remove()
			return nil, nil, err
		}
		do, stop, err := c.Start(file)
		if err != nil {
			remove()
			return nil, nil, err
		}
		return do, func() {
			stop()
			_ = file.Close()
			remove()
		}, nil
	}}
}
