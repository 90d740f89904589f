package ticketing

import (
	"errors"
	"time"
)

// Limits bound the growth of a store. nil and the zero value are the defaults.
type Limits struct {
	// Keep is the number K of occurrences that are kept from the beginning, and from the
	// end, of each ticket. Those with the numbers 2, 4, 8, 16 and so on are kept, too. All
	// are counted. Default 10.
	Keep int

	// NewTickets bounds the tickets that records of one hour and one app create. Further
	// ones are recorded under the overflow ticket of the app: its fingerprint is
	// Hash("overflow/1", AppID). Default 1000.
	NewTickets int

	// MaxTickets, MaxAge and MaxBytes bound what [Store.Prune] leaves. MaxAge is the time
	// since a ticket was last seen, and that for which the counts of each hour are kept.
	// Beyond MaxTickets and MaxBytes, solved tickets go first, then muted and then open ones,
	// each from the one that was not seen for longest. Default 100,000 tickets, 90 days and
	// 4 GiB.
	MaxTickets int
	MaxAge     time.Duration
	MaxBytes   int64
}

const (
	defaultKeep       = 10
	defaultNewTickets = 1000
	defaultMaxTickets = 100_000
	defaultMaxAge     = 90 * 24 * time.Hour
	defaultMaxBytes   = 4 << 30
)

// MaxValues bounds the hosts, and the releases, that a store remembers for each ticket. A query
// for others does not find it.
const MaxValues = 64

// WithDefaults returns the limits with the defaults in place of zeros, or an error if one is
// negative. It is for stores.
func (l *Limits) WithDefaults() (Limits, error) {
	if l == nil {
		l = new(Limits)
	}
	d := *l
	for _, f := range []struct {
		name     string
		negative bool
	}{
		{"Keep", d.Keep < 0}, {"NewTickets", d.NewTickets < 0}, {"MaxTickets", d.MaxTickets < 0},
		{"MaxAge", d.MaxAge < 0}, {"MaxBytes", d.MaxBytes < 0},
	} {
		if f.negative {
			return Limits{}, optionError("Limits", f.name, errors.New("want a positive number"))
		}
	}
	orDefault(&d.Keep, defaultKeep)
	orDefault(&d.NewTickets, defaultNewTickets)
	orDefault(&d.MaxTickets, defaultMaxTickets)
	orDefault(&d.MaxAge, defaultMaxAge)
	orDefault(&d.MaxBytes, defaultMaxBytes)
	return d, nil
}

func orDefault[T comparable](field *T, value T) {
	if *field == *new(T) {
		*field = value
	}
}

// Keeps reports whether the occurrence with a number is kept, when the ticket has count of
// them. It is for stores.
func (l *Limits) Keeps(number, count int64) bool {
	k := int64(l.Keep)
	return number <= k || number > count-k || number&(number-1) == 0
}

// OverflowFingerprint returns the fingerprint of the ticket for records that would have
// created too many tickets. It is for stores.
func OverflowFingerprint(appID string) Fingerprint { return Hash("overflow/1", appID) }

// OverflowTitle is the title of that ticket.
const OverflowTitle = "Too many new tickets in an hour: records that would have created more"
