package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/logbook"
)

// filter selects records by level and channel.
type filter struct {
	level    logbook.Level
	channels []string // and those below them; none: all
}

// addFilterFlags adds the flags --level and --channel.
func addFilterFlags(cmd *cobra.Command, f *filter) {
	f.level = logbook.LevelNotSet
	cmd.Flags().Var(&levelFlag{&f.level}, "level", "drop records below `LEVEL`, such as warning")
	cmd.Flags().StringArrayVar(&f.channels, "channel", nil, "keep only channel `NAME` and those below it: app includes app.db; may be repeated")
	_ = cmd.RegisterFlagCompletionFunc("level", completeLevels) // fails for flags that do not exist
}

func completeLevels(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"trace", "debug", "info", "success", "notice", "warning", "error", "critical"}, cobra.ShellCompDirectiveNoFileComp
}

// drops reports whether a record is not selected.
func (f *filter) drops(r *logbook.Record) bool {
	if r.Level() < f.level {
		return true
	}
	if len(f.channels) == 0 {
		return false
	}
	for _, c := range f.channels {
		if rest, ok := strings.CutPrefix(r.Channel(), c); ok && (rest == "" || rest[0] == '.') {
			return false
		}
	}
	return true
}
