package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Theme has the colours of a chart.
type Theme struct {
	Name                    string
	text, faint, bars, ours string
}

// Themes are those of pages with a light and a dark background.
var Themes = []Theme{
	{"light", "#1f2328", "#59636e", "#c8d1da", "#0969da"},
	{"dark", "#f0f6fc", "#9198a1", "#3d444d", "#4493f8"},
}

// Measures of a chart, in pixels. A panel is the part for one row.
const (
	panelWidth = 410
	panelGap   = 24
	titleSpace = 26
	barSpace   = 19
	barHeight  = 13
	nameWidth  = 66
	valueWidth = 64
)

// longest is how many times as long as Logbook's bar another one can be.
const longest = 6

// Chart draws the races among the rows as SVG, in two columns. Each has a scale of its own.
func Chart(rows []*Row, t Theme) string {
	var panels strings.Builder
	y, height := 0, 0
	for i, r := range slices.DeleteFunc(slices.Clone(rows), func(r *Row) bool { return !isRace(r) }) {
		x := (i % 2) * (panelWidth + panelGap)
		if x == 0 {
			y, height = y+height, 0
		}
		height = max(height, panel(&panels, r, x, y))
	}
	note := y + height + 4
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d">`+"\n", 2*panelWidth+panelGap, note+8)
	b.WriteString("<style>\ntext { font: 12px system-ui, -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif; fill: " + t.faint + " }\n" +
		".title { font-size: 13px; font-weight: 600; fill: " + t.text + " }\n" +
		".name { text-anchor: end }\n" +
		".ours { font-weight: 600; fill: " + t.text + " }\n" +
		"path { fill: " + t.bars + " }\npath.ours { fill: " + t.ours + " }\n</style>\n")
	b.WriteString(panels.String())
	fmt.Fprintf(&b, `<text x="0" y="%d">Time per record, shorter is better. Bars that end in a point are longer than %d times Logbook's, and cut.</text>`+"\n</svg>\n", note, longest)
	return b.String()
}

// panel draws one row, the fastest logger first, and returns its height.
func panel(b *strings.Builder, r *Row, x, y int) (height int) {
	costs := maps.Clone(r.Peers)
	costs["logbook"] = r.Ours
	names := slices.SortedFunc(maps.Keys(costs), func(m, n string) int {
		return cmp.Or(cmp.Compare(costs[m], costs[n]), strings.Compare(m, n))
	})
	most := min(costs[names[len(names)-1]], longest*r.Ours)
	fmt.Fprintf(b, `<text class="title" x="%d" y="%d">%s</text>`+"\n", x, y+14, r.Title)
	y += titleSpace
	for i, name := range names {
		class := ""
		if name == "logbook" {
			class = " ours"
		}
		top, left := y+i*barSpace, x+nameWidth
		width := int(min(costs[name], most) / most * (panelWidth - nameWidth - valueWidth))
		end := fmt.Sprintf("v%d", barHeight)
		if costs[name] > most {
			end = fmt.Sprintf("l7 %g l-7 %[1]g", barHeight/2.0)
		}
		fmt.Fprintf(b, `<text class="name%s" x="%d" y="%d">%s</text>`, class, left-8, top+11, name)
		fmt.Fprintf(b, `<path class="%s" d="M%d %d h%d %s h-%[4]d z"/>`, strings.TrimSpace(class), left, top, width, end)
		fmt.Fprintf(b, `<text class="%s" x="%d" y="%d">%s</text>`+"\n", strings.TrimSpace(class), left+width+12, top+11, duration(costs[name]))
	}
	return titleSpace + len(names)*barSpace + 14
}

// duration formats nanoseconds.
func duration(ns float64) string {
	if ns < 1000 {
		return number(ns) + " ns"
	}
	return strconv.FormatFloat(ns/1000, 'f', 1, 64) + " µs"
}
