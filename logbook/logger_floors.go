package logbook

import (
	"sync"
	"sync/atomic"
)

// A call is disabled if its level is below the floor of its logger: the lowest
// level that the logger logs and somebody wants. Floors belong to classes of
// loggers that have the same level of their own, so whoever changes a stack
// changes the floors of a few classes, however many loggers there are.
//
// A call that is given no context compares its level with one of floors, any other
// with one of contextFloors. Calls are inlined as long as they cost the compiler no
// more than 80 nodes. That is why these are arrays, are read by functions
// instead of methods, and a Logger knows where its class stands.
var floors, contextFloors [numClasses]int32

const (
	ownLevels = levelNone - int(LevelNotSet) + 1

	// cacheLine keeps what other variables are written beside the arrays away
	// from what every call reads, in elements.
	cacheLine = 16

	numClasses = cacheLine + 2*ownLevels + cacheLine
)

// classOf returns the class of loggers with a level of their own, which is
// levelNone for silent ones. Those with handlers of their own are in other classes:
// their floor is that level, since the stacks do not say what is wanted of them.
func classOf(own int, handlers bool) uint32 {
	class := cacheLine + own - int(LevelNotSet)
	if handlers {
		class += ownLevels
	}
	return uint32(class)
}

// below reports whether a call at the level is disabled, whatever its context.
func (c *core) below(level Level) bool {
	return int32(level) < atomic.LoadInt32(&contextFloors[atomic.LoadUint32(&c.class)])
}

// demand is the lowest level that somebody wants.
var demand = newDemand()

type demandState struct {
	mu sync.Mutex // no code of a user runs under it

	// wanted by the application's stack, and by what is bound to goroutines and
	// contexts.
	application          int
	goroutines, contexts levelCounts

	// The floors stand for these. Those of a class are kept once a logger has
	// been in it.
	plain, context int
	classes        []uint32
	kept           [numClasses]atomic.Bool
}

func newDemand() *demandState {
	return &demandState{
		application: levelNone,
		goroutines:  levelCounts{lowest: levelNone},
		contexts:    levelCounts{lowest: levelNone},
		plain:       levelNone,
		context:     levelNone,
	}
}

// keep makes sure that the floors of a class are right from here on.
func (d *demandState) keep(class uint32) {
	if d.kept[class].Load() {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept[class].Load() {
		return
	}
	d.classes = append(d.classes, class)
	setFloor(&floors, class, d.plain)
	setFloor(&contextFloors, class, d.context)
	d.kept[class].Store(true)
}

func setFloor(of *[numClasses]int32, class uint32, wanted int) {
	floor := int(class) - cacheLine + int(LevelNotSet)
	if floor > levelNone { // handlers of their own
		floor -= ownLevels
	} else {
		floor = max(floor, wanted)
	}
	atomic.StoreInt32(&of[class], int32(floor))
}

// setApplication notes what the application's stack wants.
func (d *demandState) setApplication(level int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.application = level
	d.publish()
}

// add notes that n bindings of a level came or went. counts are the goroutines' or
// the contexts'.
func (d *demandState) add(counts *levelCounts, level, n int) {
	if level == levelNone {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if counts.add(level, n) {
		d.publish()
	}
}

// publish sets the floors where what is wanted has changed.
func (d *demandState) publish() {
	plain := min(d.application, d.goroutines.lowest)
	context := min(plain, d.contexts.lowest)
	if plain != d.plain {
		d.plain = plain
		for _, class := range d.classes {
			setFloor(&floors, class, plain)
		}
	}
	if context != d.context {
		d.context = context
		for _, class := range d.classes {
			setFloor(&contextFloors, class, context)
		}
	}
}

// levelCounts counts bindings by the lowest level they want.
type levelCounts struct {
	count  [256]int
	lowest int // that is counted, or levelNone
}

// add changes a count and reports whether the lowest level is now another.
func (c *levelCounts) add(level, n int) (changed bool) {
	c.count[level+128] += n
	before := c.lowest
	if n > 0 {
		c.lowest = min(c.lowest, level)
		return c.lowest != before
	}
	for c.lowest < levelNone && c.count[c.lowest+128] == 0 {
		c.lowest++
	}
	return c.lowest != before
}
