package queues

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/spool"
)

// SpoolReaderOptions configure [NewSpoolReader]. nil is the default.
type SpoolReaderOptions struct {
	// MaxAttempts is how often a record is handed over that the handler fails to handle.
	// Then it is set aside. 0 or less: 10.
	MaxAttempts int

	// After is a reader of the same cursor. The new one begins when it has ended. nil: at once.
	After *SpoolReader
}

const defaultMaxAttempts = 10

// SpoolReader hands the records of a spool to a handler, on a goroutine of its own. Several
// readers can share a log, each with a cursor of its own, so that a handler that is down holds
// up no other one. [NewSpool] is a reader and its log in one.
//
// Records that the handler's level, Accept or filter refuse are passed over. The others are
// handed over at least once, as [Spool] describes. The cursor advances when the handler was
// flushed.
type SpoolReader struct {
	inner       logbook.Wrapper
	cursor      *spool.Cursor
	own         bool        // the log is that of a Spool
	selects     bool        // level, Accept and filter of the handler decide
	raw         entrySender // takes entries as they are; nil: it takes records
	atOnce      int         // records that the handler takes at once
	maxAttempts int

	reading context.Context // ended by Stop
	stop    context.CancelFunc
	ctx     context.Context // ended when Stop gives up
	cancel  context.CancelFunc
	retry   retry
	done    chan struct{} // closed when the goroutine has ended

	mu       sync.Mutex
	begun    bool          // it uses the cursor
	changed  chan struct{} // closed when the fields below, or the cursor, have changed
	failures uint64        // attempts that failed
	failure  error         // the last one; nil after a success

	handled, setAside atomic.Uint64 // records

	// Of the goroutine.
	batch    []*spooled // what was read and is not acknowledged, oldest first
	single   int        // records to hand over one by one
	attempts int        // to hand over the first of the batch
	damaged  uint64     // entries that the stream has reported
	dropped  uint64
}

// NewSpoolReader starts to hand over what is behind the cursor. The reader is the only user of
// the cursor until Stop has returned. It closes neither the handler nor the log.
func NewSpoolReader(h logbook.Handler, c *spool.Cursor, o *SpoolReaderOptions) *SpoolReader {
	if o == nil {
		o = new(SpoolReaderOptions)
	}
	var after <-chan struct{}
	if o.After != nil {
		after = o.After.done
	}
	return newSpoolReader(hold.Given(h), c, o.MaxAttempts, false, after)
}

// newSpoolReader starts a reader. own is whether the log is that of a [Spool], which has
// selected the records. The reader begins when after is closed.
func newSpoolReader(h logbook.Handler, c *spool.Cursor, maxAttempts int, own bool, after <-chan struct{}) *SpoolReader {
	r := &SpoolReader{
		inner: logbook.Wrapper{Handler: h}, cursor: c, own: own, selects: !own && !takesAll(h.Binding()),
		atOnce: 1, maxAttempts: positive(maxAttempts, defaultMaxAttempts),
		retry: newRetry(), done: make(chan struct{}), changed: make(chan struct{}),
	}
	if takesBatches(h) {
		r.atOnce = maxBatch
	}
	r.reading, r.stop = flow.NewContext()
	r.ctx, r.cancel = flow.NewContext()
	if !r.selects {
		r.raw = entrySenderOf(h)
	}
	if after == nil {
		r.begin()
		go r.work()
		return r
	}
	go func() {
		<-after
		if r.begin() {
			r.work()
		}
	}()
	return r
}

// begin prepares the first read, unless Stop was called. Then the reader has ended.
func (r *SpoolReader) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reading.Err() != nil {
		close(r.done)
		return false
	}
	r.begun = true
	s := r.cursor.State()
	r.damaged, r.dropped = s.Damaged, s.Dropped
	r.cursor.Rewind()
	return true
}

// takesAll reports whether a handler refuses no record.
func takesAll(b logbook.Binding) bool {
	return (b.Level == nil || b.Level == logbook.LevelNotSet) && b.Accept == nil && b.Filter == nil && !b.Blackhole
}

// takesBatches reports whether the innermost handler takes batches. Wrappers often pass them
// on to one that does not.
func takesBatches(h logbook.Handler) bool {
	for {
		w, ok := h.(interface{ Unwrap() logbook.Handler })
		if !ok {
			break
		}
		h = w.Unwrap()
	}
	_, ok := h.(logbook.BatchHandler)
	return ok
}

