package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// columns are the peers with a separate column.
var columns = []string{"zerolog", "zap", "phuslu", "slog", "logrus", "charm"}

// quiet is the load up to which a machine counts as idle.
const quiet = 0.5

// Markdown returns the results as two tables: the rows whose peers are loggers, and the
// other rows.
func Markdown(m Machine, rows []*Row) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d cores, %s, %s. Medians of %d interleaved rounds; nanoseconds per record, lower is better.\n",
		m.CPU, m.Cores, m.Go, m.Date[:len("2006-01-02")], m.Rounds)
	if m.Load > quiet {
		fmt.Fprintf(&b, "The machine was not idle (load %.1f), so the rows for all cores are unreliable.\n", m.Load)
	}
	b.WriteString("Ratio is the fastest peer's time divided by ours: 1.00 or more is a win. Allocations are per record, ours / the fastest peer's.\n\n")

	var races, reports []*Row
	for _, r := range rows {
		if isRace(r) {
			races = append(races, r)
		} else {
			reports = append(reports, r)
		}
	}
	if len(races) > 0 {
		b.WriteString("| | logbook | " + strings.Join(columns, " | ") + " | ratio | allocs |\n")
		b.WriteString("| --- | --: |" + strings.Repeat(" --: |", len(columns)+2) + "\n")
		for _, r := range races {
			writeRace(&b, r)
		}
		b.WriteString("\n")
	}
	if len(reports) > 0 {
		b.WriteString("| reported | logbook | beside | ratio | |\n| --- | --: | --- | --: | --- |\n")
		for _, r := range reports {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.Title, quantity(r.Ours, r.Unit), beside(r), ratio(r), r.Note)
		}
	}
	return b.String()
}

// Versus returns the rows that a peer has as a table of ours and the peer's.
func Versus(rows []*Row, peer string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| | Logbook | %s |\n| --- | --: | --: |\n", peer)
	for _, r := range rows {
		if v, ok := r.Peers[peer]; ok {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", r.Title, number(r.Ours), number(v))
		}
	}
	return b.String()
}

// isRace reports whether a row belongs to the table of the loggers.
func isRace(r *Row) bool {
	return r.Unit == "ns/op" && slices.ContainsFunc(columns, func(c string) bool { _, ok := r.Peers[c]; return ok })
}

func writeRace(b *strings.Builder, r *Row) {
	fmt.Fprintf(b, "| %s | %s |", r.Title, emphasis(number(r.Ours), r.Ratio != nil && *r.Ratio >= 1))
	for _, c := range columns {
		v, ok := r.Peers[c]
		switch {
		case !ok:
			b.WriteString(" |")
		default:
			fmt.Fprintf(b, " %s |", emphasis(number(v), c == r.BestPeer && *r.Ratio < 1))
		}
	}
	fmt.Fprintf(b, " %s | %s / %s |\n", ratio(r), number(r.Allocs), number(r.PeerAllocs[r.BestPeer]))
}

// beside lists the peers of a reported row. Limits are for results.json alone.
func beside(r *Row) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.Peers)) {
		if name == Limit {
			continue
		}
		parts = append(parts, name+" "+quantity(r.Peers[name], r.Unit))
	}
	return strings.Join(parts, ", ")
}

func ratio(r *Row) string {
	if r.Ratio == nil || r.BestPeer == Limit {
		return ""
	}
	return strconv.FormatFloat(*r.Ratio, 'f', 2, 64)
}

func emphasis(s string, on bool) string {
	if on {
		return "**" + s + "**"
	}
	return s
}

func quantity(v float64, unit string) string {
	switch unit {
	case "ns/op":
		return number(v)
	case "ns":
		return number(v) + " ns"
	case "bytes":
		return strconv.FormatFloat(v/1024, 'f', 1, 64) + " KiB"
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// number formats small numbers with two decimals, and large ones with none.
func number(v float64) string {
	switch {
	case v == float64(int64(v)):
		return strconv.FormatInt(int64(v), 10)
	case v < 10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 100:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}
