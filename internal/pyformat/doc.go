// Package pyformat parses and formats Python-style replacement fields:
//
//	User {name:>10} took {took:.3f}s at {record.time:%Y-%m-%d %H:%M}
//
// [Parse] turns a string into a [Template] of literals and fields. The caller looks up
// the value of each field's name and path, and [Append] formats it:
//
//	for _, seg := range t.Segments {
//		b = append(b, seg.Literal...)
//		if f := seg.Field; f != nil {
//			b, err = pyformat.Append(b, lookup(f.Name, f.Path), f.Conversion, &f.Spec)
//		}
//	}
//
// A field whose Nested is set, like {x:{width}d}, has no fixed spec: the caller
// formats Nested and passes the text to [ParseSpec].
//
// # Grammar
//
// The grammar is that of str.format in Python 3.11: {{ and }} are braces, and a field is
// {name.attr[key]!r:spec}. A spec may contain fields, one level deep. Its grammar is
//
//	[[fill]align][sign][#][0][width][, or _][.precision][verb]
//
// with the aligns < > ^ = and the verbs s d b o x X c n e E f F g G %. The option z is
// not supported. A spec that contains % is also a layout of times for strftime. Width
// and precision are at most [MaxWidth].
//
// # Differences from Python
//
//   - Values print in Go syntax: true and <nil>, not True and None; the float 1 as 1,
//     not 1.0; groups as {k=v k2=v2}. Maps, slices and structs print as JSON, but a
//     []byte that is text as that text.
//   - A bool is text unless the verb is for numbers: {b:>5} is " true", {b:d} is 1.
//   - A float without verb is formatted like strconv's shortest 'g', so 1234567.0
//     is 1.234567e+06. With , or _ it has no exponent below 1e16. A precision
//     without verb implies the verb g.
//   - A time always shows its zone. A spec without % pads the time's text;
//     Python would print the spec.
//   - A duration is text; with a float verb it is a number of seconds, with d of
//     nanoseconds.
//   - The verbs x and X write strings and []byte in hex.
//   - !r and !a quote like Go, and only strings and []byte.
package pyformat
