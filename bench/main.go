// Bench compares logbook with other loggers, and writes the results as JSON and as
// tables. See README.md.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime/pprof"
	"time"

	"github.com/logbook-go/logbook/bench/internal/report"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) (err error) {
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	rounds := flags.Int("rounds", 10, "interleaved `rounds`")
	sample := flags.Duration("sample", 100*time.Millisecond, "length of a sample")
	row := flags.String("row", "", "measure only the rows whose id matches the `regexp`; writes no files")
	logger := flags.String("logger", "", "measure only the loggers whose name matches the `regexp`; writes no files")
	profile := flags.String("cpuprofile", "", "write a CPU profile to the `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rounds < 1 || *sample <= 0 {
		return fmt.Errorf("-rounds %d and -sample %v must be positive", *rounds, *sample)
	}
	b := bench{out: os.Stderr}
	b.plan.Rounds, b.plan.Sample = *rounds, *sample
	if b.row, err = regexp.Compile(*row); err != nil {
		return fmt.Errorf("-row: %w", err)
	}
	if b.logger, err = regexp.Compile(*logger); err != nil {
		return fmt.Errorf("-logger: %w", err)
	}
	if *profile != "" {
		file, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	machine := report.ThisMachine(*rounds, *sample, peerModules...)
	if err := b.measureAll(); err != nil {
		return err
	}
	return b.publish(machine, *row == "" && *logger == "")
}
