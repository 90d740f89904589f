package hold

import (
	"math"
	"slices"

	"github.com/logbook-go/logbook/logbook"
)

// Policy decides about records for which there is no room.
type Policy int8

// The policies.
const (
	DropOldest Policy = iota // the oldest records make room
	DropNewest               // the new record is dropped
	DropLowest               // the oldest of those with the lowest level make room, or the new one if its level is lower
	Block                    // nothing is dropped: the caller waits
)

// Queue holds records, bounded in number and in bytes. One record is held whatever its
// size. The caller must lock, and sets the exported fields before use.
type Queue struct {
	MaxRecords, MaxBytes int
	Policy               Policy

	items []Item // items without a record were dropped from the middle
	first int    // index in items of the oldest one
	count int
	bytes int
	lost  int    // records not kept since the last notice
	ahead int    // records that the next notice follows, unless the policy drops old ones
	near  nearby // the last lost record

	levels map[logbook.Level]*levelItems // for DropLowest

	dropped uint64 // total of records not kept
}

// levelItems are the items of a level.
type levelItems struct {
	count int
	from  int // index in items; none of the level is before it
}

// Len returns the number of records held.
func (q *Queue) Len() int { return q.count }

// Bytes returns the number of bytes held.
func (q *Queue) Bytes() int { return q.bytes }

// Dropped returns the total of records not kept.
func (q *Queue) Dropped() uint64 { return q.dropped }

// Full reports whether there is no room for the item.
func (q *Queue) Full(item Item) bool {
	return q.count >= q.MaxRecords || q.count > 0 && q.bytes+item.size > q.MaxBytes
}

// Push adds a record if there is room, or if the policy makes room. Otherwise it returns
// false: with Block the caller still owns the record; with other policies it was dropped.
func (q *Queue) Push(item Item) bool {
	for q.count > 0 && q.Full(item) {
		i := q.first
		switch q.Policy {
		case Block:
			return false
		case DropNewest:
			i = -1
		case DropLowest:
			i = q.lowest(item.Record.Level())
		}
		if i < 0 {
			q.drop(item)
			return false
		}
		q.drop(q.remove(i))
	}
	q.add(item)
	return true
}

func (q *Queue) add(item Item) {
	if q.items == nil {
		q.items = make([]Item, 0, min(16, q.MaxRecords))
	}
	q.items = append(q.items, item)
	q.count++
	q.bytes += item.size
	if q.Policy == DropLowest {
		q.levelOf(item).count++
	}
}

func (q *Queue) levelOf(item Item) *levelItems {
	level := item.Record.Level()
	l := q.levels[level]
	if l == nil {
		if q.levels == nil {
			q.levels = make(map[logbook.Level]*levelItems)
		}
		l = new(levelItems)
		q.levels[level] = l
	}
	return l
}

// lowest returns the oldest item of the lowest level, or -1 if all levels are above the
// given one.
func (q *Queue) lowest(level logbook.Level) int {
	least := logbook.Level(math.MaxInt8)
	for l, items := range q.levels {
		if items.count > 0 {
			least = min(least, l)
		}
	}
	if level < least {
		return -1
	}
	of := q.levels[least]
	for i := max(of.from, q.first); ; i++ {
		if r := q.items[i].Record; r != nil && r.Level() == least {
			of.from = i
			return i
		}
	}
}

// drop counts a record that is not kept, and releases it.
func (q *Queue) drop(item Item) {
	q.lose(1, near(item.Record))
	q.dropped++
	item.Release()
}

// lose adds to the count of the next notice.
func (q *Queue) lose(n int, last nearby) {
	if q.lost == 0 {
		q.ahead = q.count
	}
	q.lost += n
	q.near = last
}

// dropsNewer reports whether records are lost that are newer than those held.
func (q *Queue) dropsNewer() bool { return q.Policy == DropNewest || q.Policy == Block }

// remove removes an item. The places of removed items are reclaimed from time to time, so
// that the memory stays within a small multiple of the bound at constant cost.
func (q *Queue) remove(i int) Item {
	item := q.items[i]
	q.items[i] = Item{}
	q.count--
	q.bytes -= item.size
	if q.Policy == DropLowest {
		q.levelOf(item).count--
	}
	q.removed()
	return item
}

