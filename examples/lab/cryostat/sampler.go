package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/logbook-go/logbook/database"
)

// sampler reads the temperatures, hands them to the continuous logger, and raises alarms.
type sampler struct {
	cryostat *simulation
	points   *database.ContinuousLogger
	every    time.Duration

	// acknowledged gets a line for each reading that is on the disk, for -check.
	acknowledged *os.File

	warm map[string]bool // the stages that are too warm
}

// run takes a reading at each interval until the context ends.
func (s *sampler) run(ctx context.Context) {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if err := s.sample(ctx, now); err != nil && ctx.Err() == nil {
				log.Error("cannot log the temperatures: {error}", "error", err)
			}
		}
	}
}

// sample takes a reading. When it returns without an error the points are on the disk, and
// the logger stores them, now or when it can.
func (s *sampler) sample(ctx context.Context, now time.Time) error {
	now = now.Round(0).Truncate(time.Microsecond)
	stages := s.cryostat.read(now)
	line := now.UTC().Format(time.RFC3339Nano)
	for i, name := range stageNames {
		s.watch(name, &stages[i])
		if err := s.points.Enqueue(ctx, name, now, stages[i].temperature); err != nil {
			return err
		}
		line += fmt.Sprint(" ", stages[i].temperature)
	}
	if err := s.points.Flush(ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.acknowledged, line)
	return err
}

// watch raises an alarm when a stage becomes too warm. It is cold again well below the limit,
// so that noise at the limit is one alarm.
func (s *sampler) watch(name string, g *stage) {
	limit := g.limit
	if s.warm[name] {
		limit *= 0.95
	}
	warm := g.temperature > limit
	if warm == s.warm[name] {
		return
	}
	s.warm[name] = warm
	if warm {
		log.Error("stage {stage} is too warm: {kelvin:.2f} K", "stage", name, "kelvin", g.temperature, "limit", g.limit)
	} else {
		log.Success("stage {stage} is cold again: {kelvin:.2f} K", "stage", name, "kelvin", g.temperature)
	}
}
