package logbook_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/logbook-go/logbook/logbook"
)

// The stacks behave as a model of them that computes everything for each call. The test
// chooses operations at random: pushes and undos in any order on the application,
// goroutines and contexts, slots, setups, flags, changing levels, groups, handlers of
// loggers, Go, InContext, Shutdown and the default handler. Each operation must cause the
// same events as in the model.
func TestStacksAgainstModel(t *testing.T) {
	worlds, operations := 400, 150
	if testing.Short() {
		worlds = 50
	}
	for seed := range worlds {
		synctest.Test(t, func(t *testing.T) {
			w := newModel(t, uint64(seed))
			for i := 0; i < operations && !t.Failed(); i++ {
				w.step()
			}
			w.end()
			if t.Failed() {
				t.Errorf("world %d:\n%s", seed, strings.Join(w.story, "\n"))
			}
		})
		if t.Failed() {
			t.FailNow()
		}
	}
	withoutDefault(t)
	if logbook.New("fresh").Enabled(context.Background(), logbook.LevelCritical) {
		t.Error("something is still bound")
	}
}

// model is a set of loggers and bindings. Its fields are the expected state, with
// references to the real objects.
type model struct {
	t      *testing.T
	random *rand.Rand
	story  []string
	events []string // that the real objects caused

	pushes   int
	base     *modelPush // flags at the bottom, so that no failure is printed
	stack    []*modelPush
	fallback *modelHandler
	contexts []*modelContext
	workers  []*modelWorker
	undone   []*modelPush // to be undone again
	loggers  []*modelLogger
	groups   []*modelGroup
	handlers []*modelHandler
	slots    []*modelSlot
	levels   []modelLeveler
}

// modelLeveler is a level and where it comes from.
type modelLeveler struct {
	real    slog.Leveler
	foreign *logbook.Level // changes without notice
}

func (l modelLeveler) level() logbook.Level { return logbook.LevelOf(l.real) }

type foreignLeveler struct{ level *logbook.Level }

func (f foreignLeveler) Level() slog.Level { return f.level.Level() }

// modelHandler is a real handler, too.
type modelHandler struct {
	w                         *model
	id                        int
	level                     modelLeveler
	bubble, blackhole, fails  bool
	passes, console, filtered bool // filtered: takes only records with an attribute
}

func (h *modelHandler) Binding() logbook.Binding {
	b := logbook.Binding{Level: h.level.real, Bubble: h.bubble, Blackhole: h.blackhole, Console: h.console}
	if h.filtered {
		b.Filter = func(r *logbook.Record) bool { return len(attrKeys(r)) > 0 }
	}
	return b
}

func (h *modelHandler) Handle(r *logbook.Record) error {
	h.w.event("h%d %s %v", h.id, r.Message(), attrKeys(r))
	switch {
	case h.passes:
		return logbook.ErrPass
	case h.fails:
		return errModel
	}
	return nil
}

var errModel = errors.New("failed")

func (h *modelHandler) Unbound() { h.w.event("h%d unbound", h.id) }

func (h *modelHandler) Close(context.Context) error { h.w.event("h%d closed", h.id); return nil }

func attrKeys(r *logbook.Record) (keys []string) {
	for a := range r.Attrs {
		keys = append(keys, a.Key)
	}
	return keys
}

type (
	modelAttr  string
	modelFlags int
	modelSetup []any
	modelSlot  struct {
		index   int
		content []any
		real    *logbook.Slot
	}
)

type modelPush struct {
	number int
	items  []any
	ended  bool
	undo   func()
}

type modelContext struct {
	parent *modelContext
	push   *modelPush // nil for the background context
	real   context.Context
}

// modelWorker is a goroutine that calls the functions sent to it.
type modelWorker struct {
	pushes    []*modelPush
	inherited []*modelPush // part of pushes; nil if Go did not start the goroutine
	within    []*modelPush // InContext calls that it is in
	work      chan func() (end bool)
	done      chan bool
}

type modelLogger struct {
	level    modelLeveler
	disabled *bool // nil to inherit from the group
	enabled  *bool
	group    *modelGroup
	own      []*modelPush // newest first
	real     *logbook.Logger
}

type modelGroup struct {
	level    modelLeveler
	disabled bool
	members  []*modelLogger
	real     *logbook.LoggerGroup
}

