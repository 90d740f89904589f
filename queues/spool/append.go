package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/crash"
	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/logbook"
)

// batch is what is written at once: the entries of the calls of Append that came while the
// batch before was written.
type batch struct {
	frames  []byte
	entries []*Entry
	few     [4]*Entry // room for entries
	records uint64

	// committed is locked until the batch is written and synced. It is a mutex rather than a
	// channel so that calls from bubbles of testing/synctest can share a batch with others.
	committed sync.RWMutex
	err       error
}

// maxBatch bounds the bytes of a batch, unless one call of Append has more.
const maxBatch = 8 << 20

// maxBuffers is the number of buffers that are kept for the next batches: one is written
// while the other is filled.
const maxBuffers = 2

// Append appends entries, and returns when the policy says: with SyncAlways when they are on
// disk. Either all are appended or, with an error, none; if the error is one of the disk,
// they may still be found after a crash. Append sets their numbers, which follow each other,
// and their times if they are zero. The caller must not change the entries meanwhile; the log
// keeps nothing of them.
//
// The error is a *[FullError] if there is no room, and a *[SizeError] for more than the log
// could ever hold. If ctx has ended, nothing is appended; once the entries are part of a
// write, Append waits for the disk. Calls at the same time share one write and one sync.
func (l *Log) Append(ctx context.Context, entries ...*Entry) error {
	if err := l.writable("append to"); err != nil {
		return err
	}
	limit := min(l.o.MaxBytes/4, maxData)
	size := 0
	for _, e := range entries {
		if err := e.check(limit); err != nil {
			return err
		}
		if e.Time.IsZero() {
			e.Time = time.Now()
		}
		size += e.frameSize()
	}
	if int64(size) > limit {
		return &SizeError{Bytes: int64(size), Limit: limit}
	}
	if err := ended(ctx); err != nil {
		return err
	}
	if len(entries) == 0 {
		return nil
	}
	if !l.inflight.Enter(1) {
		return wrapped("append to", l.dir, logbook.ErrClosed)
	}
	defer l.inflight.Leave(1)
	b, leads := l.join(entries, size)
	if !leads {
		return b.wait()
	}
	return l.commit(b)
}

// wait waits until a batch is committed, and returns its error.
func (b *batch) wait() error {
	b.committed.RLock()
	defer b.committed.RUnlock()
	return b.err
}

// join adds entries to the pending batch, and reports whether the caller must commit it.
func (l *Log) join(entries []*Entry, size int) (b *batch, leads bool) {
	l.mu.Lock()
	for l.pending != nil && int64(len(l.pending.frames)+size) > min(maxBatch, l.o.SegmentBytes/2) {
		full := l.pending
		l.mu.Unlock()
		_ = full.wait() // that is for others
		l.mu.Lock()
	}
	defer l.mu.Unlock()
	if b = l.pending; b == nil {
		b = new(batch)
		b.entries = b.few[:0]
		if n := len(l.buffers); n > 0 {
			b.frames, l.buffers = l.buffers[n-1], l.buffers[:n-1]
		}
		b.committed.Lock()
		l.pending, leads = b, true
	}
	b.frames = slices.Grow(b.frames, size+endOfSegment)
	for _, e := range entries {
		b.frames = appendFrame(b.frames, e)
		b.records += uint64(e.Records)
	}
	b.entries = append(b.entries, entries...)
	return b, leads
}

// commit writes a batch as soon as the one before is done. Others may join it until then.
func (l *Log) commit(b *batch) error {
	l.committing.Lock()
	l.mu.Lock()
	l.pending = nil
	l.mu.Unlock()
	err := l.write(b)
	l.committing.Unlock()

	l.mu.Lock()
	if len(l.buffers) < maxBuffers && cap(b.frames) <= maxBatch {
		l.buffers = append(l.buffers, b.frames[:0])
	}
	if err != nil {
		err = l.countFailure(b, err)
	}
	l.mu.Unlock()
	b.frames, b.err = nil, err
	b.committed.Unlock()
	return err
}

