package loggers

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"time"
)

const (
	message = "request served"
	failed  = "request failed"
)

// heldRecords is the maximum number of records held for a trigger.
const heldRecords = 1000

// The fields. They are variables, so that the compiler does not know their values and a
// call that boxes its arguments pays for it.
var (
	user   = "alice"
	path   = "/api/v1/items"
	status = 200
	size   = int64(73114)
	ratio  = 0.8123
	cached = true
	took   = 1234567 * time.Nanosecond
	errIO  = errors.New("connection reset by peer")
	city   = "Zürich"

	base = time.Date(2024, 2, 29, 13, 37, 42, 123_456_789, time.UTC)

	ctx = context.Background()
)

// at returns the time field of record i. It advances from record to record, like the start
// of a request, so that a cache of the last text does not always hit.
func at(i int) time.Time { return base.Add(time.Duration(i) * time.Millisecond) }

// keys are the keys of the fields in growing rows.
var keys = func() (k [50]string) {
	for i := range k {
		k[i] = "field" + string([]byte{'0' + byte(i/10), '0' + byte(i%10)})
	}
	return k
}()

// text returns a message of n bytes.
func text(n int) string {
	const words = "the quick brown fox jumps over the lazy dog and "
	return strings.Repeat(words, n/len(words)+1)[:n]
}

// spread logs n records on several goroutines concurrently.
func spread(goroutines, n int, log func(n int)) {
	var wg sync.WaitGroup
	for i := range goroutines {
		wg.Go(func() { log(n*(i+1)/goroutines - n*i/goroutines) })
	}
	wg.Wait()
}

// onAllCores returns a function that runs log on all cores concurrently.
func onAllCores(log func(n int)) func(n int) {
	return func(n int) { spread(runtime.GOMAXPROCS(0), n, log) }
}
