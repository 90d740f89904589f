package config

import (
	"fmt"
	"slices"
	"strings"
)

// CheckEntries returns an error if a registered sink, source, section or wrapper reads an option
// that it does not declare, or declares one that it does not read. It opens nothing. Call
// it in the tests of a package that registers something.
func CheckEntries() error {
	var faults []string
	check := func(name string, declared []Option, specs ...*Spec) {
		var read []string
		for _, s := range specs {
			read = append(read, s.read...)
			for _, option := range s.undeclared {
				faults = append(faults, fmt.Sprintf("%s reads %s, but does not declare it with this kind", name, option))
			}
		}
		for _, o := range declared {
			if !slices.Contains(read, o.Name) {
				faults = append(faults, fmt.Sprintf("%s declares %s, but does not read it", name, o.Name))
			}
		}
	}
	checkForms := func(scheme string, forms []Form, options []Option, read func(*Spec)) {
		var specs []*Spec
		for _, f := range forms {
			s, err := parse(f.example())
			if err != nil || s.Scheme != scheme {
				faults = append(faults, fmt.Sprintf("%s: invalid form %q: %v", scheme, f.Address, err))
				continue
			}
			s.table = slices.Clone(options)
			read(s)
			specs = append(specs, s)
		}
		check(scheme+":", options, specs...)
	}
	for _, scheme := range sinks.names() {
		e, _ := sinks.get(scheme)
		checkForms(scheme, e.Forms, e.Options, func(s *Spec) { e.Read(s) })
	}
	for _, scheme := range sources.names() {
		e, _ := sources.get(scheme)
		checkForms(scheme, e.Forms, e.Options, func(s *Spec) { e.Read(s) })
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
