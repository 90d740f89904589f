package report

import (
	"math"

	"github.com/logbook-go/logbook/bench/internal/measure"
)

// A Row is one line of the results. Lower is better in every unit.
type Row struct {
	Row        string             `json:"row"`
	Unit       string             `json:"unit"`
	Ours       float64            `json:"ours"`
	Peers      map[string]float64 `json:"peers"`
	BestPeer   string             `json:"best_peer"` // empty if there is no peer
	Ratio      *float64           `json:"ratio"`     // best peer / ours; nil if there is no peer
	Target     *float64           `json:"target"`    // for the ratio; nil if the row is only reported
	Allocs     float64            `json:"allocs"`
	PeerAllocs map[string]float64 `json:"peer_allocs"` // without peers in another process

	// For the tables.
	Title string `json:"-"`
	Note  string `json:"-"`
}

// Limit is the peer whose value is the one that ours should not exceed.
const Limit = "limit"

// NewRow returns a row without peers. target is 0 if the row is only reported.
func NewRow(id, title, unit string, target float64, ours measure.Cost) *Row {
	r := &Row{
		Row: id, Title: title, Unit: unit, Ours: round(ours.Ns), Allocs: ours.Allocs,
		Peers: map[string]float64{}, PeerAllocs: map[string]float64{},
	}
	if target > 0 {
		r.Target = &target
	}
	return r
}

// Add adds a peer. The allocations of one in another process are not known.
func (r *Row) Add(name string, c measure.Cost, foreign bool) {
	r.Peers[name] = round(c.Ns)
	if !foreign {
		r.PeerAllocs[name] = c.Allocs
	}
	if best, ok := r.Peers[r.BestPeer]; !ok || r.Peers[name] < best {
		r.BestPeer = name
		ratio := math.Round(1000*r.Peers[name]/math.Max(r.Ours, smallest)) / 1000
		r.Ratio = &ratio
	}
}

// smallest replaces costs below it, since the difference of two measurements can be zero
// or negative.
const smallest = 0.01

// round rounds to two decimals.
func round(v float64) float64 { return math.Round(100*v) / 100 }

// Met reports whether the row has no target or reaches it.
func (r *Row) Met() bool { return r.Target == nil || r.Ratio == nil || *r.Ratio >= *r.Target }
