package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Version prints the module's version, the revision it was built from, the Go\nrelease and the platform. The flag --version does the same.",
		Example: "  logbook version",
		Args:    cobra.NoArgs,
		Run:     func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), versionText()) },
	}
}

// versionText describes the version and build of the program.
func versionText() string {
	version, details := "(unknown)", []string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
		settings := make(map[string]string)
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
		if revision := settings["vcs.revision"]; revision != "" {
			details = append(details, "revision "+revision)
		}
		if settings["vcs.modified"] == "true" {
			details = append(details, "modified")
		}
	}
	details = append(details, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH)
	return fmt.Sprintf("logbook %s (%s)", version, strings.Join(details, ", "))
}
