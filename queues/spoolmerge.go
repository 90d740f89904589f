package queues

import (
	"cmp"
	"slices"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/queues/spool"
)

// maxMerged bounds the size of a merged entry.
const maxMerged = 512 << 10 // messages of NATS have at most 1 MiB

// span is the numbers of records in the key of an entry.
type span struct {
	instance    string
	first, last uint64
}

// spanOf returns the numbers of the records of an entry, if it has them.
func spanOf(e *spool.Entry) (s span, ok bool) {
	s.instance, s.first, s.last, ok = otlp.ParseKey(e.Key)
	return s, ok
}

func (s span) key() string { return otlp.Key(s.instance, s.first, s.last) }

// merge joins the entries of a program, which are small, so that they can be sent together:
// requests of OTLP that follow each other are one request. Those of one instance are put in
// the order of their numbers, which is that of each goroutine.
func merge(batch []*spooled) []*spooled {
	var merged []*spooled
	for len(batch) > 0 {
		of, _ := spanOf(batch[0].entry)
		n := 1
		for n < len(batch) && of.first > 0 {
			if s, ok := spanOf(batch[n].entry); !ok || s.instance != of.instance {
				break
			}
			n++
		}
		run := batch[:n]
		batch = batch[n:]
		slices.SortStableFunc(run, func(a, b *spooled) int {
			x, _ := spanOf(a.entry)
			y, _ := spanOf(b.entry)
			return cmp.Compare(x.first, y.first)
		})
		for _, s := range run {
			if len(merged) == 0 || !merged[len(merged)-1].join(s) {
				merged = append(merged, s)
			}
		}
	}
	return merged
}

// join adds an entry, and reports whether it could be added.
func (s *spooled) join(other *spooled) bool {
	a, ok := spanOf(s.entry)
	b, also := spanOf(other.entry)
	switch {
	case !ok || !also || a.instance != b.instance || a.last+1 != b.first:
		return false
	case s.entry.Gzip || other.entry.Gzip || len(s.entry.Body)+len(other.entry.Body) > maxMerged:
		return false
	}
	if s.parts == nil {
		e := *s.entry
		e.Body = slices.Clone(e.Body)
		s.parts, s.entry = []*spool.Entry{s.entry}, &e
	}
	a.last = b.last
	s.parts = append(s.parts, other.entry)
	s.entry.Key, s.entry.Records = a.key(), s.entry.Records+other.entry.Records
	s.entry.Body = append(s.entry.Body, other.entry.Body...)
	s.total += other.total
	return true
}

// split undoes a merge.
func (s *spooled) split() []*spooled {
	var all []*spooled
	for _, e := range s.parts {
		all = append(all, &spooled{entry: e, why: s.why, unsent: true, total: e.Records})
	}
	return all
}

// numbers returns the lowest and the highest number of an entry.
func (s *spooled) numbers() (low, high uint64) {
	if s.entry == nil {
		return 0, 0
	}
	low, high = s.entry.Number, s.entry.Number
	for _, e := range s.parts {
		low, high = min(low, e.Number), max(high, e.Number)
	}
	return low, high
}
