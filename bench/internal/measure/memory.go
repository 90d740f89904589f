package measure

import "runtime"

// Held returns how many more bytes of the heap are in use after a subject did its
// work n times than before. Pools count: they survive the one collection that is
// run.
func Held(s Subject, n int) (bytes float64, err error) {
	runtime.GC()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do, stop, err := s.Start()
	if err != nil {
		return 0, err
	}
	defer stop()
	do(n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	return max(0, float64(after.HeapAlloc)-float64(before.HeapAlloc)), nil
}
