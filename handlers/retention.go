package handlers

import (
	"errors"
	"time"
)

// retention says which backups are kept.
type retention struct {
	backups  int           // most; negative: any number
	maxAge   time.Duration // 0: any age
	maxTotal int64         // bytes of all; 0: any
}

// outdated returns the backups to remove, the oldest one first. The newest backup
// goes only if none is to be kept at all: neither a clock that is wrong nor one
// huge file removes everything.
func (k retention) outdated(newestFirst []backup, now time.Time) []backup {
	var total int64
	var remove []backup
	for i, b := range newestFirst {
		total += b.size()
		many := k.backups >= 0 && i >= k.backups
		old := k.maxAge > 0 && now.Sub(b.modified()) > k.maxAge
		large := k.maxTotal > 0 && total > k.maxTotal
		if many || i > 0 && (old || large) {
			remove = append([]backup{b}, remove...)
		}
	}
	return remove
}

// prune removes backups. It returns how many, and what failed.
func (k retention) prune(files fileSystem, newestFirst []backup, now time.Time) (removed int, err error) {
	var errs []error
	for _, b := range k.outdated(newestFirst, now) {
		if err := b.remove(files); err != nil {
			errs = append(errs, err)
		} else {
			removed++
		}
	}
	return removed, errors.Join(errs...)
}

// ageClock tells the time that the age of files is measured by. It starts at the
// time of the newest file, and from there it goes as the monotonic clock does. So
// it stays behind the time of day where that jumps ahead: files then get old later
// than they should, but never earlier.
type ageClock struct {
	start   time.Time // time of day when it was started
	started time.Time // has a reading of the monotonic clock
}

// now returns the time. newest is when the newest file was modified, if there is
// one; it is used when the clock is asked first.
func (c *ageClock) now(timeOfDay, newest time.Time) time.Time {
	if c.started.IsZero() {
		c.start, c.started = timeOfDay, time.Now()
		if !newest.IsZero() && newest.Before(timeOfDay) {
			c.start = newest
		}
	}
	steady := c.start.Add(time.Since(c.started))
	if timeOfDay.Before(steady) {
		return timeOfDay
	}
	return steady
}
