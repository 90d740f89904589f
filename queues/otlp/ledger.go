package otlp

import (
	"container/list"
	"slices"
	"sync"
	"time"
)

// ledger knows which batches are stored, and which are on their way, so that each is stored
// once though it is sent again. It is bounded: what it forgets would be stored once more,
// and never lost.
//
// Of an instance it knows the numbers of its records, in any order: a bare highest number
// would lose those that come late. Of other batches it knows the hash, for some minutes.
type ledger struct {
	gap func(instance string, missing span) // called with the lock held, once for each gap

	mu        sync.Mutex
	instances map[string]*instance
	recent    list.List // of *instance, the one that was used last in front
	nextGap   time.Time // when to look for gaps; zero: there are none
	bodies    map[batch]*claim
	stored    []storedBody // the oldest first
}

// Limits of a ledger.
const (
	maxInstances = 4096
	maxStretches = 64 // of an instance
	maxBodies    = 1 << 15
	bodyTime     = 5 * time.Minute
	gapTime      = 30 * time.Second // until a gap is reported, in which its records may come
)

// instance is a sender that numbers its records.
type instance struct {
	name    string
	stored  []stretch // in order, with gaps between them
	claims  []*claim  // on their way
	element *list.Element
}

// stretch is numbers that are stored. The gap before it is reported at a time; it is zero
// if there is no gap to report.
type stretch struct {
	span
	report time.Time
}

type storedBody struct {
	batch batch
	end   time.Time
}

// claim is a batch on its way.
type claim struct {
	batch  batch
	parts  []span // numbers that are not stored yet; one without meaning for other batches
	done   chan struct{}
	stored bool
}

// whole reports whether the parts are all of the batch.
func (c *claim) whole() bool { return len(c.parts) == 1 && c.parts[0] == c.batch.numbers }

func newLedger(gap func(string, span)) *ledger {
	return &ledger{gap: gap, instances: make(map[string]*instance), bodies: make(map[batch]*claim)}
}

// claim takes a batch. The caller stores it, and calls settle. There is no claim if the
// batch is stored already, or if it is on its way, or a part of it. Then wait is closed when
// that is settled, and the caller tries again.
func (l *ledger) claim(b batch) (c *claim, wait <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.instance != "" {
		return l.claimNumbers(b)
	}
	l.expire(time.Now())
	anyone := b
	anyone.peer = ""
	for _, known := range []batch{b, anyone} {
		if other := l.bodies[known]; other != nil && !other.stored {
			return nil, other.done
		} else if other != nil {
			return nil, nil
		}
	}
	c = &claim{batch: b, parts: []span{b.numbers}, done: make(chan struct{})}
	l.bodies[b] = c
	return c, nil
}

func (l *ledger) claimNumbers(b batch) (c *claim, wait <-chan struct{}) {
	in := l.instance(b.instance)
	for _, other := range in.claims {
		if other.batch.numbers.overlaps(b.numbers) {
			return nil, other.done
		}
	}
	missing := in.missing(b.numbers)
	if len(missing) == 0 {
		return nil, nil
	}
	c = &claim{batch: b, parts: missing, done: make(chan struct{})}
	in.claims = append(in.claims, c)
	return c, nil
}

// instance returns an instance, which is the most recent one from now on.
func (l *ledger) instance(name string) *instance {
	in := l.instances[name]
	if in == nil {
		for e := l.recent.Back(); e != nil && len(l.instances) >= maxInstances; {
			old := e.Value.(*instance)
			e = e.Prev()
			if len(old.claims) == 0 {
				l.recent.Remove(old.element)
				delete(l.instances, old.name)
			}
		}
		in = &instance{name: name}
		in.element = l.recent.PushFront(in)
		l.instances[name] = in
	}
	l.recent.MoveToFront(in.element)
	return in
}

