package spool

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/logbook-go/logbook/internal/crash"
)

// load finds the segments, the end of the log, and the cursors.
func (l *Log) load() error {
	found, err := list(l.files, l.dir)
	if err != nil {
		return err
	}
	l.segments, l.spares = found.segments, found.spares
	if err := l.findEnd(); err != nil {
		return err
	}
	for _, name := range found.cursors {
		c, err := l.loadCursor(name)
		if err != nil {
			return err
		}
		l.cursors[name] = c
	}
	return nil
}

// findEnd reads the newest segment to its last whole frame.
func (l *Log) findEnd() error {
	if len(l.segments) == 0 {
		return nil
	}
	newest := l.segments[len(l.segments)-1]
	r := reader{l: l, next: newest.first, lost: func(uint64, uint64) {}}
	defer r.close()
	l.last = newest.first - 1
	l.records = newest.firstRecord - 1
	if err := r.use(newest); err != nil {
		return err
	}
	var end int64
	torn := false
	for {
		r.limit = math.MaxUint64
		ok, err := r.frame()
		if err != nil {
			continue // at most maxFailures times at a place
		}
		if !ok {
			break
		}
		r.next = max(r.next, r.h.number+1)
		r.skip()
		end = r.off
	}
	l.last, l.records = r.next-1, r.record
	// What is behind the last frame is zero if the last write was whole.
	if b := make([]byte, endOfSegment); r.file != nil {
		n, err := r.readAt(b, end)
		torn = err != nil || !isZero(b[:n])
	}
	newest.end = end
	if torn {
		l.counts.torn++
	}
	return nil
}

// resume makes a log that was loaded fit for writing.
func (l *Log) resume() error {
	l.spares = slices.DeleteFunc(l.spares, func(s spare) bool {
		if s.space == l.o.SegmentBytes {
			return false
		}
		_ = l.files.Remove(s.path) // or it is found again at the next start
		return true
	})
	beyond := false
	for _, c := range l.cursors {
		if c.acked > l.last {
			beyond = true
			// The newest entries were lost after this cursor had read them. Numbers must
			// not come twice.
			l.last, l.records = c.acked, max(l.records, c.ackedRecords)
		}
	}
	l.synced = l.last
	if len(l.segments) == 0 {
		return l.syncDir()
	}
	if beyond {
		return l.syncDir() // the next entry begins a segment
	}
	newest := l.segments[len(l.segments)-1]
	file, err := l.files.Open(newest.path, os.O_RDWR, 0, false)
	if err != nil {
		return err
	}
	w := &writer{seg: newest, file: file, end: newest.end}
	fail := func(err error) error { return errors.Join(err, file.Close()) }
	if l.counts.torn > 0 {
		if _, err := file.WriteAt(zeros[:], w.end); err != nil {
			return fail(err)
		}
	}
	if newest.space < l.o.SegmentBytes {
		if err := file.Preallocate(l.o.SegmentBytes); err == nil || errors.Is(err, errors.ErrUnsupported) {
			newest.space = l.o.SegmentBytes
		}
	}
	crash.Point("recovery")
	if l.o.Sync != SyncNever {
		if err := file.Sync(); err != nil {
			return fail(err)
		}
	}
	if err := l.syncDir(); err != nil {
		return fail(err)
	}
	l.w = w
	if l.counts.torn > 0 {
		defer l.report(fmt.Errorf("spool: %s: the last write was not whole; what it had acknowledged is there", l.dir))
	}
	return nil
}