// countFailure counts the entries of a batch that was not written, and wraps its error. The
// caller holds mu.
func (l *Log) countFailure(b *batch, err error) error {
	if full := new(FullError); errors.As(err, &full) {
		l.counts.refused += uint64(len(b.entries))
		return err
	}
	l.counts.failedAppends += uint64(len(b.entries))
	return wrapped("append to", l.dir, err)
}

// write writes a batch to the newest segment. The caller holds committing, without which
// last, records and w do not change.
func (l *Log) write(b *batch) error {
	w, err := l.writerFor(len(b.frames))
	if err != nil {
		return err
	}
	number := l.last
	for at := 0; at < len(b.frames); {
		number++
		at += stamp(b.frames[at:], number, w.seg.salt)
	}
	size := int64(len(b.frames))
	b.frames = append(b.frames, zeros[:]...)
	crash.Point("append")
	if _, err := w.file.WriteAt(b.frames, w.end); err != nil {
		l.cut(w, !disk.IsFull(err))
		if disk.IsFull(err) {
			l.setFull(true)
			return &FullError{Dir: l.dir, Err: err}
		}
		return err
	}
	crash.Point("written")
	if l.o.Sync == SyncAlways {
		l.syncing.Lock()
		err := w.file.SyncData()
		l.syncing.Unlock()
		if err != nil {
			l.mu.Lock()
			l.counts.failedSyncs++
			l.mu.Unlock()
			l.cut(w, true)
			return err
		}
		crash.Point("synced")
	}
	w.end += size
	for i, e := range b.entries {
		e.Number = l.last + 1 + uint64(i)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.full = false
	w.seg.end = w.end
	l.last = number
	l.records += b.records
	if l.o.Sync == SyncAlways {
		l.synced = number
		l.counts.syncs++
	}
	l.counts.batches++
	l.counts.entries += uint64(len(b.entries))
	l.counts.records += b.records
	l.counts.bytes += uint64(size)
	for _, c := range l.cursors {
		c.wakeUp()
	}
	return nil
}

// cut removes what was written behind the end of the last batch. If that fails, or seal is
// set, the segment is at its end: after a failed sync the system may have dropped what it
// could not write, and another sync would succeed without it.
func (l *Log) cut(w *writer, seal bool) {
	err := w.file.Truncate(w.end)
	l.mu.Lock()
	defer l.mu.Unlock()
	w.failed = seal || err != nil
}

// writerFor returns the writer for frames of the given size, of a new segment if the newest
// one has no room for them.
func (l *Log) writerFor(frames int) (*writer, error) {
	l.mu.Lock()
	w := l.w
	if w != nil && !w.failed && w.fits(frames) {
		l.mu.Unlock()
		return w, nil
	}
	l.mu.Unlock()
	size := max(l.o.SegmentBytes, int64(frames)+endOfSegment)
	if err := l.makeRoom(size); err != nil {
		return nil, err
	}
	if w != nil && w.end == 0 {
		if err := l.discard(w); err != nil {
			return nil, err
		}
		w = nil
	}
	next, err := l.create(l.last+1, l.records+1, size)
	if err != nil {
		if disk.IsFull(err) {
			l.setFull(true)
		}
		return nil, err
	}
	if w != nil {
		l.seal(w)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.w = next
	l.segments = append(l.segments, next.seg)
	l.counts.segments++
	for _, c := range l.cursors {
		c.enforceLimit()
	}
	return next, nil
}

// discard removes the newest segment, which has no entry, so that the next one has another
// first number.
func (l *Log) discard(w *writer) error {
	if err := l.files.Remove(w.seg.path); err != nil {
		return err
	}
	l.mu.Lock()
	l.segments = slices.DeleteFunc(l.segments, func(s *segment) bool { return s == w.seg })
	l.w = nil
	l.mu.Unlock()
	l.closeFile(w)
	return nil
}

// seal ends the newest segment when the next one exists. Only SyncAlways has synced it whole;
// otherwise that is left to the next sync, and nobody waits for it here.
func (l *Log) seal(w *writer) {
	crash.Point("seal")
	l.mu.Lock()
	later := !w.syncFailed && l.synced < l.last
	if later {
		oldest := l.segments[0].first
		l.unsynced = slices.DeleteFunc(l.unsynced, func(w *writer) bool { return w.file == nil && w.seg.first < oldest })
		l.unsynced = append(l.unsynced, w)
	}
	l.mu.Unlock()
	if !later || l.o.Sync == SyncNever { // which would keep too many open
		l.closeFile(w)
	}
	crash.Point("sealed")
}

func (l *Log) closeFile(w *writer) {
	l.syncing.Lock()
	defer l.syncing.Unlock()
	if w.file == nil {
		return
	}
	if err := w.file.Close(); err != nil {
		l.report(wrapped("close a segment of", l.dir, err))
	}
	w.file = nil
}

// Sync returns when all that was appended before is on disk. If a sync at the interval has
// failed since the last call, it returns that error. With SyncAlways there is nothing to do.
// After an error the entries are still read, but may be missing after a crash of the
// machine; the next ones go to a new segment.
func (l *Log) Sync(ctx context.Context) error {
	if err := l.writable("sync"); err != nil {
		return err
	}
	if err := ended(ctx); err != nil {
		return err
	}
	if !l.inflight.Enter(1) {
		return wrapped("sync", l.dir, logbook.ErrClosed)
	}
	defer l.inflight.Leave(1)
	l.mu.Lock()
	failures := l.failures
	l.mu.Unlock()
	err := l.syncData()
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && (l.failures != failures || l.returned != l.failures) {
		err = l.syncErr
	}
	l.returned = l.failures
	return err
}

// syncData syncs what was written and is not synced yet. Calls that wait for one another
// share a sync.
func (l *Log) syncData() error {
	l.syncing.Lock()
	defer l.syncing.Unlock()
	l.mu.Lock()
	w, last, unsynced, names := l.w, l.last, l.unsynced, l.newNames
	done := l.synced >= last
	l.unsynced, l.newNames = nil, false
	again := w != nil && w.syncFailed
	l.mu.Unlock()
	if done {
		return nil
	}
	var err error
	if names {
		err = l.files.SyncDir(l.dir)
	}
	for _, w := range unsynced {
		err = errors.Join(err, l.syncSealed(w))
	}
	var failed error
	switch {
	case again: // entries that were on their way when it failed
		failed = errSyncFailed
	case w != nil:
		failed = w.file.SyncData()
	}
	crash.Point("synced")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.synced = last
	l.counts.syncs++
	if failed != nil {
		w.failed, w.syncFailed = true, true
	}
	if err = errors.Join(err, failed); err != nil {
		err = wrapped("sync", l.dir, err)
		l.counts.failedSyncs++
		l.failures++
		l.syncErr = err
	}
	return err
}

var errSyncFailed = errors.New("an earlier sync of the file has failed")

// syncSealed syncs and closes the file of a sealed segment. The caller holds syncing.
func (l *Log) syncSealed(w *writer) error {
	if w.file == nil {
		file, err := l.files.Open(w.seg.path, os.O_RDWR, 0, false)
		if err != nil {
			if !w.seg.exists(l.files) {
				return nil
			}
			return err
		}
		w.file = file
	}
	err := errors.Join(w.file.SyncData(), w.file.Close())
	w.file = nil
	return err
}

func (l *Log) setFull(full bool) {
	l.mu.Lock()
	l.full = full
	l.mu.Unlock()
}

// ended returns why a context has ended, if so.
func ended(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("spool: %w", context.Cause(ctx))
}
