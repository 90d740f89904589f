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

// heldRecords is how many records wait for a trigger at most.
const heldRecords = 1000

// The fields. They are variables, so that no compiler knows their values and a
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

// at is the time field of record i. It advances from record to record, as the
// start of a request does, so that a cache of the last text is not always right.
func at(i int) time.Time { return base.Add(time.Duration(i) * time.Millisecond) }

// keys name the fields of the rows that grow.
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

// spread logs n records on several goroutines at once.
func spread(goroutines, n int, log func(n int)) {
	var wg sync.WaitGroup
	for i := range goroutines {
		wg.Go(func() { log(n*(i+1)/goroutines - n*i/goroutines) })
	}
	wg.Wait()
}

// onAllCores makes log run on all cores at once.
func onAllCores(log func(n int)) func(n int) {
	return func(n int) { spread(runtime.GOMAXPROCS(0), n, log) }
}
