// Package pyjson reads and writes JSON as Python's json module does, for
// records that are exchanged with Python's Logbook.
//
// Python's JSON has more than the standard's: NaN, Infinity and -Infinity
// stand for themselves, and integers have any size. It has also a look of its
// own: ASCII only, ", " and ": " between values, floats as repr prints them.
// [Append] produces exactly the bytes of json.dumps, and [Decode] accepts what
// json.loads accepts, where encoding/json would refuse the whole record.
//
// Text that is not valid Unicode, in either direction, becomes U+FFFD; it
// never costs the record.
package pyjson
