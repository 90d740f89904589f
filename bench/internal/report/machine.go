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

// A Machine describes where and how the results were measured. It is written to a separate
// file.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"` // number of cores used
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	Go     string `json:"go"`
	Date   string `json:"date"` // RFC 3339, UTC
	Rounds int    `json:"rounds"`
	Sample string `json:"sample"` // length of a sample

	// Load is the load average of the last minute before the first sample, on Linux.
	// If it is not near 0, other programs were running, and the rows for all cores
	// are unreliable.
	Load float64 `json:"load"`

	Peers map[string]string `json:"peers"` // version by module path
}

// ThisMachine describes the machine on which the program runs. peers are prefixes of the
// module paths whose versions it includes.
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

// load returns the load average on Linux, and 0 on other systems.
func load() (v float64) {
	b, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		_, _ = fmt.Sscan(string(b), &v)
	}
	return v
}

// cpuName returns the name of the CPU on Linux, and the architecture on other systems.
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
