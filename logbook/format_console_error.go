package logbook

import (
	"log/slog"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/stackframe"
)

// appendError appends an error as further lines.
func (f *consoleFormatter) appendError(b []byte, e *ErrorInfo) []byte {
	if e.Trace != "" {
		return appendTraceback(b, e)
	}
	b = appendChainLine(b, 0, e.String())
	for _, l := range e.Chain {
		b = appendChainLine(b, l.Depth, "wraps "+l.Type+": "+l.Message)
	}
	library := func(s slog.Source) bool { return isLibrary(&s) }
	fold := !f.FullStacks && !allOf(e.Stack, library)
	for i := 0; i < len(e.Stack); {
		n := 1
		if library(e.Stack[i]) {
			n = len(e.Stack) - i
			if own := slices.IndexFunc(e.Stack[i:], func(s slog.Source) bool { return !isLibrary(&s) }); own >= 0 {
				n = own
			}
		}
		frames := e.Stack[i : i+n]
		i += n
		if n > 1 && fold {
			b = f.appendFolded(b, frames)
			continue
		}
		for k := range frames {
			b = f.appendFrame(b, &frames[k])
		}
	}
	return b
}

// appendChainLine appends an error of a chain as further lines. If its text has several lines, those
// after the first are indented, to tell them from the errors that follow.
func appendChainLine(b []byte, depth int, s string) []byte {
	prefix := continuation + strings.Repeat("  ", depth)
	return encode.AppendTextLines(append(b, "\n"+prefix...), s, prefix+"    ")
}

func allOf(stack []slog.Source, is func(slog.Source) bool) bool {
	return !slices.ContainsFunc(stack, func(s slog.Source) bool { return !is(s) })
}

// appendFrame appends a frame as Go prints it, those of libraries dimmed.
func (f *consoleFormatter) appendFrame(b []byte, s *slog.Source) []byte {
	style := f.bold
	if isLibrary(s) {
		style = f.dim
	}
	b = append(append(b, "\n"+continuation...), style...)
	b = append(encode.AppendText(b, s.Function), f.reset...)
	if s.File == "" {
		return b
	}
	b = append(append(b, "\n"+continuation+"    "...), f.dim...)
	b = append(encode.AppendText(b, s.File), ':')
	return append(strconv.AppendInt(b, int64(s.Line), 10), f.reset...)
}

// appendFolded appends a line in place of the frames of libraries.
func (f *consoleFormatter) appendFolded(b []byte, frames []slog.Source) []byte {
	b = append(append(b, "\n"+continuation...), f.dim...)
	b = append(b, "… "...)
	b = append(strconv.AppendInt(b, int64(len(frames)), 10), " frames of "...)
	var names []string
	for i := range frames {
		name, _ := splitFunction(frames[i].Function)
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return append(encode.AppendText(b, strings.Join(names, ", ")), f.reset...)
}

// isLibrary reports whether a frame is of a library, including this one.
func isLibrary(s *slog.Source) bool {
	if rest, ours := strings.CutPrefix(s.Function, "github.com/logbook-go/logbook/"); ours {
		switch first := rest[:max(0, strings.IndexAny(rest, "./"))]; first {
		case "logbook", "handlers", "compat", "queues":
			return true
		}
	}
	return stackframe.IsLibrary(s.Function, s.File, mainModule())
}

// mainModule returns the path of the program's module, or "".
var mainModule = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return info.Main.Path
})
