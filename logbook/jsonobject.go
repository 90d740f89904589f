package logbook

import (
	"log/slog"
	"maps"
	"strconv"

	"github.com/logbook-go/logbook/internal/encode"
)

// jsonObject knows the keys of an object that is being written, so that none is
// written twice.
type jsonObject struct {
	objectKeys
	reserved []string       // keys that are no attributes
	group    string         // the logger's open group, another such key
	seen     [4][]slog.Attr // attributes before the list that is being written
	lists    int            // how many lists of seen are in use
}

// objectKeys is a rough note of which keys were written, and an exact one of objects
// that need it.
type objectKeys struct {
	marks encode.KeySet
	index keyIndex // of objects with many attributes, with renamed ones or with ones that were left out
}

func (k *objectKeys) clone() objectKeys { return objectKeys{k.marks, maps.Clone(k.index)} }

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

// manyKeys is how many keys are looked through one by one, for the few that
// a KeySet takes for known. To index them all costs more up to here.
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
	if _, written := o.index[key]; !written {
		return key
	}
	return o.index.unused(key)
}

// keyIndex maps each key of an object to the highest number that was put behind it.
type keyIndex map[string]int

// unused returns key#2, or the next such key that is not in the index, and adds it.
func (x keyIndex) unused(key string) string {
	for n := x[key] + 1; ; n++ {
		renamed := key + "#" + strconv.Itoa(n)
		if _, taken := x[renamed]; !taken {
			x[key], x[renamed] = n, 1
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
	o.marks.Fill() // so that no key passes the index by
	o.index = make(keyIndex)
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
		switch a := &attrs[i]; {
		case a.Key != "":
			o.index[a.Key] = 1
		case a.Value.Kind() == slog.KindGroup:
			o.addIndex(a.Value.Group())
		case !a.Equal(slog.Attr{}): // which is left out
			o.index[""] = 1
		}
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
		switch a := &attrs[i]; {
		case a.Key != "":
			if a.Key == key {
				return true
			}
		case a.Value.Kind() == slog.KindGroup:
			if hasKey(a.Value.Group(), key) {
				return true
			}
		case key == "" && !a.Equal(slog.Attr{}):
			return true
		}
	}
	return false
}
