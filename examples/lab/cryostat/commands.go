package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/daemon"
)

// setCommand changes a set point.
func setCommand(cryostat *simulation) daemon.Command {
	return daemon.Command{
		Name: "set", Help: "set the temperature of a stage",
		Args: []daemon.Arg{
			{Name: "stage", Choices: stageNames, Help: "the stage"},
			{Name: "kelvin", Kind: daemon.Float, Help: "the temperature, from 0.01 to 300"},
		},
		Exclusive: true,
		Run: func(ctx context.Context, c *daemon.Call) (any, error) {
			name, kelvin := c.Text("stage"), c.Float("kelvin")
			if kelvin < 0.01 || kelvin > 300 {
				return nil, &daemon.ReplyError{Message: fmt.Sprintf("invalid temperature %g K: want 0.01 to 300 K", kelvin)}
			}
			cryostat.set(name, kelvin)
			log.InfoContext(ctx, "stage {stage} is set to {kelvin} K", "stage", name, "kelvin", kelvin)
			return fmt.Sprintf("%s goes to %g K", name, kelvin), nil
		},
	}
}

// status adds the temperatures, and the state of the continuous logger, to the command status.
func (a *app) status() []slog.Attr {
	var attrs []slog.Attr
	for i, g := range a.sampler.cryostat.read(time.Now()) {
		attrs = append(attrs, slog.String(stageNames[i], fmt.Sprintf("%.3f K, set to %g K", g.temperature, g.set)))
	}
	points := a.sampler.points.Stats()
	return append(attrs,
		slog.Uint64("points_stored", points.Handled),
		slog.Int("points_waiting", points.Held),
		slog.Uint64("points_dropped", points.Dropped))
}
