// Package value appends Go values of any type as JSON. Types that logs are full of are
// written without a look at their parts; for all others it is compiled once for each type
// how they are written.
//
// The bytes are those of encoding/json, of its first version and without the escapes for
// HTML, with these exceptions:
//
//   - An error shows its text, unless it has a method MarshalJSON.
//   - A [log/slog.LogValuer] shows what it stands for, and slog's values, attributes and
//     groups are shown as such.
//   - NaN and the infinities are the strings "NaN", "+Inf" and "-Inf".
//   - Times keep their form beyond the year 9999.
//   - A value that cannot be encoded shows the error, "!ERROR: ...", and nothing else of
//     it; the values around it are shown. A struct with a field that can never be
//     encoded is such a value.
//   - A method that panics leaves "!PANIC in TYPE: ...".
//   - A nil pointer is null; no method is called on it.
//   - A value that contains itself, stands too deep, or is too large, ends in a mark.
//   - Maps may have keys of any type, and no key comes twice: the second one is k#2.
//   - What could control a terminal is escaped in all strings.
//
// All functions may be called concurrently.
package value
