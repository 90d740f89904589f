package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/daemon"
)

// startDaemon runs a daemon to the end of the test, and returns its address.
func startDaemon(t *testing.T) string {
	t.Helper()
	s, err := daemon.New("tcp://127.0.0.1:0", &daemon.Options{
		Name: "test", NoPIDFile: true, NoSignals: true, Tokens: []string{"secret"},
		Commands: []daemon.Command{{
			Name: "set", Help: "set the temperature",
			Args: []daemon.Arg{{Name: "stage"}, {Name: "--reason"}, {Name: "--ramp", Kind: daemon.Duration}},
			Run: func(_ context.Context, c *daemon.Call) (any, error) {
				return c.Text("stage") + ": " + c.Text("reason"), nil
			},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go s.Run(ctx)
	t.Cleanup(func() {
		cancel()
		_ = s.Close()
	})
	return s.Addr().String()
}

func TestDaemon(t *testing.T) {
	address := startDaemon(t)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	call := []string{"daemon", "call", "--token-file", token}
	for name, tt := range map[string]struct {
		args                  []string
		stdin, stdout, stderr string
		code                  int
	}{
		"a reply":             {append(call, address, "set", "4 K", "--reason", "a {b"), "", "4 K: a {b\n", "", exitOK},
		"as JSON":             {append(call, "--json", "tcp://"+address, "set", "4K"), "", `"4K: "` + "\n", "", exitOK},
		"no token":            {[]string{"daemon", "call", address, "set", "4K"}, "", "", "logbook: the token is missing or wrong\n", exitFailed},
		"an invalid command":  {append(call, address, "none"), "", "", "logbook: unknown command \"none\": want quit, help, status or set\n", exitFailed},
		"no command":          {[]string{"daemon", "call", address}, "", "", "logbook: want the address of a daemon, and a command\n", exitUsage},
		"an invalid address":  {[]string{"daemon", "call", "http://x", "status"}, "", "", "logbook: daemon.ClientOptions: invalid address", exitUsage},
		"a shell of a script": {[]string{"daemon", "shell", "--token-file", token, address}, "set {4 K}\n\nset 40K --rea x\nexit\nset 1K\n", "4 K: \n40K: x\n", "", exitOK},
		"a line that fails":   {[]string{"daemon", "shell", "--token-file", token, address}, "none\nset 4K\n", "4K: \n", "logbook: unknown command", exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(tt.args, strings.NewReader(tt.stdin), &stdout, &stderr)
			if code != tt.code || stdout.String() != tt.stdout || !strings.HasPrefix(stderr.String(), tt.stderr) || tt.stderr == "" && stderr.Len() > 0 {
				t.Errorf("code %d\nstdout %q\nstderr %q", code, &stdout, &stderr)
			}
		})
	}
}

// Tab completes commands, and the options of a command, as the daemon's help lists them.
func TestComplete(t *testing.T) {
	c, err := daemon.NewClient("tcp://"+startDaemon(t), &daemon.ClientOptions{Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	known := completions(t.Context(), c)
	for line, want := range map[string]string{
		"se|":            "set |",
		"s|":             "s|",
		"h|":             "help |",
		"set 4K --re|":   "set 4K --reason |",
		"set 4K --r| x":  "set 4K --r| x",
		"set 4K --ra| x": "set 4K --ramp | x",
		"set 4|":         "none",
		"none --|":       "none",
		"x|":             "none",
	} {
		before, after, _ := strings.Cut(line, "|")
		got, pos, ok := complete(known, before+after, len(before))
		if ok {
			got = got[:pos] + "|" + got[pos:]
		} else {
			got = "none"
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", line, got, want)
		}
	}
}
