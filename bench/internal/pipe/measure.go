package pipe

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/logbook-go/logbook/bench/internal/measure"
	"github.com/logbook-go/logbook/bench/internal/report"
)

// A Row compares a command line of "logbook pipe" with other programs.
type Row struct {
	ID, Title string
	Peers     []string // the names of programs
	Target    float64  // the least ratio of the fastest peer's time to ours; 0: none
	Rate      float64  // bytes per second, a limit in the place of peers; 0: none
	args      []string
}

// Rows returns all rows.
func Rows() []Row {
	return []Row{
		{ID: "pipe-level", Title: "logbook pipe --level error, slog's JSON lines", Target: 1, Rate: 100e6, args: []string{"--level", "error"}},
		{ID: "pipe-json", Title: "logbook pipe --output json", Peers: []string{"jq"}, Target: 3, args: []string{"--output", "json"}},
		{ID: "pipe-console", Title: "logbook pipe", Peers: []string{"humanlog", "pino-pretty"}, Target: 5},
		{ID: "pipe-raw", Title: "logbook pipe --output raw", Peers: []string{"cat", "lnav"}, args: []string{"--output", "raw"}},
	}
}

// peers are the arguments of the peers. Those of stdin read the file there.
var peers = map[string]struct {
	args  []string
	stdin bool
}{
	"cat":         {},
	"jq":          {args: []string{"-c", "."}},
	"lnav":        {args: []string{"-n"}},
	"humanlog":    {stdin: true},
	"pino-pretty": {stdin: true},
}

const (
	size   = 64e6 // bytes of the file
	rounds = 3    // at most, since some peers take seconds
)

// A Result has the costs of a line.
type Result struct {
	Row
	Ours    measure.Cost
	Beside  map[string]measure.Cost // by peer, also the limit
	Missing []string                // peers that are not installed
}

// Measure runs the commands of the rows in turns, on the same file. Their output goes to
// /dev/null.
func Measure(rows []Row, most int) ([]Result, error) {
	dir, err := os.MkdirTemp("", "logbook-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ours := filepath.Join(dir, "logbook")
	build := exec.Command("go", "build", "-o", ours, "./cmd/logbook")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	file, lines, err := makeFile(dir, size)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(rows))
	for i, r := range rows {
		results[i] = Result{Row: r, Beside: map[string]measure.Cost{}, Missing: slices.DeleteFunc(slices.Clone(r.Peers), installed)}
	}
	times := map[string][]float64{} // nanoseconds of a line, by command line
	for range min(rounds, most) {
		for _, r := range results {
			for _, c := range r.commands(ours, file) {
				ns, err := c.run()
				if err != nil {
					return nil, fmt.Errorf("%s: %s: %w", r.ID, c.name, err)
				}
				key := r.ID + " " + c.name
				times[key] = append(times[key], ns/float64(lines))
			}
		}
	}
	for i := range results {
		r := &results[i]
		for _, c := range r.commands(ours, file) {
			r.Beside[c.name] = measure.Cost{Ns: measure.Median(times[r.ID+" "+c.name])}
		}
		r.Ours = r.Beside[logbook]
		delete(r.Beside, logbook)
		if r.Rate > 0 {
			r.Beside[report.Limit] = measure.Cost{Ns: size / float64(lines) / r.Rate * 1e9}
		}
	}
	return results, nil
}

// logbook is the name of our command.
const logbook = "logbook"

// command is a program that reads a file.
type command struct {
	name, path string
	args       []string
	stdin      string // a file, or ""
}

// commands returns ours and those of the peers that are installed.
func (r *Result) commands(ours, file string) []command {
	list := []command{{name: logbook, path: ours, args: slices.Concat([]string{"pipe"}, r.args, []string{file})}}
	for _, name := range r.Peers {
		if slices.Contains(r.Missing, name) {
			continue
		}
		c := command{name: name, path: name, args: slices.Clone(peers[name].args)}
		if peers[name].stdin {
			c.stdin = file
		} else {
			c.args = append(c.args, file)
		}
		list = append(list, c)
	}
	return list
}

// run returns the nanoseconds that a command takes.
func (c *command) run() (float64, error) {
	cmd := exec.Command(c.path, c.args...)
	cmd.Stderr = os.Stderr
	if c.stdin != "" {
		f, err := os.Open(c.stdin)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		cmd.Stdin = f
	}
	began := time.Now()
	err := cmd.Run()
	return float64(time.Since(began)), err
}

func installed(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}
