package value

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// structField is a field of a struct, or of a struct embedded in it, that encoding/json
// writes.
type structField struct {
	reflect.StructField
	name   string
	tagged bool // the name comes from the tag
	path   []int
	options
}

type options struct{ omitEmpty, omitZero, quoted bool }

// fieldsOf returns the fields that encoding/json writes for a struct, in its order. Of the
// fields with the same name, it keeps the least nested one, or among several of those, the
// only tagged one; otherwise none.
func fieldsOf(t reflect.Type) []structField {
	byName := make(map[string][]structField)
	type embedded struct {
		typ   reflect.Type
		path  []int
		twice bool // embedded twice at this depth, so its fields hide one another
	}
	level := []embedded{{typ: t}}
	seen := make(map[reflect.Type]bool)
	for len(level) > 0 {
		var next []embedded
		for _, e := range level {
			seen[e.typ] = true
		}
		for _, e := range level {
			for i := range e.typ.NumField() {
				f, ok := parseField(e.typ.Field(i))
				if !ok {
					continue
				}
				f.path = append(slices.Clip(e.path), i)
				if inner := indirect(f.Type); f.Anonymous && !f.tagged && inner.Kind() == reflect.Struct {
					if at := slices.IndexFunc(next, func(n embedded) bool { return n.typ == inner }); at >= 0 {
						next[at].twice = true
					} else if !seen[inner] {
						next = append(next, embedded{typ: inner, path: f.path})
					}
					continue
				}
				byName[f.name] = append(byName[f.name], f)
				if e.twice {
					byName[f.name] = append(byName[f.name], f)
				}
			}
		}
		level = next
	}
	var fields []structField
	for _, list := range byName {
		slices.SortFunc(list, func(a, b structField) int { return a.rank(b) })
		if len(list) == 1 || list[0].rank(list[1]) < 0 {
			fields = append(fields, list[0])
		}
	}
	slices.SortFunc(fields, func(a, b structField) int { return slices.Compare(a.path, b.path) })
	return fields
}

// rank compares two fields with the same name. encoding/json writes the lower one.
func (f *structField) rank(g structField) int {
	if c := cmp.Compare(len(f.path), len(g.path)); c != 0 || f.tagged == g.tagged {
		return c
	}
	if f.tagged {
		return -1
	}
	return 1
}

// parseField parses the tag of a field. It reports whether the field, or fields embedded
// in it, are written.
func parseField(f reflect.StructField) (_ structField, ok bool) {
	if !f.IsExported() && !(f.Anonymous && elemOfPointer(f.Type).Kind() == reflect.Struct) {
		return structField{}, false
	}
	tag := f.Tag.Get("json")
	if tag == "-" {
		return structField{}, false
	}
	out := structField{StructField: f, name: f.Name}
	name, list, _ := strings.Cut(tag, ",")
	if isName(name) {
		out.name, out.tagged = name, true
	}
	for option := range strings.SplitSeq(list, ",") {
		switch option {
		case "omitempty":
			out.omitEmpty = true
		case "omitzero":
			out.omitZero = true
		case "string":
			kind := indirect(f.Type).Kind()
			out.quoted = reflect.Bool <= kind && kind <= reflect.Float64 || kind == reflect.String
		}
	}
	return out, true
}

// indirect returns the element type of an unnamed pointer type, and any other type as it
// is.
func indirect(t reflect.Type) reflect.Type {
	if t.Name() == "" {
		return elemOfPointer(t)
	}
	return t
}

func elemOfPointer(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// isName reports whether s is a valid name in a tag.
func isName(s string) bool {
	for _, r := range s {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return s != ""
}
