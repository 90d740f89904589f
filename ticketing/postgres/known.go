package postgres

import (
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/batch"
)

// known is what this process knows to be in the database. It remains true: an id is never
// used again, and a place or release that was deleted is not missed.
type known struct {
	places   map[place]bool
	releases map[string]bool
}

// place is a host or a release of the records of a ticket.
type place struct {
	ticket int64
	kind   int16
	value  string
}

const (
	kindHost int16 = iota
	kindRelease
)

// maxKnown bounds what is known.
const maxKnown = 100_000

// newPlaces returns the places of entries that are not known, each once, and not more of a
// ticket than are allowed.
func (k *known) newPlaces(changes []*batch.Change) (places []place) {
	for _, c := range changes {
		found := make(map[place]bool)
		var counts [2]int
		for _, e := range c.Entries {
			for _, p := range [...]place{{c.ID, kindHost, e.Host}, {c.ID, kindRelease, e.Release}} {
				if p.value != "" && !k.places[p] && !found[p] && counts[p.kind] < ticketing.MaxValues {
					found[p] = true
					counts[p.kind]++
					places = append(places, p)
				}
			}
		}
	}
	return places
}

// add adds what was committed.
func (k *known) add(places []place, releases []string) {
	if len(k.places) > maxKnown || len(k.releases) > maxKnown || k.places == nil {
		k.places, k.releases = make(map[place]bool), make(map[string]bool)
	}
	for _, p := range places {
		k.places[p] = true
	}
	for _, r := range releases {
		k.releases[r] = true
	}
}
