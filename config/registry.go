package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// An Entry describes a sink or a section of INI files: what it is for help and
// documentation, its options, and how it is opened.
type Entry struct {
	Forms   []Form   // the addresses that a URI may have; none for a section
	Help    string   // what else is to be known, in sentences; "": nothing
	Options []Option // all that Read reads

	// SecretPath reports that the path is a secret, as the address of a webhook is:
	// whoever knows it can use it.
	SecretPath bool

	// Read reads the options and returns the function that opens the sink. It opens
	// nothing itself, since all sinks of a file are read before the first one is opened.
	// Methods of the Spec collect what is wrong with the options; then the function is
	// not called. It may be called several times, for a sink that is opened again.
	Read func(s *Spec) func() (logbook.Handler, error)

	missing string // why a section of lab_utils is not there
}

// A Form is an address of a sink, such as "console:-" or "syslog://HOST[:PORT]". What
// stands in brackets may be left out.
type Form struct{ Address, Help string }

// A Wrapper describes a handler that stands before a sink of any scheme, if the option
// of its name is given.
type Wrapper struct {
	Options []Option // the one that has the name of the wrapper, and further ones, which need it

	// Order is the place among the wrappers: a record meets the one of the lowest order
	// first. Those of this package have 100, 200 and so on.
	Order int

	// CoversUnopened reports that the wrapper takes records while the sink cannot be
	// opened, so that this is no error. The sink is tried again with later records.
	CoversUnopened bool

	// Read reads the options and returns the function that puts the wrapper before a
	// handler. It is called without the option, too, to check the further ones; then
	// its result is not used.
	Read func(s *Spec) func(h logbook.Handler) (logbook.Handler, error)
}

// registry holds what packages register in their init functions.
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
	sections    registry[*Entry]
	wrappers    registry[*Wrapper]
	compressors registry[handlers.Compressor]
)

// RegisterSink makes a scheme known to [Open] and [Load], in an init function. A scheme
// is two or more lower-case letters, digits, "+", "-" and ".", with a letter first.
// RegisterSink panics if the scheme is invalid or taken, or if the entry has no Form or
// no Read.
func RegisterSink(scheme string, e Entry) {
	_, taken := sinks.get(scheme)
	switch {
	case !isScheme(scheme) || strings.ToLower(scheme) != scheme:
		panic("config: RegisterSink of the invalid scheme " + scheme)
	case taken:
		panic("config: RegisterSink called twice for scheme " + scheme)
	case e.Read == nil || len(e.Forms) == 0:
		panic("config: RegisterSink of scheme " + scheme + " without Forms or Read")
	}
	sinks.add(scheme, &e)
}

// RegisterSection makes a section of INI files known to [Load], in an init function.
// Its keys are the options of the entry, and "active", which switches it on.
// RegisterSection panics if the name is invalid, that of a sink, or taken, or if the
// entry has no Read.
func RegisterSection(name string, e Entry) {
	old, taken := sections.get(name)
	switch {
	case name == "" || name == levelsSection || name == iniDefaults || strings.HasPrefix(name, sinkPrefix) || strings.ContainsAny(name, "]\n"):
		panic("config: RegisterSection of the invalid section " + name)
	case taken && old.missing == "":
		panic("config: RegisterSection called twice for section " + name)
	case e.Read == nil && e.missing == "":
		panic("config: RegisterSection of section " + name + " without Read")
	}
	sections.add(name, &e)
}

// RegisterWrapper makes an option of every sink known that puts a handler before it, in
// an init function. It panics if the name is taken, or if no option has the name.
func RegisterWrapper(name string, w Wrapper) {
	if _, taken := wrappers.get(name); taken {
		panic("config: RegisterWrapper called twice for " + name)
	}
	if find(w.Options, name) == nil || w.Read == nil {
		panic("config: RegisterWrapper of " + name + " without Read or an option of this name")
	}
	for i := range w.Options {
		if o := &w.Options[i]; o.Name != name {
			o.With = name
		}
	}
	wrappers.add(name, &w)
}

