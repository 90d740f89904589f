package report

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/bench/internal/measure"
)

func race(target float64) *Row {
	r := NewRow("json-message", "JSON, message only", "ns/op", target, measure.Cost{Ns: 80})
	r.Add("zerolog", measure.Cost{Ns: 130, Allocs: 1}, false)
	r.Add("phuslu", measure.Cost{Ns: 88, Allocs: 2}, false)
	r.Add("slog", measure.Cost{Ns: 400}, false)
	return r
}

func TestRatio(t *testing.T) {
	r := race(1)
	if r.BestPeer != "phuslu" || *r.Ratio != 1.1 {
		t.Errorf("best peer %s, ratio %v; want phuslu, 1.1", r.BestPeer, *r.Ratio)
	}
	for _, c := range []struct {
		target float64
		met    bool
	}{{0, true}, {1, true}, {1.1, true}, {1.2, false}} {
		if got := race(c.target).Met(); got != c.met {
			t.Errorf("a ratio of 1.1 meets %v: %v, want %v", c.target, got, c.met)
		}
	}
}

// A difference below the noise is within any limit.
func TestRatioOfNothing(t *testing.T) {
	r := NewRow("x-added", "", "ns", 1, measure.Cost{Ns: -3})
	r.Add(Limit, measure.Cost{Ns: 5}, true)
	if !r.Met() || *r.Ratio <= 0 {
		t.Errorf("ratio %v, met %v", *r.Ratio, r.Met())
	}
}

func TestJSONShape(t *testing.T) {
	withPeers := race(1)
	withPeers.Add("python-logbook", measure.Cost{Ns: 9000}, true)
	alone := NewRow("python-logbook", "", "ns/op", 0, measure.Cost{Ns: 700})
	path := filepath.Join(t.TempDir(), "results.json")
	if err := WriteJSON(path, []*Row{withPeers, alone}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]any
	if err := json.Unmarshal(b, &rows); err != nil {
		t.Fatal(err)
	}
	keys := []string{"allocs", "best_peer", "ours", "peer_allocs", "peers", "ratio", "row", "target", "unit"}
	for _, r := range rows {
		if got := slices.Sorted(maps.Keys(r)); !slices.Equal(got, keys) {
			t.Errorf("keys %v, want %v", got, keys)
		}
	}
	if peers := rows[0]["peers"].(map[string]any); peers["phuslu"] != 88.0 || len(peers) != 4 {
		t.Errorf("peers %v", peers)
	}
	if allocs := rows[0]["peer_allocs"].(map[string]any); allocs["phuslu"] != 2.0 || len(allocs) != 3 {
		t.Errorf("allocations of the peers %v, want those of three", allocs)
	}
	if rows[1]["ratio"] != nil || rows[1]["target"] != nil || rows[1]["best_peer"] != "" || len(rows[1]["peers"].(map[string]any)) != 0 {
		t.Errorf("a row without peers: %v", rows[1])
	}
}

func TestMarkdown(t *testing.T) {
	lost := NewRow("json-caller", "JSON, with caller", "ns/op", 1.2, measure.Cost{Ns: 500, Allocs: 1})
	lost.Add("phuslu", measure.Cost{Ns: 300}, false)
	added := NewRow("goroutine-bound-added", "goroutine: adds", "ns", 1, measure.Cost{Ns: 12.5})
	added.Add(Limit, measure.Cost{Ns: 10}, true)
	absent := NewRow("python-logbook", "against Python", "ns/op", 0, measure.Cost{Ns: 700})
	absent.Note = "python3-logbook is not installed"
	got := Markdown(Machine{CPU: "Z80", Cores: 2, Go: "go1.26.8", Date: "2026-11-20T10:00:00Z", Rounds: 10},
		[]*Row{race(1), lost, added, absent})
	for _, line := range []string{
		"Z80, 2 cores, go1.26.8, 2026-11-20. Medians of 10 interleaved rounds",
		"| JSON, message only | **80** | 130 | | 88 | 400 | | | 1.10 | 0 / 2 |",
		"| JSON, with caller | 500 | | | **300** | | | | 0.60 | 1 / 0 |",
		"| goroutine: adds | 12.5 ns |  |  |  |",
		"| against Python | 700 |  |  | python3-logbook is not installed |",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("no line %q in\n%s", line, got)
		}
	}
}

func TestMarkdownReportsLoad(t *testing.T) {
	for load, want := range map[float64]bool{0: false, 0.4: false, 3.9: true} {
		got := Markdown(Machine{Date: "2026-11-20T10:00:00Z", Load: load}, nil)
		if strings.Contains(got, "machine was not idle") != want {
			t.Errorf("load %v:\n%s", load, got)
		}
	}
}

func TestInsert(t *testing.T) {
	for _, c := range []struct {
		name, old, want string
		done            bool
		err             error
	}{
		{"between", "a\n<!-- bench:start -->\nold\n<!-- bench:end -->\nb\n", "a\n<!-- bench:start -->\nnew\n<!-- bench:end -->\nb\n", true, nil},
		{"empty", "<!-- bench:start --><!-- bench:end -->", "<!-- bench:start -->\nnew\n<!-- bench:end -->", true, nil},
		{"no markers", "a\nb\n", "a\nb\n", false, nil},
		{"no end", "a\n<!-- bench:start -->\nb\n", "a\n<!-- bench:start -->\nb\n", false, ErrMarkers},
		{"no start", "a\n<!-- bench:end -->\nb\n", "a\n<!-- bench:end -->\nb\n", false, ErrMarkers},
		{"turned round", "<!-- bench:end --><!-- bench:start -->", "<!-- bench:end --><!-- bench:start -->", false, ErrMarkers},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "README.md")
			if err := os.WriteFile(path, []byte(c.old), 0o600); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time changes nothing
				done, err := Insert(path, "new\n")
				if done != c.done || !errors.Is(err, c.err) {
					t.Errorf("done %v, error %v; want %v, %v", done, err, c.done, c.err)
				}
				if got, _ := os.ReadFile(path); string(got) != c.want {
					t.Errorf("the file holds %q, want %q", got, c.want)
				}
			}
		})
	}
}

func TestInsertCreatesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	if done, err := Insert(path, "new\n"); done || err != nil {
		t.Errorf("done %v, error %v", done, err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file was created: %v", err)
	}
}

func TestThisMachine(t *testing.T) {
	m := ThisMachine(10, 1e8)
	if m.CPU == "" || m.Cores < 1 || !strings.HasPrefix(m.Go, "go") && !strings.HasPrefix(m.Go, "devel") || m.Sample != "100ms" {
		t.Errorf("%+v", m)
	}
}
