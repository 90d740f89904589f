package pyjson

// An Object is a JSON object with its members in the order of the text, including
// duplicate keys.
type Object []Member

// A Member is one key and value of an [Object]. The values are those of
// [Decode].
type Member struct {
	Key   string
	Value any
}

// Get returns the value of the key, and whether there is one. If several members have the
// key, the last one is returned, as in Python. Get takes time proportional to the number
// of members.
func (o Object) Get(key string) (any, bool) {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].Key == key {
			return o[i].Value, true
		}
	}
	return nil, false
}
