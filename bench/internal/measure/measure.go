package measure

import (
	"fmt"
	"math"
	"runtime"
	"time"
)

// A Subject is something to be timed.
type Subject struct {
	Name string

	// Start prepares the work. It returns do, which does it n times, and stop,
	// which undoes what Start did. Both are called on the goroutine of Start.
	Start func() (do func(n int), stop func(), err error)
}

// A Cost is what doing it once takes: the median of the samples.
type Cost struct {
	Ns     float64 // nanoseconds of the clock on the wall
	Allocs float64 // allocations of the whole process, to the nearest one
}

// A Plan says how much is measured.
type Plan struct {
	Rounds int           // samples of each subject
	Sample time.Duration // length of each
}

// Run measures the subjects and returns the cost of each, in their order.
func (p Plan) Run(subjects []Subject) ([]Cost, error) {
	counts := make([]int, len(subjects))
	for i, s := range subjects {
		n, err := p.calibrate(s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		counts[i] = n
	}
	ns := make([][]float64, len(subjects))
	allocs := make([][]float64, len(subjects))
	for round := range p.Rounds {
		for i := range subjects {
			i := (i + round) % len(subjects)
			c, err := sample(subjects[i], counts[i])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", subjects[i].Name, err)
			}
			ns[i] = append(ns[i], c.Ns)
			allocs[i] = append(allocs[i], c.Allocs)
		}
	}
	costs := make([]Cost, len(subjects))
	for i := range costs {
		costs[i] = Cost{Ns: Median(ns[i]), Allocs: math.Round(Median(allocs[i]))}
	}
	return costs, nil
}

// calibrate returns how often a subject must do its work to fill a sample. It
// believes the fastest of a few tries: the others may have been interrupted.
func (p Plan) calibrate(s Subject) (n int, err error) {
	do, stop, err := s.Start()
	if err != nil {
		return 0, err
	}
	defer stop()
	for n = 1; n < 1<<30; n *= 4 {
		fastest := time.Duration(math.MaxInt64)
		for range 3 {
			began := time.Now()
			do(n)
			fastest = min(fastest, time.Since(began))
		}
		if fastest >= p.Sample/16 {
			return max(1, int(float64(n)*float64(p.Sample)/float64(max(fastest, 1)))), nil
		}
	}
	return n, nil
}

// sample times n turns. The collector runs before, so that nobody pays for the
// garbage of the subject before; a short warm-up refills the pools it emptied.
func sample(s Subject, n int) (c Cost, err error) {
	do, stop, err := s.Start()
	if err != nil {
		return c, err
	}
	defer stop()
	runtime.GC()
	do(n/16 + 1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	do(n)
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	c.Ns = float64(took.Nanoseconds()) / float64(n)
	c.Allocs = float64(after.Mallocs-before.Mallocs) / float64(n)
	return c, nil
}
