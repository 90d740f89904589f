// Package value appends Go values of any type as JSON. The most common types have code of
// their own; for any other type, the package compiles a codec once.
//
// The output is that of encoding/json version 1 without HTML escapes, with these
// exceptions:
//
//   - An error is its text, unless it has a MarshalJSON method.
//   - A [log/slog.LogValuer] is the value that it resolves to. Values, attributes and
//     groups of slog are written as such.
//   - NaN and the infinities are the strings "NaN", "+Inf" and "-Inf".
//   - Times after the year 9999 keep their format.
//   - A value that cannot be encoded is replaced by its error, "!ERROR: ..."; the values
//     around it are written. This includes a struct with a field that can never be
//     encoded.
//   - If a method panics, the value is "!PANIC in TYPE: ...".
//   - A nil pointer is null; no method is called on it.
//   - A value that contains itself, is nested too deep, or is too large, ends in a mark.
//   - Maps may have keys of any type, and keys are unique: the second k becomes k#2.
//   - Terminal control characters are escaped in all strings.
//
// All functions are safe for concurrent use.
package value
