package logbook

import (
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/callsite"
)

// site is a place in the program that logs.
type site struct {
	pc     uintptr // as runtime.Callers tells it
	source slog.Source
	json   string      // the source as a JSON object
	faulty atomic.Bool // a template that could not be rendered was reported
}

var noSite = &site{json: `{"function":"","file":"","line":0}`}

// sites keeps what is known of each program counter. Places that log are as many
// as a program has logging calls, so it needs no bound.
var sites sync.Map // uintptr to *site

func siteOf(pc uintptr) *site {
	if pc == 0 {
		return noSite
	}
	if s, ok := sites.Load(pc); ok {
		return s.(*site)
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	s := &site{pc: pc, source: slog.Source{Function: frame.Function, File: frame.File, Line: frame.Line}}
	s.json = string(appendJSONSource(nil, &s.source))
	known, _ := sites.LoadOrStore(pc, s)
	return known.(*site)
}

// callSite returns the place that called an exported function, which called the
// function that calls callSite. It looks up the return addresses of these two; only
// for new ones is runtime.Callers asked.
//
//go:noinline
func callSite() *site {
	if !callsite.Proven() {
		var pcs [1]uintptr
		runtime.Callers(4, pcs[:])
		return siteOf(pcs[0])
	}
	var to [callsite.Depth]uintptr
	callsite.Returns(&to)
	inner, outer := to[1], to[2]
	r := innerReturns.load(inner)
	if r != nil && r.site == nil {
		r = outerReturns.load(outer)
	}
	if r == nil || r.site == nil {
		return learnSite(inner, outer)
	}
	return r.site
}

// learnSite asks runtime.Callers, and notes what it says for the return address
// that lies in the calling function. That is inner, where the exported function was
// inlined there, else outer. It may be neither, as in deferred calls: then nothing
// is noted.
//
//go:noinline
func learnSite(inner, outer uintptr) *site {
	var pcs [1]uintptr
	runtime.Callers(5, pcs[:])
	s := siteOf(pcs[0])
	switch {
	case s.contains(inner):
		innerReturns.store(inner, s)
	case s.contains(outer):
		innerReturns.store(inner, nil)
		outerReturns.store(outer, s)
	}
	return s
}

// contains reports whether a return address lies in the same machine code as the
// place, be it of a function or of another one that this was inlined into.
func (s *site) contains(ret uintptr) bool {
	return ret != 0 && entry(ret) == entry(s.pc)
}

// entry returns where the machine code starts that a call returns to.
func entry(ret uintptr) uintptr {
	f := runtime.FuncForPC(ret - 1)
	if f == nil {
		return 0
	}
	return f.Entry()
}

// direct and indirect map return addresses to places. In direct, an address
// without a place is one inside of an exported function that was not inlined.
var innerReturns, outerReturns returnTable

// returnTable has a place for each hash of an address in front of a map.
type returnTable struct {
	front [1024]atomic.Pointer[returnEntry]
	all   sync.Map // uintptr to *returnEntry
}

type returnEntry struct {
	ret  uintptr
	site *site
}

func (t *returnTable) place(ret uintptr) *atomic.Pointer[returnEntry] {
	return &t.front[(ret^ret>>10)%uintptr(len(t.front))]
}

func (t *returnTable) load(ret uintptr) *returnEntry {
	if e := t.place(ret).Load(); e != nil && e.ret == ret {
		return e
	}
	if e, ok := t.all.Load(ret); ok {
		t.place(ret).Store(e.(*returnEntry))
		return e.(*returnEntry)
	}
	return nil
}

func (t *returnTable) store(ret uintptr, s *site) {
	e := &returnEntry{ret, s}
	t.all.Store(ret, e)
	t.place(ret).Store(e)
}
