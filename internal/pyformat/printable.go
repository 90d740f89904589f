package pyformat

import "reflect"

// Bounds of a value that fmt formats. fmt has none: a map that contains itself would
// crash the program.
const (
	maxNesting  = 50
	maxElements = 1 << 20
)

// printable reports whether a value is within the bounds.
func printable(v reflect.Value) bool {
	left := maxElements
	if v.Kind() == reflect.Pointer {
		v = v.Elem() // fmt follows pointers only at the top level
	}
	return within(v, maxNesting, &left)
}

func within(v reflect.Value, depth int, left *int) bool {
	if *left--; depth == 0 || *left < 0 {
		return false
	}
	switch v.Kind() {
	case reflect.Interface:
		return v.IsNil() || within(v.Elem(), depth-1, left)
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if !within(it.Key(), depth-1, left) || !within(it.Value(), depth-1, left) {
				return false
			}
		}
	case reflect.Slice, reflect.Array:
		if flat(v.Type().Elem().Kind()) {
			return true
		}
		for i := range v.Len() {
			if !within(v.Index(i), depth-1, left) {
				return false
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !flat(v.Field(i).Kind()) && !within(v.Field(i), depth-1, left) {
				return false
			}
		}
	}
	return true
}

// flat reports whether values of the kind contain no values that fmt follows.
func flat(k reflect.Kind) bool {
	switch k {
	case reflect.Interface, reflect.Map, reflect.Slice, reflect.Array, reflect.Struct:
		return false
	}
	return true
}
