package queues

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/spool"
)

// Spool writes records to a log on the disk, and hands them to a handler on a goroutine of
// its own. It is for handlers that must not lose a record: mail, networks, databases. Level,
// filter and bubble are those of the handler.
//
// A log call returns when the record is written, so that it survives the end of the program,
// whatever the reason. Flush returns when all records are on the disk, so that they survive
// the end of the machine. The next NewSpool with the directory goes on where this one
// stopped.
//
// Each record is handed over at least once: again if the program ends between the handler's
// work and the note of it on the disk. It has the same [logbook.Origin] then. Records come to
// the handler in the order in which they were written, up to 256 at once if it takes batches.
// Those that were handed to the Spool together stay together, with their reason. What the
// handler leaves unsent (see [logbook.BatchHandler]) is tried again after a pause of 100 ms,
// then 200 ms, and so on up to 10 s, for ever. A record that the handler fails to handle
// MaxAttempts times is set aside in the directory; see "logbook spool". Failures go to the
// error flag of the application.
//
// A record keeps what [logbook.Wire] and OTLP keep: its context is gone, errors are text, and
// values are those of JSON, with durations, times and unsigned integers.
//
// If the handler has a queue of its own, the Spool takes its place; see [Unqueued].
//
// It is safe for concurrent use.
type Spool struct {
	handler  logbook.Handler // as given
	binding  logbook.Binding
	overflow Overflow
	encoding otlp.EncodeOptions
	instance string
	shared   *sharedSpool
	log      *spool.Log
	reader   *SpoolReader

	ctx      context.Context // ended by Close: calls that wait for room end
	cancel   context.CancelFunc
	inflight flow.Inflight
	writers  sync.Pool // of *spoolWriter

	closing sync.Once

	numbers atomic.Uint64 // of records
	lost    atomic.Int64  // records that no notice has reported yet
	dropped atomic.Uint64 // records that were not written
}

// spoolWriter has the memory of a call of Handle.
type spoolWriter struct {
	encoder     otlp.Encoder
	one         [1]*logbook.Record
	entry, loss spool.Entry
	bodies      [2][]byte
}

// maxSpoolBody bounds the memory that is kept for reuse.
const maxSpoolBody = 64 << 10

// NewSpool returns a handler that passes records to h by way of a log in a directory, which
// is made if it is missing (mode 0700). Another process that uses it is a
// [*spool.InUseError]. Other errors are a [*logbook.OptionError], or those of the system.
func NewSpool(h logbook.Handler, dir string, o *SpoolOptions) (*Spool, error) {
	if o == nil {
		o = new(SpoolOptions)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	h = hold.Given(h)
	s := &Spool{handler: h, binding: h.Binding(), overflow: o.Overflow, instance: o.Instance}
	if s.instance == "" {
		s.instance = otlp.NewInstance()
	}
	inner := Unqueued(h)
	if e, ok := entrySenderOf(inner).(interface{ Encoding() otlp.EncodeOptions }); ok {
		s.encoding = e.Encoding()
	}
	if o.Trace != nil {
		s.encoding.Trace = o.Trace
	}
	disk := &spool.Options{MaxBytes: o.MaxBytes, DropOldest: o.Overflow == DropOldest, Sync: spool.SyncInterval, SyncInterval: max(0, o.SyncInterval)}
	switch {
	case o.SyncEach:
		disk.Sync = spool.SyncAlways
	case o.SyncInterval < 0:
		disk.Sync = spool.SyncNever
	}
	var err error
	if s.shared, err = openSpool(dir, disk, o.TakeOver); err != nil {
		return nil, err
	}
	s.log = s.shared.log
	s.writers.New = func() any { return new(spoolWriter) }
	s.ctx, s.cancel = flow.NewContext()
	if logbook.IsQuiet(h) {
		s.binding.Quiet = s
	} else {
		s.binding.Quiet = nil
	}
	s.shared.follow(func(after <-chan struct{}) <-chan struct{} {
		s.reader = newSpoolReader(inner, s.shared.cursor, o.MaxAttempts, true, after)
		return s.reader.done
	})
	return s, nil
}

// Binding implements [logbook.Bindable].
func (s *Spool) Binding() logbook.Binding { return s.binding }

// Handle writes the record. With [Block] it waits for room. After Close its error is
// [logbook.ErrClosed].
func (s *Spool) Handle(r *logbook.Record) error {
	w := s.writers.Get().(*spoolWriter)
	w.one[0] = r
	err := s.put(w, w.one[:], logbook.ReasonBuffer)
	w.one[0] = nil
	s.release(w)
	return err
}

// HandleBatch writes the records, to be handed over together.
func (s *Spool) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	if len(rs) == 0 {
		return nil
	}
	w := s.writers.Get().(*spoolWriter)
	err := s.put(w, rs, why)
	s.release(w)
	return err
}