func newModel(t *testing.T, seed uint64) *model {
	w := &model{t: t, random: rand.New(rand.NewPCG(seed, 1))}
	w.setDefault(nil)
	for _, l := range []logbook.Level{logbook.LevelInfo, logbook.LevelError, logbook.LevelDebug} {
		w.levels = append(w.levels, modelLeveler{real: newLevelVar(l)})
		w.levels = append(w.levels, modelLeveler{real: foreignLeveler{&l}, foreign: &l})
	}
	for i := range 12 {
		w.handlers = append(w.handlers, &modelHandler{
			w: w, id: i, level: w.leveler(), bubble: w.chance(2), blackhole: w.chance(8), fails: w.chance(6),
			passes: w.chance(6), console: w.chance(6), filtered: w.chance(5),
		})
	}
	for i := range 3 {
		s := &modelSlot{index: i}
		s.real = logbook.NewSlot()
		w.slots = append(w.slots, s)
	}
	for range 2 {
		w.groups = append(w.groups, &modelGroup{real: logbook.NewLoggerGroup()})
	}
	w.contexts = []*modelContext{{real: context.Background()}}
	for range 3 {
		w.startWorker(nil)
	}
	for range 4 {
		w.newLogger()
	}
	w.pushBase()
	return w
}

func (w *model) chance(n int) bool { return w.random.IntN(n) == 0 }

func pick[T any](w *model, list []T) T { return list[w.random.IntN(len(list))] }

// context returns one of the newest contexts, so that many calls use the caches.
func (w *model) context() *modelContext {
	return pick(w, w.contexts[max(0, len(w.contexts)-4):])
}

func (w *model) event(format string, args ...any) {
	w.events = append(w.events, fmt.Sprintf(format, args...))
}

// happened returns the events since the last call.
func (w *model) happened() []string {
	events := w.events
	w.events = nil
	return events
}

// expect runs an operation on a worker and compares the events.
func (w *model) expect(on *modelWorker, want []string, fn func(), format string, args ...any) {
	w.note(want, format, args...)
	on.do(func() bool { fn(); return false })
	w.compare(w.happened(), want)
}

func (w *model) note(want []string, format string, args ...any) {
	w.story = append(w.story, fmt.Sprintf(format, args...)+" => "+fmt.Sprint(want))
}

func (w *model) compare(got, want []string) {
	if !slices.Equal(got, want) {
		w.t.Errorf("events are %q, want %q", got, want)
	}
}

func (on *modelWorker) do(fn func() bool) {
	on.work <- fn
	<-on.done
}

// serve calls the functions sent to it until one returns true.
func (on *modelWorker) serve() {
	for fn := range on.work {
		end := fn()
		if end {
			return
		}
		on.done <- true
	}
}

func (w *model) anyLevel() logbook.Level {
	return pick(w, []logbook.Level{
		logbook.LevelNotSet, logbook.LevelTrace, logbook.LevelDebug, logbook.LevelInfo, 1, logbook.LevelWarn,
		logbook.LevelError, logbook.LevelCritical, 127,
	})
}

func (w *model) leveler() modelLeveler {
	switch w.random.IntN(4) {
	case 0:
		return modelLeveler{}
	case 1:
		return pick(w, w.levels)
	}
	return modelLeveler{real: w.anyLevel()}
}

func (w *model) items(n int) (items []any) {
	for range 1 + w.random.IntN(n) {
		switch w.random.IntN(9) {
		case 0:
			items = append(items, modelAttr(fmt.Sprint("a", w.random.IntN(3))))
		case 1:
			items = append(items, modelFlags(1+w.random.IntN(3)))
		case 2:
			items = append(items, pick(w, w.slots))
		case 3:
			items = append(items, modelSetup(w.items(2)))
		default:
			items = append(items, pick(w, w.handlers))
		}
	}
	return items
}

// real returns the real items for items of the model.
func (w *model) real(items []any) (out []logbook.Bindable) {
	for _, item := range items {
		switch v := item.(type) {
		case *modelHandler:
			out = append(out, v)
		case modelAttr:
			out = append(out, logbook.Attrs(string(v), 1))
		case modelFlags:
			out = append(out, logbook.Flags{Errors: func(e *logbook.HandlerError) {
				w.event("f%d h%d %v", v, e.Handler.(*modelHandler).id, e.Err)
			}})
		case modelSetup:
			out = append(out, logbook.Setup(w.real(v)))
		case *modelSlot:
			out = append(out, v.real)
		}
	}
	return out
}

