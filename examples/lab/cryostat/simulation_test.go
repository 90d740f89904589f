package main

import (
	"math"
	"testing"
	"time"
)

// A stage approaches its set point, and the others stay.
func TestSimulation(t *testing.T) {
	start := time.Unix(1, 0)
	s := newSimulation(start)
	s.set("4K", 7.8)
	for _, tt := range []struct {
		after time.Duration
		want  []float64
	}{
		{0, []float64{38, 3.8, 0.8}},
		{settling, []float64{38, 7.8 - 4/math.E, 0.8}},
		{20 * settling, []float64{38, 7.8, 0.8}},
		{10 * settling, []float64{38, 7.8, 0.8}}, // the clock was set back
	} {
		for i, g := range s.read(start.Add(tt.after)) {
			if math.Abs(g.temperature/tt.want[i]-1) > 0.02 { // twenty times the noise
				t.Errorf("after %v, %s has %g K, want %g K", tt.after, stageNames[i], g.temperature, tt.want[i])
			}
		}
	}
}
