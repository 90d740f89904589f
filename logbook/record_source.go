package logbook

import (
	"log/slog"
	"runtime"
	"slices"
	"strconv"
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

// sourceAttr returns the index of the call's attribute with the key that says the same as the
// source of a received record, or -1: FILE:LINE, or, if it may be an object, the members of
// [slog.Source]. Parsers of log lines keep the attribute that they took the source from. A
// formatter that writes the source under its key would write it twice.
func (r *Record) sourceAttr(key string, object bool) int {
	if r.source == nil || *r.source == (slog.Source{}) {
		return -1
	}
	return slices.IndexFunc(r.call, func(a slog.Attr) bool {
		switch {
		case a.Key != key:
			return false
		case a.Value.Kind() == slog.KindString:
			return a.Value.String() == r.source.File+":"+strconv.Itoa(r.source.Line)
		}
		return object && a.Value.Kind() == slog.KindGroup && sameSource(a.Value.Group(), r.source)
	})
}

// withoutSource returns the attributes of the call but for that of sourceAttr.
func (r *Record) withoutSource(key string) []slog.Attr {
	i := r.sourceAttr(key, true)
	if i < 0 {
		return r.call
	}
	return slices.Delete(slices.Clone(r.call), i, i+1)
}

// sameSource reports whether the attributes say nothing but what s does.
func sameSource(attrs []slog.Attr, s *slog.Source) bool {
	for _, a := range attrs {
		same := false
		switch a.Key {
		case "function", "func":
			same = a.Value.Equal(slog.StringValue(s.Function))
		case "file":
			same = a.Value.Equal(slog.StringValue(s.File))
		case "line":
			same = a.Value.Equal(slog.IntValue(s.Line))
		}
		if !same {
			return false
		}
	}
	return true
}
