package logbook

import (
	"sync"
	"sync/atomic"
)

// A call is disabled if its level is below the floor of its logger: the lowest level that
// the logger lets through and a handler wants. Loggers with the same level form a class
// with a common floor, so a change of a stack updates only a few floors, however many
// loggers there are.
//
// A call without a context uses floors, a call with a context uses contextFloors. The
// compiler inlines calls of up to 80 nodes. For that, the floors are arrays that are
// accessed directly, and each Logger has a pointer to its class.
var floors, contextFloors [numClasses]int32

const (
	numLevels = levelNone - int(LevelNotSet) + 1

	// cacheLine is the number of unused elements at both ends of the arrays, so that
	// writes to adjacent variables do not slow down calls.
	cacheLine = 16

	numClasses = cacheLine + 2*numLevels + cacheLine
)

// classOf returns the class of loggers with the level, which is levelNone for silent ones.
// Loggers with handlers of their own have separate classes, whose floor is the level,
// since the stacks do not contain these handlers.
func classOf(level int, handlers bool) uint32 {
	class := cacheLine + level - int(LevelNotSet)
	if handlers {
		class += numLevels
	}
	return uint32(class)
}

// below reports whether a call at the level is disabled with any context.
func (c *core) below(level Level) bool {
	return int32(level) < atomic.LoadInt32(&contextFloors[atomic.LoadUint32(&c.class)])
}

// demand holds the lowest levels that handlers want.
var demand = newDemand()

type demandState struct {
	mu sync.Mutex // no user code is called under it

	// The lowest levels of the application's stack, and of the handlers bound to
	// goroutines and contexts.
	application          int
	goroutines, contexts levelCounts

	// The levels that the floors are set for, and the classes in use. A class stays in
	// use once a logger has been in it.
	plain, context int
	classes        []uint32
	inUse          [numClasses]atomic.Bool
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

// useClass sets the floors of a class, and updates them from now on.
func (d *demandState) useClass(class uint32) {
	if d.inUse[class].Load() {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inUse[class].Load() {
		return
	}
	d.classes = append(d.classes, class)
	setFloor(&floors, class, d.plain)
	setFloor(&contextFloors, class, d.context)
	d.inUse[class].Store(true)
}

func setFloor(of *[numClasses]int32, class uint32, wanted int) {
	floor := int(class) - cacheLine + int(LevelNotSet)
	if floor > levelNone { // a class of loggers with handlers
		floor -= numLevels
	} else {
		floor = max(floor, wanted)
	}
	atomic.StoreInt32(&of[class], int32(floor))
}

// setApplication sets the lowest level of the application's stack.
func (d *demandState) setApplication(level int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.application = level
	d.publish()
}

// add changes the number of bindings with a level by n. counts are those of the
// goroutines or the contexts.
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

// publish sets the floors for which the wanted level has changed.
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

// levelCounts counts bindings by their lowest level.
type levelCounts struct {
	count  [256]int
	lowest int // lowest level with a count, or levelNone
}

// add changes a count, and reports whether the lowest level has changed.
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
