package main

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// stageNames are the stages of the cryostat, and the columns of the table.
var stageNames = []string{"40K", "4K", "still"}

// stage is a part of the cryostat, whose temperature is controlled. Temperatures are in kelvin.
type stage struct {
	set, temperature float64
	limit            float64 // above which it is too warm
}

// simulation is a cryostat whose temperatures approach their set points, with some noise. It
// stands for the instruments of a real one.
type simulation struct {
	mu     sync.Mutex
	stages map[string]stage
	at     time.Time // of the temperatures
}

// settling is the time in which a difference becomes smaller by the factor e.
const settling = time.Second

func newSimulation(now time.Time) *simulation {
	return &simulation{at: now, stages: map[string]stage{
		"40K":   {set: 38, temperature: 38, limit: 60},
		"4K":    {set: 3.8, temperature: 3.8, limit: 5.5},
		"still": {set: 0.8, temperature: 0.8, limit: 1.2},
	}}
}

// set changes the set point of a stage.
func (s *simulation) set(name string, kelvin float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.stages[name]
	g.set = kelvin
	s.stages[name] = g
}

// read returns the stages as they are at a time, in the order of stageNames.
func (s *simulation) read(now time.Time) []stage {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := math.Exp(-max(0, now.Sub(s.at).Seconds()) / settling.Seconds())
	s.at = now
	stages := make([]stage, len(stageNames))
	for i, name := range stageNames {
		g := s.stages[name]
		g.temperature = g.set + (g.temperature-g.set)*rest
		s.stages[name] = g
		g.temperature *= 1 + 0.001*rand.NormFloat64()
		stages[i] = g
	}
	return stages
}
