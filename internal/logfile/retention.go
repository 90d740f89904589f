package logfile

import (
	"errors"
	"slices"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
)

// retention says which backups are kept.
type retention struct {
	backups  int           // most; 0: any number, negative: none
	maxAge   time.Duration // 0: any age
	maxTotal int64         // bytes of all; 0: any
}

// outdated returns the backups to remove, the oldest one first. For the size of all
// the newest backup stays: one huge file does not remove everything.
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

// prune removes backups. It returns how many, and what failed.
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

// implausible is how far a clock may be ahead of the newest sign of an earlier time,
// when it is asked first, before it is taken to be wrong.
const implausible = 366 * 24 * time.Hour

// ageClock tells the time that the age of files is measured by. It is the time of day
// when it is asked first, and from there it goes as the monotonic clock does. So it
// stays behind where the time of day jumps ahead: files then get old later than they
// should, but never earlier.
type ageClock struct {
	start   time.Time // time of day when it was started
	started time.Time // has a reading of the monotonic clock
}

// now returns the time. newest is the newest time that an earlier run has left in a
// file, if there is one. A time of day that lies far ahead of it is not believed, and
// newest is taken in its place; one before it is used, but may be corrected yet.
func (c *ageClock) now(timeOfDay, newest time.Time) time.Time {
	if c.started.IsZero() {
		if timeOfDay.Before(newest) {
			return timeOfDay
		}
		c.start, c.started = timeOfDay, time.Now()
		if !newest.IsZero() && timeOfDay.Sub(newest) > implausible {
			c.start = newest
		}
	}
	steady := c.start.Add(time.Since(c.started))
	if timeOfDay.Before(steady) {
		return timeOfDay
	}
	return steady
}
