package logbook

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/panics"
)

// configMu is held to change the application's stack and the settings of loggers and
// groups. No user code is called under it.
var configMu sync.Mutex

var pushes atomic.Uint64

// nextPush returns the number of a new push. The numbers order all pushes.
func nextPush() uint64 { return pushes.Add(1) }

// stackEntry is the result of one push.
type stackEntry struct {
	push   uint64
	items  []boundItem
	lowest int     // see lowestLevel
	ended  *ending // set after the items were unbound; nil if there is no end

	inherited bool // by Go: the end of the push does not matter
	together  bool // by Use: the handlers do not take records from each other
}

// ending is set when a push ends. list refers to it, for handlerEntry.ends.
type ending struct {
	atomic.Bool
	list [1]*atomic.Bool
}

func newEnding() *ending { return new(ending).init() }

func (e *ending) init() *ending {
	e.list[0] = &e.Bool
	return e
}

// ends returns the flags that are set when the items are unbound.
func (p *stackEntry) ends() []*atomic.Bool {
	if p.ended == nil || p.inherited {
		return nil
	}
	return p.ended.list[:]
}

// removePush returns the entries without those of the push.
func removePush(entries []stackEntry, push uint64) []stackEntry {
	return slices.DeleteFunc(slices.Clone(entries), func(p stackEntry) bool { return p.push == push })
}

// lowestLevel returns the lowest level that a handler in the list may take, now or
// later: a level that can change counts as LevelNotSet. It returns levelNone if there
// is no handler.
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
	ends     []*atomic.Bool // of its push, and of the contents of its slots
	together bool           // with the other items of its push
}

// flatten appends the items of stack entries, newest first. The entries are given
// oldest first.
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

// appendNewestFirst appends the items of a list, newest first. A slot is replaced by
// its current content.
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

// notifyUnbound calls the Unbound methods of the items in a list, newest first.
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

// reportRefused reports items that were not bound. No lock may be held.
func reportRefused(ctx context.Context, refused []error) {
	for _, err := range refused {
		stackOf(ctx).report(&HandlerError{Err: err, Source: &noSite.source})
	}
}
