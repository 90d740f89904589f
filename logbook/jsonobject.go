package logbook

import (
	"log/slog"
	"strconv"
)

// jsonObject knows the keys of an object that is being written, so that none is
// written twice.
type jsonObject struct {
	marks    keyMarks
	reserved []string       // keys that are no attributes
	group    string         // the logger's open group, another such key
	seen     [4][]slog.Attr // attributes before the list that is being written
	lists    int            // how many lists of seen are in use
	index    map[string]int // of objects with many attributes or with renamed ones
}

// addSeen notes that a list has been written. An object of more lists than it
// has room for, which takes groups without names, keeps an index.
func (o *jsonObject) addSeen(list []slog.Attr) {
	switch {
	case o.index != nil || len(list) == 0:
	case o.lists < len(o.seen):
		o.seen[o.lists] = list
		o.lists++
	default:
		o.needIndex(list)
	}
}

// keyMarks is a set of keys that may err, in that it takes a key for known which is
// not: a bit for each of 256 classes. So most keys are known to be new by one look.
type keyMarks [4]uint64

// add puts a key into the set, and reports whether it may have been there.
func (m *keyMarks) add(key string) (known bool) {
	h := uint64(len(key))
	switch n := len(key); {
	case n >= 8:
		h ^= load8(key) ^ load8(key[n-8:])*3
	case n >= 4:
		h ^= load4(key) | load4(key[n-4:])<<32
	case n > 0:
		h ^= uint64(key[0])<<8 | uint64(key[n/2])<<16 | uint64(key[n-1])<<24
	}
	h = h * 0x9E3779B97F4A7C15 >> 56
	word, bit := &m[h>>6], uint64(1)<<(h&63)
	known = *word&bit != 0
	*word |= bit
	return known
}

func load4(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// manyKeys is how many keys are looked through one by one, for the few that
// keyMarks takes for known. To index them all costs more up to here.
const manyKeys = 256

// unused returns key, or key#2, key#3, ... if that was written before.
func (o *jsonObject) unused(before []slog.Attr, key string) string {
	if o.index == nil {
		n := len(before)
		for _, list := range o.seen[:o.lists] {
			n += len(list)
		}
		if n < manyKeys && !o.has(before, key) {
			return key
		}
		o.needIndex(before)
	}
	n, written := o.index[key]
	if !written {
		return key
	}
	for {
		n++
		renamed := key + "#" + strconv.Itoa(n)
		if _, taken := o.index[renamed]; !taken {
			o.index[key] = n
			return renamed
		}
	}
}

// needIndex maps each key that was written to how often that was, if that has not
// been done.
func (o *jsonObject) needIndex(before []slog.Attr) {
	if o.index != nil {
		return
	}
	o.index = make(map[string]int)
	for _, k := range o.reserved {
		o.index[k] = 1
	}
	if o.group != "" {
		o.index[o.group] = 1
	}
	for _, list := range o.seen[:o.lists] {
		o.addIndex(list)
	}
	o.addIndex(before)
}

func (o *jsonObject) addIndex(attrs []slog.Attr) {
	for i := range attrs {
		if v := attrs[i].Value; attrs[i].Key == "" && v.Kind() == slog.KindGroup {
			o.addIndex(v.Group())
			continue
		}
		o.index[attrs[i].Key] = 1
	}
}

func (o *jsonObject) has(before []slog.Attr, key string) bool {
	if key == o.group && key != "" {
		return true
	}
	for _, k := range o.reserved {
		if k == key {
			return true
		}
	}
	for _, list := range o.seen[:o.lists] {
		if hasKey(list, key) {
			return true
		}
	}
	return hasKey(before, key)
}

func hasKey(attrs []slog.Attr, key string) bool {
	for i := range attrs {
		if v := attrs[i].Value; attrs[i].Key == "" && v.Kind() == slog.KindGroup {
			if hasKey(v.Group(), key) {
				return true
			}
		} else if attrs[i].Key == key {
			return true
		}
	}
	return false
}
