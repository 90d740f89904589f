package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/leaktest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// buildTags are those of the program.
var buildTags string

// program is the path of the program that the tests run.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(withProgram(m))
}

func withProgram(m *testing.M) int {
	dir, err := os.MkdirTemp("", "logbook-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "logbook.exe")
	if out, err := exec.Command("go", "build", "-tags", buildTags, "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return leaktest.Run(m)
}

// command returns a command that runs the program in an environment without color
// settings.
func command(tb testing.TB, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(tb.Context(), program, args...)
	for _, v := range os.Environ() {
		if !strings.Contains(v, "COLOR") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return cmd
}

// execute runs the program to its end.
func execute(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := command(t, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	code = exitOf(t, cmd.Run())
	return out.String(), errs.String(), code
}

// exitOf returns the exit code of an ended program.
func exitOf(t *testing.T, err error) int {
	t.Helper()
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		return e.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return 0
}

// runHere runs the program in this process.
func runHere(args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(""), &out, &errs)
	return out.String(), errs.String(), code
}

func TestHelp(t *testing.T) {
	tests := map[string][]string{
		"logbook":     {"--help"},
		"pipe":        {"pipe", "--help"},
		"version":     {"version", "--help"},
		"help":        {"help", "--help"},
		"exit-codes":  {"help", "exit-codes"},
		"filters":     {"help", "filters"},
		"environment": {"help", "environment"},
		"sinks":       {"help", "sinks"},
		"sources":     {"help", "sources"},
		"source-tls":  {"help", "source", "tls"},
		"collect":     {"collect", "--help"},
		"tail":        {"tail", "--help"},
		"send":        {"send", "--help"},
		"keygen":      {"keygen", "--help"},
		"spool":       {"spool", "--help"},
		"spool-cat":   {"spool", "cat", "--help"},

		"tickets":        {"tickets", "--help"},
		"tickets-list":   {"tickets", "list", "--help"},
		"tickets-show":   {"tickets", "show", "--help"},
		"tickets-mute":   {"tickets", "mute", "--help"},
		"tickets-import": {"tickets", "import", "--help"},

		"web":           {"web", "--help"},
		"web-user-set":  {"web", "user", "set", "--help"},
		"web-token-add": {"web", "token", "add", "--help"},
	}
	for name, args := range tests {
		t.Run(name, func(t *testing.T) {
			got, stderr, code := runHere(args...)
			if stderr != "" || code != exitOK {
				t.Errorf("exit code %d, %q", code, stderr)
			}
			golden := filepath.Join("testdata", "help", name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || got != string(want) {
				t.Errorf("got\n%s\nwant (%v)\n%s", got, err, want)
			}
		})
	}
}

// All ways to ask for a help page print the same text.
func TestHelpSpellings(t *testing.T) {
	for _, group := range [][][]string{
		{{}, {"help"}, {"--help"}, {"-h"}},
		{{"help", "pipe"}, {"pipe", "--help"}, {"pipe", "-h"}},
		{{"help", "exit-codes"}, {"exit-codes"}, {"exit-codes", "--help"}},
	} {
		want, _, _ := runHere(group[0]...)
		for _, args := range group {
			if got, stderr, code := runHere(args...); got != want || stderr != "" || code != exitOK {
				t.Errorf("%q: exit code %d, %q, %s", args, code, stderr, got)
			}
		}
	}
}

// The help page of sinks names every scheme and every wrapper.
func TestHelpNamesSinks(t *testing.T) {
	text, _, _ := runHere("help", "sinks")
	for _, scheme := range config.Schemes() {
		if !strings.Contains(text, "\n  "+scheme+":") {
			t.Errorf("%s is missing", scheme)
		}
	}
	for _, option := range []string{"fingers_crossed", "limit", "sample", "dedup", "fallback"} {
		if !strings.Contains(text, "\n  "+option+"=") {
			t.Errorf("%s is missing", option)
		}
	}
}

// Every command and flag has an example in its help.
func TestHelpHasExamples(t *testing.T) {
	for _, c := range rootCommand().Commands() {
		text, _, _ := runHere("help", c.Name())
		if c.Name() != "completion" && !strings.Contains(text, "Example") {
			t.Errorf("%s: no example in\n%s", c.Name(), text)
		}
	}
	text, _, _ := runHere("help", "pipe")
	for _, flag := range []string{"to", "channel", "level", "max-line", "grace"} {
		_, line, found := strings.Cut(text, "--"+flag+" ")
		line, _, _ = strings.Cut(line, "\n")
		if i := strings.LastIndex(text, "--"+flag+" "); !found || !strings.Contains(strings.SplitN(text[i:], "\n", 2)[0], "such as") {
			t.Errorf("--%s: no example in %q", flag, line)
		}
	}
}

func TestUsageErrors(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"nope"}, `unknown command "nope" for "logbook"`},
		{[]string{"pip"}, `did you mean: pipe`},
		{[]string{"--nope"}, "unknown flag: --nope\nTry 'logbook --help'."},
		{[]string{"help", "nope"}, `unknown help topic "nope"`},
		{[]string{"help", "pipe", "nope"}, `unknown help topic "pipe nope"`},
		{[]string{"version", "nope"}, `unknown command "nope" for "logbook version"`},
		{[]string{"pipe", "--nope"}, "unknown flag: --nope\nTry 'logbook pipe --help'."},
		{[]string{"pipe", "no-such.log"}, "open no-such.log: no such file or directory"},
		{[]string{"pipe", "testdata"}, "testdata: is a directory"},
		{[]string{"pipe", "--ouput", "json"}, `unknown flag: --ouput, did you mean "--output"?`},
		{[]string{"pipe", "-x"}, "unknown shorthand flag: 'x' in -x\n"},
		{[]string{"pipe", "--output", "jsn"}, `invalid --output "jsn": want console, json, logfmt, text, raw, did you mean "json"?`},
		{[]string{"pipe", "--color", "alwys"}, `invalid --color "alwys": want auto, always or never, did you mean "always"?`},
		{[]string{"pipe", "--since", "yesterday"}, `invalid --since "yesterday": want a time such as`},
		{[]string{"pipe", "--time-zone", "Mars"}, `invalid --time-zone "Mars": want local, UTC, or a name`},
		{[]string{"pipe", "--where", "status"}, `--where: invalid condition "status": want a name`},
		{[]string{"pipe", "--where", "level>=loud"}, `--where: condition "level>=loud": `},
		{[]string{"pipe", "--grep", "("}, "--grep: error parsing regexp"},
		{[]string{"pipe", "--format", "{a}{b}"}, `--format: invalid pattern "{a}{b}": no text between two fields at offset 3`},
		{[]string{"pipe", "-f"}, "-f follows files: name at least one"},
		{[]string{"pipe", "--to"}, "flag needs an argument: --to"},
		{[]string{"pipe", "--to", "fiel:x"}, `did you mean "file"?`},
		{[]string{"pipe", "--to", "json:", "--to", "file:missing/x"}, "missing/x: no such file or directory"},
		{[]string{"pipe", "--to", "nats://me:hunter2@host"}, `sink "nats://xxxxx@host"`},
		{[]string{"pipe", "--to", "fi\x1b[31mle:x"}, `missing scheme`},
		{[]string{"pipe", "--level", "loud"}, `unknown level "loud"`},
		{[]string{"pipe", "--level", "eror"}, `did you mean "error"?`},
		{[]string{"pipe", "--where", "level>=waring"}, `did you mean "warning"?`},
		{[]string{"pipe", "--where", "status >= 500 && user=anna"}, "want conditions separated by commas"},
		{[]string{"pipe", "--where", "status=500 || status=503"}, "want conditions separated by commas"},
		{[]string{"help", "format"}, `unknown help topic "format", did you mean "formats"?`},
		{[]string{"pipe", "--max-line", "huge"}, `invalid size "huge": want 4096, 100kB, 10MiB or 1GB`},
		{[]string{"pipe", "--grace", "soon"}, `invalid duration "soon"`},
		{[]string{"pipe", "--grace", "-1s"}, `invalid argument "-1s" for "--grace" flag: negative duration`},
		{[]string{"completion", "zhs"}, `unknown command "zhs" for "logbook completion"`},
	}
	for _, tt := range tests {
		stdout, stderr, code := runHere(tt.args...)
		if stdout != "" || code != exitUsage || !strings.HasPrefix(stderr, "logbook: ") || !strings.Contains(stderr, tt.want) {
			t.Errorf("%q: exit code %d, %q\n%s", tt.args, code, stdout, stderr)
		}
		if strings.Count(stderr, "\n") != 2 || strings.Contains(stderr, "hunter2") || strings.Contains(stderr, "\x1b") {
			t.Errorf("%q: %q", tt.args, stderr)
		}
	}
}

func TestVersion(t *testing.T) {
	got, stderr, code := execute(t, "", "version")
	if !strings.HasPrefix(got, "logbook ") || !strings.Contains(got, " (") || !strings.Contains(got, "go1.") || stderr != "" || code != exitOK {
		t.Errorf("%q, %q, exit code %d", got, stderr, code)
	}
	if flag, _, _ := execute(t, "", "--version"); flag != got {
		t.Errorf("--version: %q, version: %q", flag, got)
	}
}

// unwritable is a writer that always fails.
type unwritable struct{ err error }

func (w unwritable) Write([]byte) (int, error) { return 0, w.err }

// Failed output changes the exit code and is not reported as a usage error.
func TestOutputFailures(t *testing.T) {
	full := errors.New("write: no space left on device")
	for _, args := range [][]string{{}, {"help"}, {"help", "sinks"}, {"version"}, {"--version"}, {"pipe", "--help"}, {"completion"}, {"completion", "bash"}} {
		var stderr strings.Builder
		if code := run(args, strings.NewReader(""), unwritable{full}, &stderr); code != exitFailed || stderr.String() != "logbook: "+full.Error()+"\n" {
			t.Errorf("%q: exit code %d, %q", args, code, &stderr)
		}
		stderr.Reset()
		if code := run(args, strings.NewReader(""), unwritable{syscall.EPIPE}, &stderr); code != exitClosed || stderr.String() != "" {
			t.Errorf("%q: exit code %d, %q", args, code, &stderr)
		}
	}
}

func TestCompletion(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"pipe", "--to", ""}, "file:\n"},
		{[]string{"pipe", "--level", ""}, "warning\n"},
		{[]string{"pi"}, "pipe\t"},
		{[]string{"help", "ex"}, "exit-codes\t"},
	}
	for _, tt := range tests {
		got, _, code := runHere(append([]string{"__complete"}, tt.args...)...)
		if code != exitOK || !strings.Contains(got, tt.want) {
			t.Errorf("%q: exit code %d, %q", tt.args, code, got)
		}
	}
	if got, _, code := runHere("completion", "bash"); code != exitOK || !strings.Contains(got, "logbook") {
		t.Errorf("bash: exit code %d, %d bytes", code, len(got))
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]string{"64": "64B", "100B": "100B", "1KiB": "1KiB", "1024": "1KiB", "1536": "1536B", "3MiB": "3MiB", "1GiB": "1GiB", "1kb": "1000B"} {
		var s size
		if err := s.Set(text); err != nil || s.String() != want {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "63", "2GiB", "1025MiB", "1.5KiB", "-1KiB", "KiB", "99999999999999999999", "0x100"} {
		s := size(100)
		if err := s.Set(text); err == nil || s != 100 {
			t.Errorf("%q: %v", text, s)
		}
	}
}

// Each sink and wrapper has a page with its options.
func TestHelpOfSinks(t *testing.T) {
	for name, want := range map[string][]string{
		"file":   {"file:PATH ", "mode=MODE ", "level=LEVEL ", "fingers_crossed"},
		"file:":  {"file:PATH "},
		"smtps":  {"from=TEXT ", "(required)", "ca=PATH ", "headers"},
		"syslog": {"transport=udp|tcp|tls ", "(default: udp)"},
		"limit":  {"limit=COUNT ", "limit_per=DURATION ", "(default: 1m)"},
	} {
		text, stderr, code := runHere("help", "sink", name)
		for _, w := range want {
			if !strings.Contains(text, w) || stderr != "" || code != exitOK {
				t.Errorf("%s: no %q in %s%s", name, w, text, stderr)
			}
		}
	}
	for _, scheme := range config.Schemes() {
		if text, stderr, code := runHere("help", "sinks", scheme); !strings.HasPrefix(text, "  "+scheme+":") || code != exitOK {
			t.Errorf("%s: %s%s", scheme, text, stderr)
		}
	}
	if _, stderr, code := runHere("help", "sink", "fil"); code != exitUsage || !strings.Contains(stderr, `unknown sink "fil"`) {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
