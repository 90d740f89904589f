package spool

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/logbook-go/logbook/internal/crash"
	"github.com/logbook-go/logbook/logbook"
)

// makeRoom makes room for a segment, or returns a *FullError. The caller holds committing.
func (l *Log) makeRoom(size int64) error {
	if l.hasRoom(size) {
		return nil
	}
	// Perhaps there are segments that are done, whose turn has not come yet.
	l.checkpoint()
	l.free()
	for !l.hasRoom(size) {
		if !l.dropSpare(size) && !l.dropOldest() {
			l.setFull(true)
			return &FullError{Dir: l.dir, Limit: l.o.MaxBytes}
		}
	}
	return nil
}

// hasRoom reports whether a segment fits, perhaps in a spare file.
func (l *Log) hasRoom(size int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.ContainsFunc(l.spares, func(s spare) bool { return s.space == size }) {
		return true
	}
	return l.used()+size <= l.o.MaxBytes
}

// dropSpare removes a spare file that is too small, and reports whether there was one.
func (l *Log) dropSpare(size int64) bool {
	l.mu.Lock()
	if len(l.spares) == 0 || l.spares[0].space == size {
		l.mu.Unlock()
		return false
	}
	s := l.spares[0]
	l.spares = slices.Delete(l.spares, 0, 1)
	l.mu.Unlock()
	if err := l.files.Remove(s.path); err != nil {
		l.report(wrapped("make room in", l.dir, err))
	}
	return true
}

// dropOldest drops the oldest segment, if that is the policy, and reports whether it has.
func (l *Log) dropOldest() bool {
	l.freeing.Lock()
	defer l.freeing.Unlock()
	l.mu.Lock()
	if !l.o.DropOldest || len(l.segments) < 2 {
		l.mu.Unlock()
		return false
	}
	s, next := l.segments[0], l.segments[1]
	for _, c := range l.cursors {
		c.drop(next)
	}
	l.mu.Unlock()
	if l.remove(1) == 0 {
		return false
	}
	l.mu.Lock()
	l.counts.dropped += next.first - s.first
	l.mu.Unlock()
	l.report(fmt.Errorf("spool: %s has reached its limit of %d bytes: entries %d to %d are dropped", l.dir, l.o.MaxBytes, s.first, next.first-1))
	return true
}

// free removes the segments that all cursors are past, according to their positions on
// disk, except for the newest sealed one: it has the keys of the last entries.
func (l *Log) free() {
	l.freeing.Lock()
	defer l.freeing.Unlock()
	l.mu.Lock()
	if len(l.cursors) == 0 {
		l.mu.Unlock()
		return
	}
	done := l.last
	for _, c := range l.cursors {
		done = min(done, c.onDisk)
	}
	n := 0
	for n+2 < len(l.segments) && l.segments[n+1].first-1 <= done {
		n++
	}
	l.mu.Unlock()
	l.remove(n)
}

// remove removes the first n segments, or fewer if a file cannot be removed: there must be no
// gap behind it. It returns how many. The caller holds freeing.
func (l *Log) remove(n int) int {
	l.mu.Lock()
	removed := slices.Clone(l.segments[:n])
	l.segments = slices.Delete(l.segments, 0, n)
	for _, s := range removed {
		l.leaving += s.space
	}
	l.mu.Unlock()
	for i, s := range removed {
		err := l.recycle(s)
		l.mu.Lock()
		first := err != nil && !l.stuck
		l.stuck = err != nil
		if err != nil {
			for _, s := range removed[i:] {
				l.leaving -= s.space
			}
			l.segments = slices.Insert(l.segments, 0, removed[i:]...)
		}
		l.mu.Unlock()
		if first {
			l.report(wrapped("make room in", l.dir, err))
		}
		if err != nil {
			return i
		}
	}
	return n
}

// recycle keeps the file of a segment that is not in the list any more as a spare one, or
// removes it.
func (l *Log) recycle(s *segment) error {
	crash.Point("unlink")
	l.mu.Lock()
	keep := len(l.spares) < maxSpares && s.space == l.o.SegmentBytes
	l.mu.Unlock()
	path := s.path[:len(s.path)-len(segmentSuffix)] + spareSuffix
	if keep && l.files.Rename(s.path, path) != nil {
		keep = false
	}
	if !keep {
		if err := l.files.Remove(s.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	crash.Point("unlinked")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leaving -= s.space
	if keep {
		l.spares = append(l.spares, spare{path, s.space})
	}
	l.full = false
	close(l.room)
	l.room = make(chan struct{})
	return nil
}

// diskPause is how long Room waits when the disk is full, which nobody announces.
const diskPause = time.Second

// Room waits until an Append that has failed with a *[FullError] is worth another try. It
// returns at once if the last Append has succeeded.
func (l *Log) Room(ctx context.Context) error {
	timer := time.NewTimer(diskPause)
	defer timer.Stop()
	for {
		if err := l.writable("append to"); err != nil {
			return err
		}
		l.mu.Lock()
		full, room := l.full, l.room
		l.mu.Unlock()
		if !full {
			return nil
		}
		select {
		case <-room:
			return nil
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ended(ctx)
		case <-l.ctx.Done():
			return wrapped("append to", l.dir, logbook.ErrClosed)
		}
	}
}
