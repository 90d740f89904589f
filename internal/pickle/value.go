package pickle

import "math/big"

// List is a list or a tuple.
type List struct {
	Items []any
	extent
}

// Dict is a dict with its items in order. Of items with the same key, the last one counts.
type Dict struct {
	Items []Item
	extent
}

// Item is an item of a [Dict].
type Item struct{ Key, Value any }

// Get returns the value of a key, and whether there is one. It takes time proportional to
// the number of items.
func (d *Dict) Get(key string) (value any, ok bool) {
	for i := len(d.Items) - 1; i >= 0; i-- {
		if d.Items[i].Key == key {
			return d.Items[i].Value, true
		}
	}
	return nil, false
}

// Object is the name of a class or function, such as "datetime.datetime", or of the class
// of an object. Builtins have no module.
type Object string

// extent is what a walk over a list or dict costs. It is final when the value is put into
// another one: Python completes a value first, unless it contains itself.
type extent struct {
	values int // in it, and itself; shared ones count as often as they occur
	bytes  int // of texts and digits
	depth  int // of the lists and dicts in it
	final  bool
}

// extentOf returns the extent of any value. That of a list or dict becomes final.
func extentOf(v any) extent {
	switch v := v.(type) {
	case string:
		return extent{values: 1, bytes: len(v)}
	case []byte:
		return extent{values: 1, bytes: len(v)}
	case Object:
		return extent{values: 1, bytes: len(v)}
	case *big.Int:
		return extent{values: 1, bytes: v.BitLen() / 3} // its digits
	case *List:
		v.final = true
		return v.extent
	case *Dict:
		v.final = true
		return v.extent
	}
	return extent{values: 1}
}
