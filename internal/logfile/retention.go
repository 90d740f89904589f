package logfile

import (
	"errors"
	"slices"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
)

// retention configures which backups are kept.
type retention struct {
	backups  int           // maximal number; 0: any, negative: none
	maxAge   time.Duration // 0: any age
	maxTotal int64         // bytes of all; 0: any
}

// outdated returns the backups to remove, oldest first. The limit of the total size does
// not remove the newest backup, so that one huge file does not remove everything.
func (k retention) outdated(newestFirst []*backup, now time.Time) []*backup {
	var total int64
	var remove []*backup
	for i, b := range newestFirst {
		total += b.size()
		many := k.backups != 0 && i >= k.backups
		old := k.maxAge > 0 && now.Sub(b.modified()) > k.maxAge
		large := k.maxTotal > 0 && total > k.maxTotal
		if many || old || large && i > 0 {
			remove = append(remove, b)
		}
	}
	slices.Reverse(remove)
	return remove
}

// prune removes outdated backups. It returns how many, and the errors.
func (k retention) prune(files disk.FS, newestFirst []*backup, now time.Time) (removed int, err error) {
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

// maxAhead is how far the time of day may be ahead of the newest file at the start. If it
// is more, the clock is considered wrong.
const maxAhead = 366 * 24 * time.Hour

// ageClock is the clock for the age of files. It starts with the time of day, and then
// follows the monotonic clock. So it stays behind if the time of day jumps ahead: files
// may be removed later than they should, but never earlier.
type ageClock struct {
	start   time.Time // time of day when it was started
	started time.Time // has a reading of the monotonic clock
}

// now returns the time. newest is the time of the newest file of an earlier run, if there
// is one. If the time of day is far ahead of it, the clock starts with newest instead; if
// it is before newest, it is returned without starting the clock, since it may still be
// corrected.
func (c *ageClock) now(timeOfDay, newest time.Time) time.Time {
	if c.started.IsZero() {
		if timeOfDay.Before(newest) {
			return timeOfDay
		}
		c.start, c.started = timeOfDay, time.Now()
		if !newest.IsZero() && timeOfDay.Sub(newest) > maxAhead {
			c.start = newest
		}
	}
	steady := c.start.Add(time.Since(c.started))
	if timeOfDay.Before(steady) {
		return timeOfDay
	}
	return steady
}
