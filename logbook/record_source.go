package logbook

import (
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/callsite"
)

// site is a call site.
type site struct {
	pc     uintptr // of runtime.Callers
	source slog.Source
	json   string // the source as a JSON object

	templateReported atomic.Bool // a TemplateError was reported
}

var noSite = &site{json: `{"function":"","file":"","line":0}`}

// sites has an entry for each program counter seen. There are only as many as the
// program has logging calls, so it needs no bound.
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

// callSite returns the call site of the exported function that called the caller of
// callSite. It uses the return addresses of both as keys, and calls runtime.Callers
// only for new ones.
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

// learnSite looks up the call site by runtime.Callers, and stores it for the return
// address in the calling function. That is inner if the exported function was inlined
// there, otherwise outer. It is neither in deferred calls: then nothing is stored.
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

// contains reports whether a return address is in the machine code of the same function
// as the call site, which may have been inlined into it.
func (s *site) contains(ret uintptr) bool {
	return ret != 0 && entry(ret) == entry(s.pc)
}

// entry returns the start of the machine code that contains a return address.
func entry(ret uintptr) uintptr {
	f := runtime.FuncForPC(ret - 1)
	if f == nil {
		return 0
	}
	return f.Entry()
}

// innerReturns and outerReturns map return addresses to call sites. An address without a
// site in innerReturns is inside an exported function that was not inlined.
var innerReturns, outerReturns returnTable

// returnTable is a map with a cache in front, which has one entry for each hash of an
// address.
type returnTable struct {
	front [1024]atomic.Pointer[returnEntry]
	all   sync.Map // uintptr to *returnEntry
}

type returnEntry struct {
	ret  uintptr
	site *site
}

func (t *returnTable) slot(ret uintptr) *atomic.Pointer[returnEntry] {
	return &t.front[(ret^ret>>10)%uintptr(len(t.front))]
}

func (t *returnTable) load(ret uintptr) *returnEntry {
	if e := t.slot(ret).Load(); e != nil && e.ret == ret {
		return e
	}
	if e, ok := t.all.Load(ret); ok {
		t.slot(ret).Store(e.(*returnEntry))
		return e.(*returnEntry)
	}
	return nil
}

func (t *returnTable) store(ret uintptr, s *site) {
	e := &returnEntry{ret, s}
	t.all.Store(ret, e)
	t.slot(ret).Store(e)
}
