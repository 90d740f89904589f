// Package words splits the lines of lab_utils' protocol into words, and writes them:
//
//	alarm --message {hello big world} --n 2
//
// Spaces separate words. Braces group: spaces inside them do not separate, and braces
// inside them must match. A word that is a group, or an option with a group as its value,
// --message={a b}, loses the braces around it; {} is the empty word.
//
// lab_utils has no escapes, so that a group cannot hold braces that do not match.
// AppendGroup writes these, and control characters, as \x and two hexadecimal digits,
// which Split undoes in groups. lab_utils' own server shows the digits.
package words
