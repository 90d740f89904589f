package database

import (
	"context"
	"errors"
	"time"

	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

// write writes points to the spool until the logger is closed and none is left.
func (l *ContinuousLogger) write() {
	for l.gather() {
		var e *spool.Entry
		var last uint64
		l.cond.Look(func() {
			s := &l.state
			e = &spool.Entry{Key: pointsKey(l.instance, s.last-uint64(s.count)+1, s.count), Records: s.count, Body: s.body}
			last = s.last
			s.body, s.count = l.spare, 0
		})
		err := l.append(e)
		l.spare = e.Body[:1]
		if cap(l.spare) > maxBody {
			l.spare = []byte{bodyVersion}
		}
		l.cond.Change(func() {
			l.state.written = last
			if err != nil {
				l.state.failure, l.state.failed = err, last
			}
		})
		if err != nil {
			l.drop(e.Records)
		}
		l.reportLost()
	}
}

// gather waits for points, and then until they are to be written. It reports whether there
// are any.
func (l *ContinuousLogger) gather() (some bool) {
	l.cond.Wait(context.Background(), func() bool {
		some = l.state.count > 0
		return some || l.state.closed
	})
	if !some {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.o.Interval)
	defer cancel()
	l.cond.Wait(ctx, func() bool {
		s := &l.state
		return s.closed || s.waiting > 0 || s.count > l.o.MaxHeld/2 || !l.room()
	})
	return true
}

// append appends an entry to the spool. With the policy Block it waits for room.
func (l *ContinuousLogger) append(e *spool.Entry) error {
	for {
		err := l.log.Append(context.WithoutCancel(l.writing), e)
		full := (*spool.FullError)(nil)
		if !errors.As(err, &full) || l.o.Overflow != queues.Block {
			return err
		}
		if l.log.Room(l.writing) != nil {
			return err
		}
	}
}

// reportLost logs how many points were lost since it was last called, at most once a second.
func (l *ContinuousLogger) reportLost() {
	if n := l.lost.Load(); n > 0 && time.Since(l.reported) >= time.Second {
		l.reported = time.Now()
		l.lost.Add(-n)
		continuousLog.Error("{points} points were dropped: no room in {dir}", "points", n, "dir", l.log.Dir())
	}
}