// newest returns the items of a list, newest first. Setups and slots are replaced by
// their items.
func newest(items []any) (out []any) {
	for _, item := range slices.Backward(items) {
		switch v := item.(type) {
		case modelSetup:
			out = append(out, newest(v)...)
		case *modelSlot:
			out = append(out, newest(v.content)...)
		default:
			out = append(out, item)
		}
	}
	return out
}

func unboundEvents(items []any) (events []string) {
	for _, item := range newest(items) {
		if h, ok := item.(*modelHandler); ok {
			events = append(events, fmt.Sprintf("h%d unbound", h.id))
		}
	}
	return events
}

func (w *model) newPush(items []any) *modelPush {
	w.pushes++
	return &modelPush{number: w.pushes, items: items}
}

func (w *model) pushBase() {
	p := w.newPush([]any{modelFlags(0)})
	w.base = p
	w.stack = append(w.stack, p)
	w.expect(pick(w, w.workers), nil, func() { p.undo = logbook.PushApplication(w.real(p.items)...) }, "base flags")
}

// startWorker starts a goroutine; if from is not nil, by Go on that worker.
func (w *model) startWorker(from *modelWorker) {
	on := &modelWorker{work: make(chan func() bool), done: make(chan bool)}
	w.workers = append(w.workers, on)
	if from == nil {
		go on.serve()
		return
	}
	on.inherited = append([]*modelPush{}, from.pushes...)
	on.pushes = slices.Clone(from.pushes)
	w.expect(from, nil, func() { logbook.Go(on.serve) }, "Go")
}

func (w *model) newLogger() {
	l := &modelLogger{level: w.leveler()}
	o := &logbook.LoggerOptions{Level: l.level.real}
	if w.chance(5) {
		l.disabled, o.Disabled = new(true), true
	}
	if w.chance(6) {
		l.enabled = new(bool)
		o.Enabled = func() bool { return *l.enabled }
	}
	if w.chance(4) {
		h := pick(w, w.handlers)
		o.Handlers = []logbook.Handler{h}
		l.own = []*modelPush{{items: []any{h}}}
	}
	if w.chance(3) {
		l.group = pick(w, w.groups)
		l.group.members = append(l.group.members, l)
		o.Group = l.group.real
	}
	l.real = logbook.NewLogger("model", o)
	w.loggers = append(w.loggers, l)
}

func (l *modelLogger) silent() bool {
	switch {
	case l.enabled != nil:
		return !*l.enabled
	case l.disabled != nil:
		return *l.disabled
	}
	return l.group != nil && l.group.disabled
}

func (l *modelLogger) lowest() logbook.Level {
	if level := l.level.level(); level != logbook.LevelNotSet || l.group == nil {
		return level
	}
	return l.group.level.level()
}

// visible returns the items that apply to a call, newest first.
func (w *model) visible(on *modelWorker, ctx *modelContext) (items []any) {
	pushes := slices.Concat(w.stack, on.pushes)
	for c := ctx; c != nil; c = c.parent {
		if c.push != nil && !c.push.ended {
			pushes = append(pushes, c.push)
		}
	}
	slices.SortStableFunc(pushes, func(a, b *modelPush) int { return b.number - a.number })
	for _, p := range slices.Compact(pushes) {
		items = append(items, newest(p.items)...)
	}
	console := false
	for _, p := range w.stack {
		for _, item := range newest(p.items) {
			h, ok := item.(*modelHandler)
			console = console || ok && h.console
		}
	}
	if w.fallback != nil && !console {
		items = append(items, w.fallback)
	}
	return items
}

