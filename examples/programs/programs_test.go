// Package programs_test runs quickstart and the small programs in the folders below, and
// compares their output with the files in testdata. To update these, run
//
//	go test ./examples/programs -update
package programs_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "update the expected output")

// bin is the folder with all programs, built once for the tests.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(withPrograms(m))
}

func withPrograms(m *testing.M) int {
	dir, err := os.MkdirTemp("", "logbook-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	out, err := exec.Command("go", "build", "-o", dir, "./...", "../quickstart", "../mailserver").CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	bin = dir
	return m.Run()
}

func TestPrograms(t *testing.T) {
	for _, name := range []string{"quickstart", "hello", "library", "slog", "format", "errors", "tags", "dedup", "consoleandfile", "opentelemetry"} {
		t.Run(name, func(t *testing.T) {
			compare(t, name, run(t, filepath.Join(bin, name)))
		})
	}
	for _, name := range []string{"web", "background"} { // they send mail
		t.Run(name, func(t *testing.T) {
			compare(t, name, run(t, filepath.Join(bin, "mailserver"), filepath.Join(bin, name)))
		})
	}
	t.Run("workers", func(t *testing.T) {
		checkWorkers(t, run(t, filepath.Join(bin, "workers")))
	})
}

// compare compares the output of a program with the file in testdata.
func compare(t *testing.T, name, got string) {
	golden := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("output\n%s\nwant\n%s", got, want)
	}
}

// TestPages checks that pages of docs/ show whole programs as they are.
func TestPages(t *testing.T) {
	for page, name := range map[string]string{
		"console-and-file":       "consoleandfile",
		"many-processes":         "manyprocesses",
		"opentelemetry":          "opentelemetry",
		"writing-a-handler":      "recent",
		"kubernetes-and-systemd": "service",
	} {
		text, err := os.ReadFile(filepath.Join("../../docs", page+".md"))
		if err != nil {
			t.Fatal(err)
		}
		source, err := os.ReadFile(filepath.Join(name, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		_, program, _ := strings.Cut(string(source), "\npackage main\n")
		if !strings.Contains(string(text), "```go\npackage main\n"+program+"```\n") {
			t.Errorf("docs/%s.md does not show %s/main.go", page, name)
		}
	}
}

// Three processes write to one rotating file, and no line is lost or torn.
func TestManyProcesses(t *testing.T) {
	dir := t.TempDir()
	var processes []*exec.Cmd
	for range 3 {
		c := exec.Command(filepath.Join(bin, "manyprocesses"))
		c.Dir = dir
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		processes = append(processes, c)
	}
	for _, c := range processes {
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "jobs.log*"))
	if err != nil {
		t.Fatal(err)
	}
	lines := make(map[string]int)
	for _, f := range files {
		if filepath.Ext(f) == ".lock" {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			var r struct{ Pid, N int }
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Errorf("%v: %q", err, line)
			}
			lines[fmt.Sprint(r)]++
		}
	}
	if len(files) < 4 || len(lines) != 3000 {
		t.Errorf("%d different lines in %q, want 3000", len(lines), files)
	}
}

// run runs a program in a temporary folder, and returns its output and the files it wrote,
// without the parts that differ from run to run.
func run(t *testing.T, program string, args ...string) string {
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	c := exec.Command(program, args...)
	c.Dir, c.Stdout, c.Stderr = dir, &stdout, &stderr
	c.Env = append(os.Environ(), "NO_COLOR=1")
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	var b strings.Builder
	section := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "-- %s --\n%s", name, mask(text))
		}
	}
	section("stdout", stdout.String())
	section("stderr", stderr.String())
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		section(filepath.Base(f), string(text))
	}
	return b.String()
}

var masks = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)`), "TIME"},
	{regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d(\.\d{3})?`), "CLOCK"},
	{regexp.MustCompile(`(?m)^(Date|Message-ID): .*`), "$1: OF THE MAIL"},
	{regexp.MustCompile(`(?m)^(Time: +)[\d-]+ [\d:]+$`), "${1}OF THE RECORD"},
	{regexp.MustCompile(`(?m)^(Location: +)\S*/`), "$1"},
	{regexp.MustCompile(`(query select \d) took=\S+`), "$1 took=DURATION"},
	{regexp.MustCompile(`"[^"]*/(\w+\.go)"`), `"$1"`},
	{regexp.MustCompile(`(?m)^(  \|     )\S*/(\w+\.go:\d+)$`), "$1$2"},
	{regexp.MustCompile(`( in |duration=)[\d.]+(ns|µs|ms|s)\b`), "${1}DURATION"},
	{regexp.MustCompile(`"duration":\d+`), `"duration":N`},
	{regexp.MustCompile(`("(?:server|httplog|stack_context)\.go"(?:, line |,"line":))\d+`), "${1}N"}, // of packages
	{regexp.MustCompile(`\bmain\.[\w.]+\.func\d[\w.]*`), "main.FUNC"},                                // the compiler's names
	{regexp.MustCompile(`\.ServeHTTP\.func\d`), ".ServeHTTP.FUNC"},
}

func mask(s string) string {
	for _, m := range masks {
		s = m.what.ReplaceAllString(s, m.with)
	}
	return s
}

// checkWorkers checks that each job was logged once, and that the record of its child
// came from the handler of the same worker.
func checkWorkers(t *testing.T, out string) {
	var got, want []string
	worker := make(map[string]string) // by the job's number
	for line := range strings.Lines(strings.TrimPrefix(out, "-- stdout --\n")) {
		w, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		n := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "job "), "child of "), " done")
		if earlier, ok := worker[n]; ok && earlier != w {
			t.Errorf("job %s was logged by %s and by %s", n, earlier, w)
		}
		worker[n] = w
		got = append(got, text)
	}
	for n := range 9 {
		want = append(want, fmt.Sprintf("job %d done", n), fmt.Sprintf("child of %d", n))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("output\n%s", out)
	}
}
