package compat

import (
	"runtime"
	"strings"
	"sync"
)

// site is what is to be known of a place on a stack.
type site struct {
	log      bool // in package log
	plumbing bool // in a package that stands between the code that logs and a writer
	write    bool // a method Write
	standard bool // the Write of what only log.Default() writes to
	bySlog   bool // slog's first handler, which prints through log.Default()
}

// sites keeps what is known of each return address; a program has so many.
var sites sync.Map // uintptr to site

// plumbing begins the names of functions that stand between the code that logs and a
// writer, also where a record comes back here.
var plumbing = []string{
	"log.", "log/slog.", "fmt.", "io.", "bufio.",
	"github.com/logbook-go/logbook/compat.", "github.com/logbook-go/logbook/logbook.",
}

func siteOf(pc uintptr) site {
	if s, ok := sites.Load(pc); ok {
		return s.(site)
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	name := frame.Function
	s := site{log: strings.HasPrefix(name, "log."), write: strings.HasSuffix(name, ".Write")}
	for _, p := range plumbing {
		s.plumbing = s.plumbing || strings.HasPrefix(name, p)
	}
	s.standard = name == "log/slog.(*handlerWriter).Write" || s.write && strings.HasSuffix(name, "compat.(*redirectedLog).Write")
	s.bySlog = name == "log/slog.(*defaultHandler).Handle"
	sites.Store(pc, s)
	return s
}

// writerCaller returns the program counter of the code that logged, seen from a
// Write: the first one outside of package log and its like, 0 if there is none; and
// whether slog's first handler is on the way. skip is the number of functions up to
// Write, writerCaller not among them.
func writerCaller(skip int) (pc uintptr, bySlog bool) {
	var pcs [32]uintptr
	for _, pc := range pcs[:runtime.Callers(2+skip, pcs[:])] {
		s := siteOf(pc)
		if !s.plumbing {
			return pc, bySlog
		}
		bySlog = bySlog || s.bySlog
	}
	return 0, bySlog
}

// callStack is what a handler wants to know of the stack below it.
type callStack struct {
	depth    int  // of the code that logged, as log.Output counts it; 0 if it is not there
	inWrite  bool // a log.Logger is writing, so it holds its lock
	standard bool // log.Default() is such a one
}

// walkStack looks at the stack of the function that calls it, which is 1 deep.
// It costs about a microsecond.
func walkStack(pc uintptr) (s callStack) {
	var space [64]uintptr
	pcs := space[:]
	n := runtime.Callers(2, pcs)
	for n == len(pcs) {
		pcs = make([]uintptr, 4*len(pcs))
		n = runtime.Callers(2, pcs)
	}
	var before site
	for i, at := range pcs[:n] {
		if at == pc && s.depth == 0 {
			s.depth = i + 1
		}
		here := siteOf(at)
		// While log only formats, what it calls is no Write.
		if here.log && before.write {
			s.inWrite = true
			s.standard = s.standard || before.standard
		}
		before = here
	}
	return s
}