// settle ends a claim, of which the first parts are stored.
func (l *ledger) settle(c *claim, parts int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	c.stored = parts == len(c.parts)
	close(c.done)
	if c.batch.instance == "" {
		if c.stored {
			l.stored = append(l.stored, storedBody{c.batch, now.Add(bodyTime)})
		} else {
			delete(l.bodies, c.batch)
		}
		return
	}
	in := l.instances[c.batch.instance]
	in.claims = slices.DeleteFunc(in.claims, func(other *claim) bool { return other == c })
	for _, s := range c.parts[:parts] {
		in.add(s, now.Add(gapTime))
		if l.nextGap.IsZero() && in.hasGap() {
			l.nextGap = now.Add(gapTime)
		}
	}
	if !l.nextGap.IsZero() && !now.Before(l.nextGap) {
		l.reportGaps(now)
	}
}

// remember notes a batch that was stored before a restart.
func (l *ledger) remember(b batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if b.instance != "" {
		l.instance(b.instance).add(b.numbers, time.Time{})
		return
	}
	l.expire(now)
	if l.bodies[b] == nil {
		l.bodies[b] = &claim{batch: b, stored: true}
		l.stored = append(l.stored, storedBody{b, now.Add(bodyTime)})
	}
}

// expire forgets bodies that are too old, or too many.
func (l *ledger) expire(now time.Time) {
	n := 0
	for n < len(l.stored) && (now.After(l.stored[n].end) || len(l.stored)-n > maxBodies) {
		delete(l.bodies, l.stored[n].batch)
		n++
	}
	l.stored = l.stored[n:]
}

// reportGaps reports the gaps whose time has come; those of the zero time are all.
func (l *ledger) reportGaps(now time.Time) {
	l.nextGap = time.Time{}
	for _, in := range l.instances {
		for i := range in.stored {
			s := &in.stored[i]
			switch {
			case s.report.IsZero():
			case now.IsZero() || !now.Before(s.report):
				s.report = time.Time{}
				l.gap(in.name, span{in.stored[i-1].last + 1, s.first - 1})
			case l.nextGap.IsZero() || s.report.Before(l.nextGap):
				l.nextGap = s.report
			}
		}
	}
}

// close reports all gaps that are not reported yet.
func (l *ledger) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reportGaps(time.Time{})
}

// missing returns the parts of the numbers that are not stored.
func (in *instance) missing(s span) (missing []span) {
	for _, st := range in.stored {
		if st.last < s.first {
			continue
		}
		if st.first > s.last {
			break
		}
		if st.first > s.first {
			missing = append(missing, span{s.first, st.first - 1})
		}
		s.first = st.last + 1
	}
	if s.first <= s.last {
		missing = append(missing, s)
	}
	return missing
}

// add notes that the numbers are stored. If they are beyond all others, the gap before them
// is to be reported at the time; the zero time is never.
func (in *instance) add(s span, report time.Time) {
	i, _ := slices.BinarySearchFunc(in.stored, s.first, func(st stretch, first uint64) int {
		if st.last+1 < first { // with a gap between them
			return -1
		}
		return 1
	})
	merged := stretch{s, report}
	if i < len(in.stored) { // in the gap before it, or in it
		merged.report = in.stored[i].report
	} else if i == 0 { // nothing is known of the numbers before
		merged.report = time.Time{}
	}
	end := i
	for ; end < len(in.stored) && in.stored[end].first <= s.last+1; end++ {
		merged.first = min(merged.first, in.stored[end].first)
		merged.last = max(merged.last, in.stored[end].last)
	}
	in.stored = slices.Replace(in.stored, i, end, merged)
	if len(in.stored) > maxStretches {
		in.stored = slices.Delete(in.stored, 0, 1)
		in.stored[0].report = time.Time{}
	}
}

func (in *instance) hasGap() bool {
	return slices.ContainsFunc(in.stored, func(s stretch) bool { return !s.report.IsZero() })
}