// call returns the events of a call, and whether any handler takes its level.
func (w *model) call(on *modelWorker, l *modelLogger, ctx *modelContext, level logbook.Level, msg string, with ...string) (events []string, wanted bool) {
	if l.silent() || level < l.lowest() {
		return nil, false
	}
	visible := w.visible(on, ctx)
	var met []any
	for _, p := range l.own {
		met = append(met, p.items...)
	}
	met = append(met, visible...)
	keys := with
	flags := modelFlags(-1)
	for _, item := range visible {
		switch v := item.(type) {
		case modelAttr:
			keys = append(keys, string(v))
		case modelFlags:
			if flags < 0 {
				flags = v
			}
		}
	}
	var failed []string
	over := false
	for _, item := range met {
		h, ok := item.(*modelHandler)
		if !ok || level < h.level.level() {
			continue
		}
		wanted = true
		switch {
		case over, h.filtered && len(keys) == 0:
		case h.blackhole:
			over = true
		default:
			events = append(events, fmt.Sprintf("h%d %s %v", h.id, msg, keys))
			if h.passes {
				continue
			}
			if h.fails {
				failed = append(failed, fmt.Sprintf("f%d h%d failed", flags, h.id))
			}
			over = !h.bubble
		}
	}
	return append(events, failed...), wanted
}

// step performs a random operation.
func (w *model) step() {
	on := pick(w, w.workers)
	switch w.random.IntN(34) {
	default:
		w.log(on)
	case 0, 1:
		p := w.newPush(w.items(3))
		w.stack = append(w.stack, p)
		w.expect(on, nil, func() { p.undo = logbook.PushApplication(w.real(p.items)...) }, "PushApplication %v", p.items)
	case 2, 3:
		p := w.newPush(w.items(3))
		on.pushes = append(on.pushes, p)
		w.expect(on, nil, func() { p.undo = logbook.PushGoroutine(w.real(p.items)...) }, "PushGoroutine %v", p.items)
	case 4, 5:
		c := &modelContext{parent: pick(w, w.contexts), push: w.newPush(w.items(2))}
		w.contexts = append(w.contexts, c)
		w.expect(on, nil, func() {
			c.real, c.push.undo = logbook.BindScope(c.parent.real, w.real(c.push.items)...)
		}, "BindScope %v", c.push.items)
	case 6, 7, 8, 9, 10:
		w.undo(on, w.random.IntN(3))
	case 11, 12:
		s := pick(w, w.slots)
		w.setSlot(on, s)
	case 13:
		v := pick(w, w.levels)
		level := w.anyLevel()
		w.expect(on, nil, func() {
			if v.foreign != nil {
				*v.foreign = level
			} else {
				v.real.(*logbook.LevelVar).Set(level)
			}
		}, "level %T = %v", v.real, level)
	case 14:
		l := pick(w, w.loggers)
		l.level = w.leveler()
		w.expect(on, nil, func() { l.real.SetLevel(l.level.real) }, "SetLevel %v", l.level.level())
	case 15:
		w.setDisabled(on)
	case 16:
		w.changeGroup(on)
	case 17:
		l, p := pick(w, w.loggers), &modelPush{items: []any{pick(w, w.handlers)}}
		l.own = append([]*modelPush{p}, l.own...)
		w.expect(on, nil, func() { p.undo = l.real.AddHandler(p.items[0].(*modelHandler)) }, "AddHandler %v", p.items)
	case 18:
		l := pick(w, w.loggers)
		for i, p := range l.own {
			if p.undo != nil {
				l.own = slices.Delete(slices.Clone(l.own), i, i+1)
				w.expect(on, unboundEvents(p.items), p.undo, "undo AddHandler")
				break
			}
		}
	case 19:
		if len(w.workers) < 6 {
			w.startWorker(on)
		}
	case 20:
		if on.inherited != nil && len(on.pushes) == len(on.inherited) {
			w.endWorker(on)
		}
	case 21:
		w.enter(on)
	case 22:
		w.leave(on)
	case 23:
		if w.chance(4) {
			w.shutdown(on)
		}
	case 24:
		w.setDefault(on)
	case 25:
		if len(w.loggers) < 10 {
			w.newLogger()
		}
	}
}

