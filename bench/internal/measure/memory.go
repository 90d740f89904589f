package measure

import "runtime"

// Held returns the increase of heap bytes in use after a subject has done its work n times.
// It includes pools, since these survive the single collection that Held runs.
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
