package web

import (
	"fmt"
	"strings"
	"time"
)

// sparkline is a chart of a few counts, drawn as one path of vertical strokes.
type sparkline struct {
	Path  string
	Total int64
}

const (
	sparkStep   = 4  // units from one bar to the next
	sparkHeight = 20 // units
)

// newSparkline draws counts. The path holds nothing but letters and numbers.
func newSparkline(counts []int64) sparkline {
	var b strings.Builder
	s := sparkline{}
	highest := highest(counts)
	for i, n := range counts {
		s.Total += n
		if n > 0 {
			fmt.Fprintf(&b, "M%d %dv-%d", i*sparkStep+sparkStep/2, sparkHeight, max(2, n*sparkHeight/highest))
		}
	}
	s.Path = b.String()
	return s
}

func highest(counts []int64) int64 {
	most := int64(1)
	for _, n := range counts {
		most = max(most, n)
	}
	return most
}

// chart is a chart of the occurrences of each day.
type chart struct {
	Bars        []bar
	First, Last string // names of the first and the last day
	Highest     int64
	Total       int64
}

type bar struct {
	X, Y, Height int64
	Label        string
}

const (
	chartDays   = 30
	chartStep   = 10
	chartHeight = 64
)

// newChart adds the counts of hours, the last of which is now, to days of a zone.
func newChart(hours []int64, from, now time.Time, zone *time.Location) *chart {
	counts := make([]int64, chartDays)
	days := make([]time.Time, chartDays)
	year, month, day := now.In(zone).Date()
	for i := range days {
		days[i] = time.Date(year, month, day-chartDays+1+i, 0, 0, 0, 0, zone)
	}
	at := 0
	for i, n := range hours {
		hour := from.Truncate(time.Hour).Add(time.Duration(i) * time.Hour)
		if hour.Before(days[0]) {
			continue
		}
		for at+1 < len(days) && !hour.Before(days[at+1]) {
			at++
		}
		counts[at] += n
	}
	c := &chart{First: days[0].Format("2 Jan"), Last: "today", Highest: highest(counts)}
	for i, n := range counts {
		c.Total += n
		height := n * chartHeight / c.Highest
		if n > 0 {
			height = max(height, 2)
		}
		c.Bars = append(c.Bars, bar{int64(i * chartStep), chartHeight - height, height, days[i].Format("Mon 2 Jan") + ": " + number(n)})
	}
	return c
}
