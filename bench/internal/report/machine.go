package report

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// A Machine says where, when and of what the results were made. It is written
// beside them.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"` // that were used
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	Go     string `json:"go"`
	Date   string `json:"date"` // RFC 3339, UTC
	Rounds int    `json:"rounds"`
	Sample string `json:"sample"` // length of one

	// Load is how many programs wanted to run before the first sample, as Linux
	// tells it for the last minute. Where it is not near 0, other programs ran
	// besides, and the rows for all cores say little.
	Load float64 `json:"load"`

	Peers map[string]string `json:"peers"` // module and version
}

// ThisMachine describes where the program runs. peers are prefixes of the module
// paths whose versions matter.
func ThisMachine(rounds int, sample time.Duration, peers ...string) Machine {
	m := Machine{
		CPU: cpuName(), Cores: runtime.GOMAXPROCS(0), OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(),
		Date: time.Now().UTC().Format(time.RFC3339), Rounds: rounds, Sample: sample.String(), Load: load(), Peers: map[string]string{},
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return m
	}
	for _, dep := range info.Deps {
		for _, p := range peers {
			if strings.HasPrefix(dep.Path, p) {
				m.Peers[dep.Path] = dep.Version
			}
		}
	}
	return m
}

// load asks Linux; elsewhere it is 0.
func load() (v float64) {
	b, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		_, _ = fmt.Sscan(string(b), &v)
	}
	return v
}

// cpuName asks Linux; elsewhere the architecture has to do.
func cpuName() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
