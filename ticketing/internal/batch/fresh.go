package batch

import (
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/seen"
)

// Fresh returns the entries that were not recorded before, and the numbers of all producers
// with these added. load returns those that a store has of a producer.
func Fresh(entries []*ticketing.Entry, load func(instance string) (*seen.Numbers, error)) (fresh []*ticketing.Entry, producers map[string]*seen.Numbers, err error) {
	producers = make(map[string]*seen.Numbers)
	for _, e := range entries {
		if e.Instance == "" || e.Number == 0 {
			fresh = append(fresh, e)
			continue
		}
		numbers := producers[e.Instance]
		if numbers == nil {
			if numbers, err = load(e.Instance); err != nil {
				return nil, nil, err
			}
			producers[e.Instance] = numbers
		}
		if numbers.Add(e.Number) {
			fresh = append(fresh, e)
		}
	}
	return fresh, producers, nil
}
