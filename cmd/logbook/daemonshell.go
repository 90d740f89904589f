package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/logbook-go/logbook/daemon"
)

const daemonShellHelp = `Shell reads commands and prints the replies, until "exit" or the end of the input
(Ctrl-D). Each line goes to the daemon as it is: braces group words.

On a terminal the arrow keys show earlier lines, and Tab completes commands and
options. The command quit stops the daemon, not the shell.`

func daemonShellCommand() *cobra.Command {
	var f daemonFlags
	cmd := &cobra.Command{
		Use:     "shell ADDRESS",
		Short:   "Send commands to a daemon, interactively",
		Long:    daemonShellHelp,
		Example: "  logbook daemon shell localhost:1507\n  echo status | logbook daemon shell localhost",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("want the address of a daemon")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(args[0])
			if err != nil {
				return err
			}
			return shell(cmd.Context(), c, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.add(cmd)
	return cmd
}

// shell sends the lines of its input. Without a terminal the exit code is 1 if one failed.
func shell(ctx context.Context, c *daemon.Client, stdin io.Reader, stdout, stderr io.Writer) error {
	if f, ok := stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return terminalShell(ctx, c, f, stdout)
	}
	failed := false
	lines := bufio.NewScanner(stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "exit" {
			break
		}
		if line == "" {
			continue
		}
		reply, err := c.Send(ctx, line)
		if err != nil {
			reportReply(stderr, err)
			failed = true
			continue
		}
		printReply(stdout, reply)
	}
	if err := lines.Err(); err != nil {
		complain(stderr, "reading commands: %v", err)
		failed = true
	}
	if failed {
		return &exitError{exitFailed}
	}
	return nil
}

// terminalShell is shell on a terminal.
func terminalShell(ctx context.Context, c *daemon.Client, stdin *os.File, stdout io.Writer) error {
	known := completions(ctx, c)
	state, err := term.MakeRaw(int(stdin.Fd()))
	if err != nil {
		return err
	}
	defer term.Restore(int(stdin.Fd()), state)
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{stdin, stdout}, c.Address()+"> ")
	t.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' {
			return "", 0, false
		}
		return complete(known, line, pos)
	}
	for {
		line, err := t.ReadLine()
		if err != nil && !errors.Is(err, term.ErrPasteIndicator) {
			return nil // Ctrl-D, Ctrl-C
		}
		switch line = strings.TrimSpace(line); line {
		case "":
			continue
		case "exit":
			return nil
		}
		reply, err := c.Send(ctx, line)
		if err != nil {
			reportReply(t, err)
			continue
		}
		printReply(t, reply)
	}
}

// completions returns the commands of a daemon with their options, as its help lists them; nil
// if it cannot be reached. A daemon without the command help sends it with the error.
func completions(ctx context.Context, c *daemon.Client) map[string][]string {
	text, err := c.Send(ctx, "help")
	if e := (*daemon.ReplyError)(nil); errors.As(err, &e) {
		text = e.Help
	}
	_, text, _ = strings.Cut(text, "Commands:\n")
	known := make(map[string][]string)
	command := ""
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			break // the epilog follows
		}
		switch name := strings.Trim(words[0], "[]"); {
		case strings.HasPrefix(line, "        "):
			if strings.HasPrefix(name, "--") {
				known[command] = append(known[command], name)
			}
		case strings.HasPrefix(line, "    "):
			command = name
			known[command] = nil
		}
	}
	return known
}

// complete returns the line with the word before the position completed, as far as it is
// unique.
func complete(known map[string][]string, line string, pos int) (string, int, bool) {
	start := strings.LastIndexByte(line[:pos], ' ') + 1
	prefix := line[start:pos]
	var candidates []string
	command, _, isArgument := strings.Cut(strings.TrimLeft(line[:pos], " "), " ")
	if isArgument {
		if !strings.HasPrefix(prefix, "-") {
			return "", 0, false
		}
		candidates = known[command]
	} else {
		for name := range known {
			candidates = append(candidates, name)
		}
	}
	var found []string
	for _, s := range candidates {
		if strings.HasPrefix(s, prefix) {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return "", 0, false
	}
	common := commonPrefix(found)
	if len(found) == 1 {
		common += " "
	}
	return line[:start] + common + line[pos:], start + len(common), true
}

// commonPrefix returns the beginning that all words have.
func commonPrefix(words []string) string {
	first, last := slices.Min(words), slices.Max(words)
	n := 0
	for n < len(first) && n < len(last) && first[n] == last[n] {
		n++
	}
	return first[:n]
}
