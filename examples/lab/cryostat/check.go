package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// counts is the result of a check, in points.
type counts struct{ acknowledged, stored, missing, twice, different int }

func (c *counts) String() string {
	return fmt.Sprintf("%d points were acknowledged, %d are stored: %d missing, %d twice, %d different",
		c.acknowledged, c.stored, c.missing, c.twice, c.different)
}

// exact reports whether each acknowledged point is stored exactly once. Others may be stored,
// too: those of a reading in whose midst the program was killed.
func (c *counts) exact() bool {
	return c.acknowledged > 0 && c.missing+c.twice+c.different == 0
}

type key struct {
	microsecond int64
	stage       int // index of stageNames
}

// check compares the rows of the table with the lines of acknowledged readings.
func check(ctx context.Context, s store, acknowledged io.Reader) (*counts, error) {
	c := new(counts)
	found := make(map[key]float64)
	for row, err := range s.rows(ctx) {
		if err != nil {
			return nil, err
		}
		at, ok := row[0].(time.Time)
		if !ok {
			return nil, fmt.Errorf("invalid time %v", row[0])
		}
		for i, v := range row[1:] {
			kelvin, ok := v.(float64)
			if !ok { // NULL: the row is about another stage
				continue
			}
			k := key{at.UnixMicro(), i}
			if _, ok := found[k]; ok {
				c.twice++
			}
			found[k] = kelvin
			c.stored++
		}
	}
	lines := bufio.NewScanner(acknowledged)
	for lines.Scan() {
		at, want, err := parseReading(lines.Text())
		if err != nil {
			return nil, err
		}
		for i, kelvin := range want {
			c.acknowledged++
			got, ok := found[key{at.UnixMicro(), i}]
			if !ok {
				c.missing++
			} else if math.Float64bits(got) != math.Float64bits(kelvin) {
				c.different++
			}
		}
	}
	return c, lines.Err()
}

// parseReading reads a line as the sampler writes it.
func parseReading(line string) (at time.Time, kelvins []float64, err error) {
	words := strings.Fields(line)
	if len(words) != 1+len(stageNames) {
		return at, nil, fmt.Errorf("invalid reading %q: want a time and %d temperatures", line, len(stageNames))
	}
	if at, err = time.Parse(time.RFC3339Nano, words[0]); err != nil {
		return at, nil, err
	}
	for _, w := range words[1:] {
		kelvin, err := strconv.ParseFloat(w, 64)
		if err != nil {
			return at, nil, err
		}
		kelvins = append(kelvins, kelvin)
	}
	return at, kelvins, nil
}
