// Package pyjson reads and writes JSON like Python's json module, for records that are
// exchanged with Python's Logbook.
//
// Python extends standard JSON by NaN, Infinity, -Infinity and integers of any size.
// Its output also has its own style: ASCII only, ", " and ": " between values, and floats
// as printed by repr. [Append] produces exactly the bytes of json.dumps, and [Decode]
// accepts the input of json.loads, for some of which encoding/json would refuse the whole
// record.
//
// Invalid Unicode becomes U+FFFD in both directions and is never an error.
package pyjson
