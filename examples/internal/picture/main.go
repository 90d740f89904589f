// Picture draws what a program printed to a terminal as two SVG files, NAME-light.svg and
// NAME-dark.svg:
//
//	program | picture -command 'go run .' NAME
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	command := flag.String("command", "", "draw `COMMAND` after a prompt, above the output")
	flag.Parse()
	if err := run(*command, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func run(command string, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%d arguments, want the NAME of the files", len(args))
	}
	output, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	for _, t := range themes {
		svg, err := draw(command, string(output), t)
		if err != nil {
			return err
		}
		if err := os.WriteFile(args[0]+"-"+t.name+".svg", []byte(svg), 0o644); err != nil {
			return err
		}
	}
	return nil
}
