package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/stackframe"
)

// trace is the traceback of an error: texts, and between them calls.
type trace []tracePart

// tracePart is a text, or calls.
type tracePart struct {
	Text   string
	Calls  []calls // most recent first
	frames []frame
}

// calls are neighbours in a stack that are shown together: one frame of the app, or any number
// of frames of libraries.
type calls struct {
	Library bool
	Culprit bool // the most recent frame of the app
	Frames  []frame
}

// frame is a call.
type frame struct {
	Function string
	File     string
	Line     int
	Code     string // the line of the source, if it is known
}

// Short returns the end of the path of the file.
func (f frame) Short() string { return shortPath(f.File) }

var (
	pythonFrame = regexp.MustCompile(`^ +File "(.+)", line (\d+)(?:, in (.+))?$`)
	goFrame     = regexp.MustCompile(`^\t(.+):(\d+)(?: \+0x[0-9a-f]+)?$`)
)

// parseTrace reads a traceback in the forms of Logbook, Python and Go's runtime. module is the
// package of the record, for telling apart the app and its libraries. Lines that it cannot read
// stay text.
func parseTrace(s, module string) trace {
	var t trace
	list := strings.Split(lines(strings.TrimRight(s, "\n")), "\n")
	for i := 0; i < len(list); i++ {
		l := list[i]
		if m := pythonFrame.FindStringSubmatch(l); m != nil {
			f := newFrame(m[3], m[1], m[2])
			if i+1 < len(list) && strings.HasPrefix(list[i+1], "    ") && !pythonFrame.MatchString(list[i+1]) {
				i++
				f.Code = strings.TrimSpace(list[i])
				if i+1 < len(list) && list[i+1] != "" && strings.Trim(list[i+1], " ^~") == "" {
					i++ // marks the part of the line that failed
				}
			}
			t.add(f, true)
		} else if i+1 < len(list) {
			// AppendTextLines has made spaces of the tabs.
			next := strings.Replace(list[i+1], "    ", "\t", 1)
			if m := goFrame.FindStringSubmatch(next); m != nil && l != "" && l[0] != ' ' {
				t.add(newFrame(goFunction(l), m[1], m[2]), false)
				i++
				continue
			}
			t.text(l)
		} else {
			t.text(l)
		}
	}
	for i := range t {
		t[i].Calls = grouped(t[i].frames, module)
	}
	return t
}

func newFrame(function, file, line string) frame {
	n, _ := strconv.Atoi(line)
	return frame{Function: function, File: file, Line: n}
}

// goFunction removes the arguments of a call as Go's runtime prints it.
func goFunction(call string) string {
	call = strings.TrimPrefix(call, "created by ")
	call, _, _ = strings.Cut(call, " in goroutine ")
	if i := strings.LastIndexByte(call, '('); i > 0 && strings.HasSuffix(call, ")") && call[i-1] != '.' {
		return call[:i]
	}
	return call
}

// add adds a frame. If the most recent call is the last one in the traceback, it goes to the
// beginning.
func (t *trace) add(f frame, recentLast bool) {
	if len(*t) == 0 || (*t)[len(*t)-1].frames == nil {
		*t = append(*t, tracePart{})
	}
	part := &(*t)[len(*t)-1]
	if recentLast {
		part.frames = slices.Insert(part.frames, 0, f)
	} else {
		part.frames = append(part.frames, f)
	}
}

func (t *trace) text(l string) {
	if strings.HasPrefix(l, "Traceback (most recent call last)") {
		return // it is shown the other way round
	}
	if len(*t) == 0 || (*t)[len(*t)-1].frames != nil {
		if strings.TrimSpace(l) != "" {
			*t = append(*t, tracePart{Text: l})
		}
		return
	}
	(*t)[len(*t)-1].Text += "\n" + l
}

// grouped joins neighbours of libraries. If there is no frame of an app, all are shown.
func grouped(frames []frame, module string) []calls {
	var groups []calls
	app := false
	for _, f := range frames {
		library := f.isLibrary(module)
		if n := len(groups); library && n > 0 && groups[n-1].Library {
			groups[n-1].Frames = append(groups[n-1].Frames, f)
			continue
		}
		groups = append(groups, calls{Library: library, Culprit: !library && !app, Frames: []frame{f}})
		app = app || !library
	}
	if !app && len(frames) > 0 {
		return []calls{{Frames: frames}}
	}
	return groups
}

// isLibrary reports whether a frame is of a library and not of the app.
func (f *frame) isLibrary(module string) bool {
	return stackframe.IsLibrary(f.Function, f.File, module)
}