// removed restores the state of the places after items were removed.
func (q *Queue) removed() {
	for q.first < len(q.items) && q.items[q.first].Record == nil {
		q.first++
	}
	if unused := len(q.items) - q.count; unused >= q.MaxRecords || q.count == 0 {
		q.reclaim()
	}
}

func (q *Queue) reclaim() {
	kept := q.items[:0]
	for _, item := range q.items[q.first:] {
		if item.Record != nil {
			kept = append(kept, item)
		}
	}
	clear(q.items[max(len(kept), q.first):]) // the places before first are clear
	q.items, q.first = kept, 0
	for _, l := range q.levels {
		l.from = 0
	}
}

// Take removes the n oldest records.
func (q *Queue) Take(n int) Batch { return q.take(n, nil) }

// take is Take with space for the items.
func (q *Queue) take(n int, space []Item) Batch {
	b := Batch{Items: slices.Grow(space[:0], n), newest: q.dropsNewer()}
	end := q.first
	for ; len(b.Items) < n; end++ {
		item := q.items[end]
		if item.Record == nil {
			continue
		}
		b.Items = append(b.Items, item)
		q.bytes -= item.size
		if q.Policy == DropLowest {
			q.levelOf(item).count--
		}
	}
	clear(q.items[q.first:end])
	q.first, q.count = end, q.count-n
	q.removed()
	if q.ahead -= n; q.ahead <= 0 || !b.newest {
		b.Lost, b.near = q.lost, q.near
		q.lost = 0
	}
	return b
}

// Lose counts the last n records of a batch, as returned by Records, as lost. It returns
// how many of the batch's items these are. The next notice reports them, and also the
// count of this batch's notice if that is among them.
func (q *Queue) Lose(b Batch, n int) int {
	items, lost := b.last(n)
	if items+lost > 0 {
		last := b.near
		if items > 0 {
			last = near(b.Items[len(b.Items)-1].Record)
		}
		q.lose(items+lost, last)
	}
	q.dropped += uint64(items)
	return items
}

// last returns how many of the last n records of a batch, as returned by Records, are
// items, and the count of the notice if that is among them.
func (b Batch) last(n int) (items, lost int) {
	items = min(n, len(b.Items))
	if b.Lost > 0 && n > 0 && (b.newest || n > len(b.Items)) {
		if b.newest {
			items = n - 1
		}
		lost = b.Lost
	}
	return items, lost
}

// Untake puts a batch back, before the records that came since.
func (q *Queue) Untake(b Batch) {
	ahead := q.ahead
	newer := q.Take(q.count)
	if b.Lost > 0 {
		q.lose(b.Lost, b.near)
	}
	if newer.Lost > 0 {
		q.lose(newer.Lost, newer.near)
	}
	q.ahead = len(b.Items) + ahead
	for _, items := range [][]Item{b.Items, newer.Items} {
		for _, item := range items {
			if q.Policy == Block {
				q.add(item)
			} else {
				q.Push(item)
			}
		}
	}
}

// run returns how many of the n oldest records are to be taken together: those that were
// put together, or those that were not.
func (q *Queue) run(n int) int {
	count := 0
	var with *together
	for i := q.first; i < len(q.items); i++ {
		item := &q.items[i]
		switch {
		case item.Record == nil:
			continue
		case count == 0:
			with = item.with
		case item.with != with || with == nil && count >= n:
			return count
		}
		count++
	}
	return count
}

// before returns the number of records whose number is less than mark.
func (q *Queue) before(mark uint64) int {
	n := 0
	for i := q.first; i < len(q.items) && q.items[i].number < mark; i++ {
		if q.items[i].Record != nil {
			n++
		}
	}
	return n
}

// Discard releases all records. None counts as lost.
func (q *Queue) Discard() {
	q.Take(q.count).Release()
	q.items = nil
}

// UpToMark returns the number of records up to the first marked one, or 0 if none is
// marked.
func (q *Queue) UpToMark() int {
	n := 0
	for i := q.first; i < len(q.items); i++ {
		if q.items[i].Record == nil {
			continue
		}
		if n++; q.items[i].Marked {
			return n
		}
	}
	return 0
}
