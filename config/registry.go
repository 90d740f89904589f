package config

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/logbook-go/logbook/handlers"
)

// registry holds the values that packages register by name in their init functions.
type registry[T any] struct {
	mu      sync.RWMutex
	entries map[string]T
}

func (r *registry[T]) add(name string, entry T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.entries == nil {
		r.entries = make(map[string]T)
	}
	r.entries[name] = entry
}

func (r *registry[T]) get(name string) (entry T, found bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	entry, found = r.entries[name]
	return entry, found
}

// names returns all names, sorted.
func (r *registry[T]) names() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Sorted(maps.Keys(r.entries))
}

var (
	sinks       registry[*Entry]
	sources     registry[*SourceEntry]
	sections    registry[*Entry]
	wrappers    registry[*Wrapper]
	compressors registry[handlers.Compressor]
)

// RegisterSink registers a sink for use by [Open] and [Load]. Call it in an init function.
// A scheme consists of two or more lower-case letters, digits, "+", "-" and ".", and begins
// with a letter. RegisterSink panics if the scheme is invalid or taken, or if the entry has
// no Forms or no Read.
func RegisterSink(scheme string, e Entry) {
	_, taken := sinks.get(scheme)
	switch {
	case !isScheme(scheme) || strings.ToLower(scheme) != scheme:
		panic("config: RegisterSink called with the invalid scheme " + scheme)
	case taken:
		panic("config: RegisterSink called twice for scheme " + scheme)
	case e.Read == nil || len(e.Forms) == 0:
		panic("config: RegisterSink called without Forms or Read for scheme " + scheme)
	}
	sinks.add(scheme, &e)
}

// RegisterSource registers a source for use by [OpenSource] and [Load], as [RegisterSink]
// does a sink.
func RegisterSource(scheme string, e SourceEntry) {
	_, taken := sources.get(scheme)
	switch {
	case !isScheme(scheme) || strings.ToLower(scheme) != scheme:
		panic("config: RegisterSource called with the invalid scheme " + scheme)
	case taken:
		panic("config: RegisterSource called twice for scheme " + scheme)
	case e.Read == nil || len(e.Forms) == 0:
		panic("config: RegisterSource called without Forms or Read for scheme " + scheme)
	}
	sources.add(scheme, &e)
}

// addressed returns the sink with a scheme, or what a source with it has in common with a
// sink. If there are both, it has the options of both.
func addressed(scheme string) (e *Entry, known bool) {
	sink, isSink := sinks.get(scheme)
	source, isSource := sources.get(scheme)
	switch {
	case !isSource:
		return sink, isSink
	case !isSink:
		return &Entry{Forms: source.Forms, Options: source.Options}, true
	}
	both := *sink
	both.Options = slices.Concat(sink.Options, source.Options)
	return &both, true
}

// RegisterSection registers a section of INI files for use by [Load]. Call it in an init
// function. The keys of the section are the options of the entry, and "active", which
// switches it on. RegisterSection panics if the name is invalid, begins with "sink ", or is
// taken, or if the entry has no Read.
func RegisterSection(name string, e Entry) {
	old, taken := sections.get(name)
	switch {
	case name == "" || name == levelsSection || name == iniDefaults || strings.HasPrefix(name, sinkPrefix) || strings.ContainsAny(name, "]\n"):
		panic("config: RegisterSection called with the invalid name " + name)
	case taken && old.missing == "":
		panic("config: RegisterSection called twice for section " + name)
	case e.Read == nil && e.missing == "":
		panic("config: RegisterSection called without Read for section " + name)
	}
	sections.add(name, &e)
}

// RegisterWrapper registers a wrapper, whose options every sink then has. Call it in an
// init function. It panics if the wrapper has no Options or no Read, or if its name is
// taken.
func RegisterWrapper(w Wrapper) {
	if len(w.Options) == 0 || w.Read == nil {
		panic("config: RegisterWrapper called without Options or Read")
	}
	if _, taken := wrappers.get(w.name()); taken {
		panic("config: RegisterWrapper called twice for " + w.name())
	}
	w.Options = slices.Clone(w.Options)
	for i := range w.Options[1:] {
		w.Options[i+1].With = w.name()
	}
	wrappers.add(w.name(), &w)
}

// RegisterCompressor registers a compressor as a value of the option compress. Call it in
// an init function:
//
//	config.RegisterCompressor("zstd", zstd.Compressor())
//
// It panics if the name is empty or taken, or if c is nil.
func RegisterCompressor(name string, c handlers.Compressor) {
	_, taken := compressors.get(name)
	switch {
	case name == "":
		panic("config: RegisterCompressor called without a name")
	case c == nil:
		panic("config: RegisterCompressor called without a compressor for " + name)
	case taken:
		panic("config: RegisterCompressor called twice for " + name)
	}
	compressors.add(name, c)
}

// Schemes returns the registered schemes, sorted.
func Schemes() []string { return sinks.names() }

// LookupSink returns the entry of the sink with a scheme, and whether it is registered.
func LookupSink(scheme string) (Entry, bool) { return entryOf(&sinks, scheme) }

// SourceSchemes returns the schemes of the registered sources, sorted.
func SourceSchemes() []string { return sources.names() }

// LookupSource returns the entry of the source with a scheme, and whether it is registered.
func LookupSource(scheme string) (SourceEntry, bool) {
	e, found := sources.get(scheme)
	if !found {
		return SourceEntry{}, false
	}
	return *e, true
}

// Sections returns the names of the registered sections of INI files, sorted.
func Sections() []string {
	return slices.DeleteFunc(sections.names(), func(name string) bool {
		e, _ := sections.get(name)
		return e.missing != ""
	})
}

// LookupSection returns the entry of a section, and whether it is registered.
func LookupSection(name string) (Entry, bool) { return entryOf(&sections, name) }

func entryOf(r *registry[*Entry], name string) (Entry, bool) {
	e, found := r.get(name)
	if !found || e.missing != "" {
		return Entry{}, false
	}
	return *e, true
}

// Wrappers returns the registered wrappers, in the order in which a record passes through
// them.
func Wrappers() []Wrapper {
	var all []Wrapper
	for _, name := range wrappers.names() {
		w, _ := wrappers.get(name)
		all = append(all, *w)
	}
	slices.SortStableFunc(all, func(a, b Wrapper) int { return cmp.Compare(a.Order, b.Order) })
	return all
}

// ofWrapper reports whether an option belongs to a wrapper.
func ofWrapper(option string) bool {
	return slices.ContainsFunc(Wrappers(), func(w Wrapper) bool { return find(w.Options, option) != nil })
}

// isScheme reports whether s is a scheme. One letter is not: it is a Windows drive.
func isScheme(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return len(s) > 1
}
