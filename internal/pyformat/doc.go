// Package pyformat reads and renders Python-style replacement fields:
//
//	User {name:>10} took {took:.3f}s at {record.time:%Y-%m-%d %H:%M}
//
// [Parse] turns a string into a [Template] of literals and fields. The caller
// finds the value of each field's name and path, and [Append] writes it:
//
//	for _, seg := range t.Segments {
//		b = append(b, seg.Literal...)
//		if f := seg.Field; f != nil {
//			b, err = pyformat.Append(b, lookup(f.Name, f.Path), f.Conversion, &f.Spec)
//		}
//	}
//
// A field whose Nested is set, like {x:{width}d}, has no fixed spec: the caller
// renders Nested and gives the text to [ParseSpec].
//
// # Grammar
//
// It is that of str.format of Python 3.11: {{ and }} are braces, and a field is
// {name.attr[key]!r:spec}. A spec may hold fields, one level deep. It is
//
//	[[fill]align][sign][#][0][width][, or _][.precision][verb]
//
// with the aligns < > ^ = and the verbs s d b o x X c n e E f F g G %. Only the
// option z is left out. A spec that contains % is the layout of a time as well,
// as strftime reads it. Width and precision end at [MaxWidth].
//
// # Where values differ from Python
//
//   - Values print as a Go user expects them: true and <nil>, not True and None;
//     maps, slices and structs as fmt's %+v; groups as {k=v k2=v2}; []byte as
//     the text it holds; a float of 1 as 1, not 1.0.
//   - A bool is text unless the verb is one of numbers: {b:>5} is " true", {b:d} is 1.
//   - A float without verb is written as strconv's shortest 'g', so 1234567.0
//     is 1.234567e+06. With , or _ it is written out below 1e16. A precision
//     without verb means the verb g.
//   - A time always shows its zone. A spec without % pads the time's text;
//     Python would print the spec.
//   - A duration is text; with a float verb it counts in seconds, with d in
//     nanoseconds.
//   - The verbs x and X write strings and []byte in hex.
//   - !r and !a quote as Go does, and only strings and []byte.
package pyformat