func (w *model) log(on *modelWorker) {
	l, level := pick(w, w.loggers), w.anyLevel()
	msg := fmt.Sprint("m", len(w.story))
	var c *modelContext
	var ctx context.Context
	if w.chance(2) {
		c = w.context()
		ctx = c.real
	}
	real := l.real
	var with []string
	if w.chance(3) {
		with, real = []string{"w"}, real.With("w", 1)
	}
	want, wanted := w.call(on, l, c, level, msg, with...)
	for _, way := range []struct {
		level logbook.Level
		plain func(msg string, args ...any)
		bound func(ctx context.Context, msg string, args ...any)
	}{
		{logbook.LevelTrace, real.Trace, real.TraceContext},
		{logbook.LevelDebug, real.Debug, real.DebugContext},
		{logbook.LevelInfo, real.Info, real.InfoContext},
		{logbook.LevelWarn, real.Warn, real.WarnContext},
		{logbook.LevelError, real.Error, real.ErrorContext},
	} {
		if way.level != level {
			continue
		}
		w.expect(on, want, func() {
			if ctx == nil {
				way.plain(msg)
			} else {
				way.bound(ctx, msg)
			}
		}, "%v(%t)", level, ctx != nil)
	}
	var enabled bool
	w.expect(on, want, func() {
		enabled = real.Enabled(ctx, level)
		real.Log(ctx, level, msg)
	}, "Log %v(%t)", level, ctx != nil)
	if len(want) > 0 && !enabled || enabled && !wanted && !w.foreignVisible(on, l, c) {
		w.t.Errorf("Enabled is %t, want %t", enabled, wanted)
	}
}

// foreignVisible reports whether a call would reach a handler with a Leveler of another
// package. Then Enabled may be true for levels that the handler does not take.
func (w *model) foreignVisible(on *modelWorker, l *modelLogger, ctx *modelContext) bool {
	items := w.visible(on, ctx)
	for _, p := range l.own {
		items = append(items, p.items...)
	}
	return slices.ContainsFunc(items, func(item any) bool {
		h, ok := item.(*modelHandler)
		return ok && h.level.foreign != nil
	})
}

// undo undoes a push on the application, the goroutine or a context, or repeats an undo.
func (w *model) undo(on *modelWorker, where int) {
	if w.chance(8) && len(w.undone) > 0 {
		w.expect(on, nil, pick(w, w.undone).undo, "undo again")
		return
	}
	var p *modelPush
	switch where {
	case 0:
		p = pick(w, w.stack)
		if p == w.base {
			return
		}
		w.stack = without(w.stack, p)
	case 1:
		from := pick(w, w.workers)
		if len(from.pushes) == 0 {
			return
		}
		p = pick(w, from.pushes)
		if slices.Contains(from.within, p) || slices.Contains(from.inherited, p) {
			return
		}
		from.pushes = without(from.pushes, p)
	case 2:
		p = w.context().push
		if p == nil || p.ended || p.undo == nil {
			return
		}
	}
	p.ended = true
	w.undone = append(w.undone, p)
	w.expect(on, unboundEvents(p.items), p.undo, "undo %v", p.items)
}

func without[T comparable](list []T, v T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(other T) bool { return other == v })
}

// setSlot exchanges the content of a slot. It may contain slots of higher numbers.
func (w *model) setSlot(on *modelWorker, s *modelSlot) {
	content := slices.DeleteFunc(w.items(3), func(item any) bool {
		switch v := item.(type) {
		case modelSetup:
			return true
		case *modelSlot:
			return v.index <= s.index
		}
		return false
	})
	kept := newest(content)
	gone := slices.DeleteFunc(newest(s.content), func(item any) bool { return slices.Contains(kept, item) })
	slices.Reverse(gone) // unboundEvents reverses them
	s.content = content
	w.expect(on, unboundEvents(gone), func() { s.real.Set(w.real(content)...) }, "slot %d = %v", s.index, content)
}

func (w *model) setDisabled(on *modelWorker) {
	l := pick(w, w.loggers)
	if l.enabled != nil {
		*l.enabled = !*l.enabled
		return
	}
	l.disabled = new(w.chance(2))
	w.expect(on, nil, func() {
		change := l.real.Enable
		if *l.disabled {
			change = l.real.Disable
		}
		if err := change(); err != nil {
			w.t.Error(err)
		}
	}, "disabled = %t", *l.disabled)
}