func (s *Spool) release(w *spoolWriter) {
	if cap(w.bodies[0]) <= maxSpoolBody {
		s.writers.Put(w)
	}
}

// put writes the entry of some records.
func (s *Spool) put(w *spoolWriter, rs []*logbook.Record, why logbook.Reason) error {
	n := len(rs)
	if !s.inflight.Enter(n) {
		s.dropped.Add(uint64(n))
		return logbook.ErrClosed
	}
	defer s.inflight.Leave(n)
	w.bodies[0] = w.encoder.AppendRequest(w.bodies[0][:0], rs, &s.encoding)
	w.entry = spool.Entry{Key: s.key(n), Peer: peerOf(why), Records: n, Body: w.bodies[0]}
	for {
		err := s.append(w, rs[0])
		full := (*spool.FullError)(nil)
		if err == nil {
			return nil
		}
		if errors.As(err, &full) {
			if s.overflow == 0 || s.overflow == Block {
				if s.log.Room(s.ctx) == nil {
					continue
				}
				err = logbook.ErrClosed
			} else if full.Err == nil { // as configured
				err = nil
			}
		}
		s.dropped.Add(uint64(n))
		s.lost.Add(int64(n))
		return err
	}
}

// append writes the entry, after a notice of what was lost before.
func (s *Spool) append(w *spoolWriter, near *logbook.Record) error {
	lost := s.lost.Swap(0)
	if lost == 0 {
		return s.log.Append(s.ctx, &w.entry)
	}
	w.notice(hold.LossNotice(int(lost), near), s.key(1))
	err := s.log.Append(s.ctx, &w.loss, &w.entry)
	if err != nil {
		s.lost.Add(lost)
	}
	return err
}

// notice makes the entry of a notice of lost records.
func (w *spoolWriter) notice(r *logbook.Record, key string) {
	w.bodies[1] = w.encoder.AppendRequest(w.bodies[1][:0], []*logbook.Record{r}, nil)
	w.loss = spool.Entry{Key: key, Records: 1, Body: w.bodies[1]}
}

// key returns the key of an entry with n records.
func (s *Spool) key(n int) string {
	last := s.numbers.Add(uint64(n))
	return otlp.Key(s.instance, last-uint64(n)+1, last)
}

// reportLoss writes a notice of lost records after which none has come. It reports whether it
// has written one.
func (s *Spool) reportLoss() bool {
	lost := s.lost.Swap(0)
	if lost == 0 {
		return false
	}
	w := new(spoolWriter)
	w.notice(hold.LossNotice(int(lost), logbook.NewRecord(logbook.RecordData{Time: time.Now()})), s.key(1))
	if s.log.Append(context.Background(), &w.loss) != nil {
		s.lost.Add(lost)
		return false
	}
	return true
}

// Flush returns when the records that were logged before it are on the disk. The handler may
// not have them yet.
func (s *Spool) Flush(ctx context.Context) error {
	s.reportLoss()
	return s.log.Sync(ctx)
}

// Close hands over records until all are handled, an attempt fails, or the context ends, and
// closes the handler. What is left stays on the disk, for the next NewSpool; it is reported by
// a [*SpooledError], unless another Spool has taken over.
func (s *Spool) Close(ctx context.Context) (err error) {
	s.cancel()
	s.inflight.Close(ctx) // these calls do not wait for room any more
	s.closing.Do(func() {
		if !s.shared.isShared() {
			err = s.drain(ctx)
		}
		err = errors.Join(err, s.reader.Stop(ctx), logbook.Close(ctx, s.handler), s.shared.leave(ctx))
	})
	return err
}

// drain hands over what it can.
func (s *Spool) drain(ctx context.Context) error {
	left := s.reader.Drain(ctx)
	if s.reportLoss() { // now there is room for it
		left = s.reader.Drain(ctx)
	}
	if left != nil {
		left = fmt.Errorf("%w (%s)", left, s.log.Dir())
	}
	return left
}

// Unwrap returns the handler.
func (s *Spool) Unwrap() logbook.Handler { return s.handler }

// Stats returns the counts so far: Handled are the records that the handler got, Dropped those
// for which there was no room, which could not be written, or which are damaged, and Held those
// that wait on the disk. The counters are those of [SpoolReader].
func (s *Spool) Stats() logbook.Stats {
	stats := s.reader.Stats()
	stats.Dropped += s.dropped.Load()
	return stats
}
