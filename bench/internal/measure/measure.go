package measure

import (
	"fmt"
	"math"
	"runtime"
	"time"
)

// A Subject is a function to be timed.
type Subject struct {
	Name string

	// Start prepares the work. It returns do, which does the work n times, and stop,
	// which undoes Start. Both are called on the goroutine of Start.
	Start func() (do func(n int), stop func(), err error)
}

// A Cost is the median cost of doing the work once.
type Cost struct {
	Ns     float64 // nanoseconds of wall time
	Allocs float64 // allocations of the whole process, to the nearest one
}

// A Plan sets the number and length of samples.
type Plan struct {
	Rounds int           // number of samples of each subject
	Sample time.Duration // length of a sample
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

// untimed is the time spent in Untimed since the last call of timed.
var untimed time.Duration

// Untimed calls f without counting its time. It is for work that do must finish before it
// can go on, such as waiting for a queue to drain, and is called on the goroutine of do.
func Untimed(f func()) {
	began := time.Now()
	f()
	untimed += time.Since(began)
}

// timed returns the time that f takes, without that of Untimed.
func timed(f func()) time.Duration {
	untimed = 0
	began := time.Now()
	f()
	return time.Since(began) - untimed
}

// calibrate returns how often a subject must do its work to fill a sample. It uses the
// fastest of a few tries, since the others may have been interrupted.
func (p Plan) calibrate(s Subject) (n int, err error) {
	do, stop, err := s.Start()
	if err != nil {
		return 0, err
	}
	defer stop()
	for n = 1; n < 1<<30; n *= 4 {
		fastest := time.Duration(math.MaxInt64)
		for range 3 {
			fastest = min(fastest, timed(func() { do(n) }))
		}
		if fastest >= p.Sample/16 {
			return max(1, int(float64(n)*float64(p.Sample)/float64(max(fastest, 1)))), nil
		}
	}
	return n, nil
}

// sample times the work done n times. It first runs the garbage collector, so that no
// subject pays for the garbage of another, and a short warm-up, which refills pools.
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
	took := timed(func() { do(n) })
	runtime.ReadMemStats(&after)
	c.Ns = float64(took.Nanoseconds()) / float64(n)
	c.Allocs = float64(after.Mallocs-before.Mallocs) / float64(n)
	return c, nil
}
