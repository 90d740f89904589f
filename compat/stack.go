package compat

import (
	"runtime"
	"strings"
	"sync"
)

// frameKind describes a function on the stack.
type frameKind struct {
	log      bool // in package log
	plumbing bool // in a package between the code that logs and a writer
	write    bool // a method Write
	standard bool // the Write method of a writer that only log.Default() uses
	bySlog   bool // slog's initial handler, which prints through log.Default()
}

// frameKinds caches the kind of each return address. Their number is bounded by the
// size of the program.
var frameKinds sync.Map // uintptr to frameKind

// plumbing holds prefixes of the names of functions that can stand between the code
// that logs and a writer, or on the way of a record that comes back.
var plumbing = []string{
	"log.", "log/slog.", "fmt.", "io.", "bufio.",
	"github.com/logbook-go/logbook/compat.", "github.com/logbook-go/logbook/logbook.",
}

func frameKindOf(pc uintptr) frameKind {
	if k, ok := frameKinds.Load(pc); ok {
		return k.(frameKind)
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	name := frame.Function
	k := frameKind{log: strings.HasPrefix(name, "log."), write: strings.HasSuffix(name, ".Write")}
	for _, p := range plumbing {
		k.plumbing = k.plumbing || strings.HasPrefix(name, p)
	}
	k.standard = name == "log/slog.(*handlerWriter).Write" || k.write && strings.HasSuffix(name, "compat.(*redirectedLog).Write")
	k.bySlog = name == "log/slog.(*defaultHandler).Handle"
	frameKinds.Store(pc, k)
	return k
}

// writerCaller returns the program counter of the code that logged, as seen from a
// Write method: the first one outside the packages of plumbing, or 0 if there is none.
// It also reports whether slog's initial handler is in between. skip is the number of
// functions up to and including Write, without writerCaller.
func writerCaller(skip int) (pc uintptr, bySlog bool) {
	var pcs [32]uintptr
	for _, pc := range pcs[:runtime.Callers(2+skip, pcs[:])] {
		k := frameKindOf(pc)
		if !k.plumbing {
			return pc, bySlog
		}
		bySlog = bySlog || k.bySlog
	}
	return 0, bySlog
}

// callStack describes the stack of a call of Handle.
type callStack struct {
	depth    int  // of the code that logged, as log.Output counts; 0 if it is not on the stack
	inWrite  bool // a log.Logger is writing, so it holds its lock
	standard bool // one such logger is log.Default()
}

// walkStack describes the stack of its caller, whose depth is 1. It costs about a
// microsecond.
func walkStack(pc uintptr) (s callStack) {
	var space [64]uintptr
	pcs := space[:]
	n := runtime.Callers(2, pcs)
	for n == len(pcs) {
		pcs = make([]uintptr, 4*len(pcs))
		n = runtime.Callers(2, pcs)
	}
	var before frameKind
	for i, at := range pcs[:n] {
		if at == pc && s.depth == 0 {
			s.depth = i + 1
		}
		here := frameKindOf(at)
		// Functions that log calls to format are not named Write.
		if here.log && before.write {
			s.inWrite = true
			s.standard = s.standard || before.standard
		}
		before = here
	}
	return s
}
