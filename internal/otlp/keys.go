package otlp

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/encode"
)

// keys holds the keys of the objects that are being written or read, those of the innermost
// one last, so that no object has a key twice.
type keys struct{ used []string }

// object has the keys of one object, from first on.
type object struct {
	first  int
	marks  encode.KeySet
	index  map[string]int // the highest number appended to each key; nil until it is needed
	fields bool           // the object is a record, which has keys of its own
}

func (k *keys) enter() object { return object{first: len(k.used)} }

func (k *keys) leave(o *object) {
	clear(k.used[o.first:])
	k.used = k.used[:o.first]
}

// maxSearch is the number of keys up to which they are searched one by one.
const maxSearch = 64

// add adds a key to an object, and returns it, valid, and renamed if the object has it.
func (k *keys) add(o *object, key string) string {
	if !utf8.ValidString(key) {
		key = string([]rune(key))
	}
	switch {
	case o.index != nil:
		key = o.unused(key)
	case o.marks.Add(key) || o.fields && isField(key):
		if used := k.used[o.first:]; len(used) > maxSearch || slices.Contains(used, key) || o.fields && isField(key) {
			o.index = make(map[string]int, len(used)+1)
			for _, u := range used {
				o.index[u] = 1
			}
			key = o.unused(key)
		}
	}
	k.used = append(k.used, key)
	return key
}

// unused returns key, or key#2, key#3, ... if the object has the key, and adds it to the index.
func (o *object) unused(key string) string {
	n := o.index[key]
	if n == 0 && !(o.fields && isField(key)) {
		o.index[key] = 1
		return key
	}
	for n = max(n, 1) + 1; ; n++ {
		renamed := key + "#" + strconv.Itoa(n)
		if _, taken := o.index[renamed]; !taken {
			o.index[key], o.index[renamed] = n, 1
			return renamed
		}
	}
}
