package logbook

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/panics"
)

// configMu is held to change the application's stack, and the settings of loggers and
// groups. No code of a user runs under it.
var configMu sync.Mutex

var pushes atomic.Uint64

// nextPush draws the number that orders a push among all others.
func nextPush() uint64 { return pushes.Add(1) }

// stackEntry is what one push put on a stack, with the number that it drew.
type stackEntry struct {
	push   uint64
	items  []boundItem
	lowest int     // as it was counted; see lowestLevel
	ended  *ending // set after it was taken off; nil where there is no end

	// inherited is set where Go handed it on: its end does not matter there.
	inherited bool

	together bool // by Use: the handlers do not keep records from each other
}

// ending is set when something ends. It lists itself, for handlerEntry.ends.
type ending struct {
	atomic.Bool
	list [1]*atomic.Bool
}

func newEnding() *ending { return new(ending).init() }

func (e *ending) init() *ending {
	e.list[0] = &e.Bool
	return e
}

// ends returns what is set when the items are taken off.
func (p *stackEntry) ends() []*atomic.Bool {
	if p.ended == nil || p.inherited {
		return nil
	}
	return p.ended.list[:]
}

// removePush returns the entries without those of one push.
func removePush(entries []stackEntry, push uint64) []stackEntry {
	return slices.DeleteFunc(slices.Clone(entries), func(p stackEntry) bool { return p.push == push })
}

// lowestLevel returns the lowest level that a handler among the items may take,
// now or later: what can change counts as LevelNotSet. levelNone if there is no
// handler.
func lowestLevel(list []boundItem) int {
	lowest := levelNone
	for _, b := range list {
		switch b.item.(type) {
		case *Slot:
			return int(LevelNotSet)
		case Handler:
			level, fixed := fixedLevel(b.binding.Level)
			if _, changes := b.binding.Level.(*LevelVar); changes || !fixed {
				level = LevelNotSet
			}
			if !b.binding.Blackhole {
				lowest = min(lowest, int(level))
			}
		}
	}
	return lowest
}

// stackItem is an item on a stack with the number of its push.
type stackItem struct {
	push uint64
	*boundItem
	ends     []*atomic.Bool // of its push, and of the content of slots it is in
	together bool           // with the others of its push
}

// flatten appends the simple items of stack entries, given oldest first, newest
// first.
func flatten(dst []stackItem, entries []stackEntry) []stackItem {
	for i := len(entries) - 1; i >= 0; i-- {
		p, n := &entries[i], len(dst)
		dst = appendNewestFirst(dst, p.push, p.items, p.ends(), nil)
		for ; p.together && n < len(dst); n++ {
			dst[n].together = true
		}
	}
	return dst
}

// appendNewestFirst appends the simple items of a list, with the content that its
// slots have now.
func appendNewestFirst(dst []stackItem, push uint64, list []boundItem, ends []*atomic.Bool, outer []*Slot) []stackItem {
	for i := len(list) - 1; i >= 0; i-- {
		b := &list[i]
		if s, ok := b.item.(*Slot); !ok {
			dst = append(dst, stackItem{push: push, boundItem: b, ends: ends})
		} else if c := s.content.Load(); c != nil && !slices.Contains(outer, s) {
			dst = appendNewestFirst(dst, push, c.list, append(slices.Clip(ends), &c.ended), append(outer, s))
		}
	}
	return dst
}

// notifyUnbound tells the items of a list that they are no longer bound, the newest first.
func notifyUnbound(list []boundItem) {
	if slices.ContainsFunc(list, func(b boundItem) bool {
		_, slot := b.item.(*Slot)
		_, unbinder := b.item.(Unbinder)
		return slot || unbinder
	}) {
		notifyAllUnbound(appendNewestFirst(nil, 0, list, nil, nil))
	}
}

func notifyAllUnbound(list []stackItem) {
	for _, p := range list {
		u, ok := p.item.(Unbinder)
		if !ok {
			continue
		}
		if err := callUnbound(u); err != nil {
			h, _ := p.item.(Handler)
			stackOf(nil).report(&HandlerError{Handler: h, Err: err, Source: &noSite.source})
		}
	}
}

func callUnbound(u Unbinder) error {
	return panics.Call(func() error { u.Unbound(); return nil })
}

// reportRefused reports what was not bound. No lock may be held.
func reportRefused(ctx context.Context, refused []error) {
	for _, err := range refused {
		stackOf(ctx).report(&HandlerError{Err: err, Source: &noSite.source})
	}
}