func (w *model) changeGroup(on *modelWorker) {
	g, l := pick(w, w.groups), pick(w, w.loggers)
	switch w.random.IntN(5) {
	case 0:
		if l.group != nil {
			l.group.members = without(l.group.members, l)
		}
		l.group = g
		g.members = append(g.members, l)
		w.expect(on, nil, func() { g.real.Add(l.real) }, "group Add")
	case 1:
		if l.group == g {
			l.group = nil
			g.members = without(g.members, l)
		}
		w.expect(on, nil, func() { g.real.Remove(l.real) }, "group Remove")
	case 2:
		g.level = w.leveler()
		w.expect(on, nil, func() { g.real.SetLevel(g.level.real) }, "group SetLevel %v", g.level.level())
	default:
		g.disabled = w.chance(2)
		force := w.chance(3)
		for _, member := range g.members {
			if force {
				member.disabled = new(g.disabled)
			}
		}
		w.expect(on, nil, func() {
			if g.disabled {
				g.real.Disable(force)
			} else {
				g.real.Enable(force)
			}
		}, "group disabled = %t, %t", g.disabled, force)
	}
}

// enter makes a worker call InContext and stay in the call.
func (w *model) enter(on *modelWorker) {
	if len(on.within) > 3 {
		return
	}
	c := &modelContext{parent: pick(w, w.contexts), push: w.newPush(w.items(2))}
	w.contexts = append(w.contexts, c)
	on.pushes = append(on.pushes, c.push)
	on.within = append(on.within, c.push)
	w.expect(on, nil, func() {
		logbook.InContext(c.parent.real, func(ctx context.Context) {
			c.real = ctx
			on.done <- true
			on.serve()
		}, w.real(c.push.items)...)
	}, "InContext %v", c.push.items)
}

func (w *model) leave(on *modelWorker) {
	if len(on.within) == 0 {
		return
	}
	p := on.within[len(on.within)-1]
	on.within = on.within[:len(on.within)-1]
	on.pushes = without(on.pushes, p)
	p.ended = true
	want := unboundEvents(p.items)
	w.note(want, "leave")
	on.do(func() bool { return true }) // done is the InContext around it
	w.compare(w.happened(), want)
}

// endWorker ends a goroutine. Inherited handlers that its parent has unbound meanwhile are
// unbound again.
func (w *model) endWorker(on *modelWorker) {
	var want []string
	for _, p := range slices.Backward(on.inherited) {
		if p.ended {
			want = append(want, unboundEvents(p.items)...)
		}
	}
	w.workers = without(w.workers, on)
	w.note(want, "end of Go")
	on.work <- func() bool { return true }
	synctest.Wait() // Unbound is called after the worker's function has returned
	w.compare(w.happened(), want)
}

func (w *model) shutdown(on *modelWorker) {
	var items []any
	for _, p := range w.stack {
		p.ended = true
		items = append(items, p.items...)
		if p != w.base {
			w.undone = append(w.undone, p)
		}
	}
	want := unboundEvents(items)
	var closed []any
	for _, item := range newest(items) {
		if h, ok := item.(*modelHandler); ok && !slices.Contains(closed, item) {
			closed = append(closed, item)
			want = append(want, fmt.Sprintf("h%d closed", h.id))
		}
	}
	w.stack = nil
	w.expect(on, want, func() {
		if err := logbook.Shutdown(context.Background()); err != nil {
			w.t.Error(err)
		}
	}, "Shutdown")
	w.pushBase()
}

func (w *model) setDefault(on *modelWorker) {
	w.fallback = nil
	if on != nil && w.chance(2) {
		w.fallback = pick(w, w.handlers)
	}
	if w.fallback == nil {
		logbook.SetDefaultHandler(nil)
		return
	}
	w.expect(on, nil, func() { logbook.SetDefaultHandler(w.fallback) }, "default h%d", w.fallback.id)
}

// end undoes all pushes.
func (w *model) end() {
	w.setDefault(nil)
	for _, on := range w.workers {
		for len(on.within) > 0 {
			w.leave(on)
		}
		for _, p := range on.pushes {
			if !slices.Contains(on.inherited, p) {
				p.ended = true
				w.expect(on, unboundEvents(p.items), p.undo, "undo %v", p.items)
			}
		}
	}
	for _, c := range w.contexts {
		if p := c.push; p != nil && !p.ended {
			w.expect(w.workers[0], unboundEvents(p.items), p.undo, "undo %v", p.items)
		}
	}
	for _, p := range w.stack {
		w.expect(w.workers[0], unboundEvents(p.items), p.undo, "undo %v", p.items)
	}
	for len(w.workers) > 0 {
		w.endWorker(w.workers[0])
	}
}

func (h *modelHandler) String() string { return fmt.Sprint("h", h.id) }

func (s *modelSlot) String() string { return fmt.Sprint("slot", s.index) }