// work hands over records until Stop. It finishes what it has read, unless the handler fails.
func (r *SpoolReader) work() {
	returned := false
	defer func() {
		if !returned { // the handler ended the goroutine
			go func() {
				r.retry.wait(nil, r.reading.Done())
				r.work()
			}()
		}
	}()
	for r.ctx.Err() == nil && (len(r.batch) > 0 || r.reading.Err() == nil) {
		err := r.step()
		r.report(err)
		if err != nil && r.reading.Err() != nil {
			break
		}
		if err != nil {
			r.retry.wait(err, r.reading.Done())
		}
	}
	returned = true
	_ = r.finish() // what is handed over
	r.cursor.Rewind()
	close(r.done)
}

// step reads, or hands over, and acknowledges. Its error is that of an attempt that is to be
// repeated.
func (r *SpoolReader) step() error {
	if len(r.batch) == 0 {
		if err := r.read(); err != nil || len(r.batch) == 0 {
			return err
		}
	}
	attempt := r.handOver
	if r.raw != nil {
		attempt = r.send
	}
	if r.handedOver() < len(r.batch) {
		if err := attempt(); err != nil || r.handedOver() < len(r.batch) {
			return err
		}
	}
	return r.finish()
}

// report reports to Drain that something has changed. err is the failure that the next
// attempt follows, after a pause.
func (r *SpoolReader) report(err error) {
	if err == nil {
		r.retry.pause.Succeeded()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure = err; err != nil {
		r.failures++
	}
	close(r.changed)
	r.changed = make(chan struct{})
}

// Drain waits until everything is handed over and acknowledged that is in the log, an attempt
// fails, or the context ends. Then the error is a [*SpooledError].
func (r *SpoolReader) Drain(ctx context.Context) error {
	r.mu.Lock()
	failures := r.failures
	r.mu.Unlock()
	r.retry.now()
	for {
		r.mu.Lock()
		changed, failed, cause := r.changed, r.failures != failures && r.failure != nil, r.failure
		r.mu.Unlock()
		left := r.cursor.State()
		if left.Entries == 0 {
			return nil
		}
		if !failed {
			select {
			case <-changed:
				continue
			case <-r.done:
				cause = logbook.ErrClosed
			case <-ctx.Done():
				cause = ctx.Err()
			}
		}
		return &SpooledError{Records: int(max(left.Records, left.Entries)), Err: cause}
	}
}

// Stop ends the goroutine when it has handed over what it has read, or the handler fails. It
// waits until the context ends; then the error is the context's.
func (r *SpoolReader) Stop(ctx context.Context) error {
	r.mu.Lock()
	r.stop()
	begun := r.begun
	r.mu.Unlock()
	defer r.cancel()
	if !begun {
		return nil
	}
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stats returns the counts so far: Handled are the records that the handler got, Dropped the
// entries that were damaged or dropped, and Held the records that wait on the disk. The
// counters are
//
//	failed_attempts     attempts to hand over that were repeated
//	set_aside           records that were set aside
//	set_aside_entries   entries in which some are, now
//	oldest_seconds      how long the oldest record has waited, in seconds, if it was read
func (r *SpoolReader) Stats() logbook.Stats {
	state := r.cursor.State()
	r.mu.Lock()
	failures := r.failures
	r.mu.Unlock()
	age := time.Duration(0)
	if !state.Oldest.IsZero() {
		age = max(0, time.Since(state.Oldest))
	}
	return logbook.Stats{
		Handled: r.handled.Load(), Dropped: state.Damaged + state.Dropped, Held: int(max(state.Records, state.Entries)),
		Counters: []logbook.Counter{
			{Name: "failed_attempts", Value: failures},
			{Name: "set_aside", Value: r.setAside.Load()},
			{Name: "set_aside_entries", Value: uint64(state.SetAside)},
			{Name: "oldest_seconds", Value: uint64(age / time.Second)},
		},
	}
}

// SpooledError is the error for records that stay in a spool. They are not lost.
type SpooledError struct {
	Records int
	Err     error // the last failure of the handler, or the context's error
}

// Error returns the number of records and the cause.
func (e *SpooledError) Error() string {
	records := "records stay"
	if e.Records == 1 {
		records = "record stays"
	}
	return fmt.Sprintf("queues: %d %s in the spool: %v", e.Records, records, e.Err)
}

// Unwrap returns the cause.
func (e *SpooledError) Unwrap() error { return e.Err }
