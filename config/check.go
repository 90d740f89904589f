package config

import (
	"fmt"
	"slices"
	"strings"
)

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
	for _, w := range Wrappers() {
		s := newSection(new(iniSection), new(iniSection), false)
		s.table = slices.Clone(w.Options)
		w.Read(s)
		check(w.name(), w.Options, s)
	}
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("config: %s", strings.Join(faults, "\nconfig: "))
}