// RegisterCompressor makes a value of the option compress known, in an init
// function, as that of package handlers/zstd:
//
//	config.RegisterCompressor("zstd", zstd.Compressor())
//
// It panics if the name is empty or taken, or if c is nil.
func RegisterCompressor(name string, c handlers.Compressor) {
	_, taken := compressors.get(name)
	switch {
	case name == "":
		panic("config: RegisterCompressor without a name")
	case c == nil:
		panic("config: RegisterCompressor of " + name + " without a compressor")
	case taken:
		panic("config: RegisterCompressor called twice for " + name)
	}
	compressors.add(name, c)
}

// Schemes returns the names of the known schemes, sorted.
func Schemes() []string { return sinks.names() }

// SinkEntry returns what is known of a scheme; false if nothing is.
func SinkEntry(scheme string) (Entry, bool) { return entryOf(&sinks, scheme) }

// Sections returns the names of the known sections of INI files, sorted.
func Sections() []string {
	return slices.DeleteFunc(sections.names(), func(name string) bool {
		e, _ := sections.get(name)
		return e.missing != ""
	})
}

// SectionEntry returns what is known of a section; false if nothing is.
func SectionEntry(name string) (Entry, bool) { return entryOf(&sections, name) }

func entryOf(r *registry[*Entry], name string) (Entry, bool) {
	e, found := r.get(name)
	if !found || e.missing != "" {
		return Entry{}, false
	}
	return *e, true
}

// Wrappers returns the names of the known wrappers, in the order in which a record meets
// them.
func Wrappers() []string {
	return slices.SortedStableFunc(slices.Values(wrappers.names()), func(a, b string) int {
		first, _ := wrappers.get(a)
		second, _ := wrappers.get(b)
		return cmp.Compare(first.Order, second.Order)
	})
}

// WrapperOptions returns the options of a wrapper; nil if there is none of this name.
func WrapperOptions(name string) []Option {
	if w, found := wrappers.get(name); found {
		return slices.Clone(w.Options)
	}
	return nil
}

// wrapperOf returns the wrapper that an option belongs to; "": none.
func wrapperOf(option string) string {
	for _, name := range wrappers.names() {
		if w, _ := wrappers.get(name); find(w.Options, option) != nil {
			return name
		}
	}
	return ""
}

// isScheme leaves out names of one letter, which are drives of Windows.
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

// CheckEntries reports the registered sinks, sections and wrappers that read other
// options than they declare. It opens nothing. A package that registers something calls
// it in a test.
func CheckEntries() error {
	var faults []string
	check := func(name string, declared []Option, specs ...*Spec) {
		var read []string
		for _, s := range specs {
			read = append(read, s.read...)
			for _, option := range s.undeclared {
				faults = append(faults, fmt.Sprintf("%s reads %s, which it does not declare like this", name, option))
			}
		}
		for _, o := range declared {
			if !slices.Contains(read, o.Name) {
				faults = append(faults, fmt.Sprintf("%s declares %s, and does not read it", name, o.Name))
			}
		}
	}
	for _, scheme := range sinks.names() {
		e, _ := sinks.get(scheme)
		var specs []*Spec
		for _, f := range e.Forms {
			s, err := parse(f.example())
			if err != nil || s.Scheme != scheme {
				faults = append(faults, fmt.Sprintf("%s: invalid form %q: %v", scheme, f.Address, err))
				continue
			}
			s.table = slices.Clone(e.Options)
			e.Read(s)
			specs = append(specs, s)
		}
		check(scheme+":", e.Options, specs...)
	}
	for _, name := range Sections() {
		e, _ := sections.get(name)
		s := newSection(&iniSection{name: name}, new(iniSection), false)
		s.table = slices.Clone(e.Options)
		e.Read(s)
		check("["+name+"]", e.Options, s)
	}
	for _, name := range wrappers.names() {
		w, _ := wrappers.get(name)
		s := newSection(new(iniSection), new(iniSection), false)
		s.table = slices.Clone(w.Options)
		w.Read(s)
		check(name, w.Options, s)
	}
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("config: %s", strings.Join(faults, "\nconfig: "))
}

// example returns a URI of the form, without the parts that may be left out.
func (f Form) example() string {
	address, _, _ := strings.Cut(f.Address, "?")
	for {
		before, rest, found := strings.Cut(address, "[")
		_, after, closed := strings.Cut(rest, "]")
		if !found || !closed {
			return address
		}
		address = before + after
	}
}
