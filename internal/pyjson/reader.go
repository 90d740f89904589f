package pyjson

// Reader reads a value piece by piece, where [Decode] would make a tree of it. It accepts the
// same texts within the same limits, and returns the same errors. After an error, it must not
// be used any more.
//
// The callbacks of Object and Array must read the value that they are called for, by one of
// the methods.
type Reader struct{ d decoder }

// NewReader returns a reader of the single value in data, which may be surrounded by white
// space. It keeps data.
func NewReader(data []byte) *Reader {
	r := &Reader{decoder{data: data}}
	r.d.space()
	return r
}

// Next returns the first byte of the next value: one of {["tfnNI-, a digit, or any byte if
// the value is invalid. At the end it is 0.
func (r *Reader) Next() byte { return r.d.peek() }

// Offset returns the byte offset of the next value.
func (r *Reader) Offset() int { return r.d.pos }

// Value reads the next value, as Decode does.
func (r *Reader) Value() (any, error) { return r.d.value() }

// Object reads an object, and calls member for each of its members. If the next value is not
// an object, the error says so.
func (r *Reader) Object(member func(key string) error) error {
	return r.container('{', '}', func() error {
		if r.d.peek() != '"' {
			return r.d.syntaxError("expected a key in quotes")
		}
		key, err := r.d.string()
		if err != nil {
			return err
		}
		if err := r.d.colon(); err != nil {
			return err
		}
		return member(key)
	})
}

// Array reads an array, and calls element for each of its elements. If the next value is not
// an array, the error says so.
func (r *Reader) Array(element func() error) error { return r.container('[', ']', element) }

func (r *Reader) container(opening, closing byte, each func() error) error {
	if r.d.peek() != opening {
		return r.d.syntaxError("expected " + string(opening))
	}
	if err := r.d.open(); err != nil {
		return err
	}
	if r.d.peek() == closing {
		r.d.pos++
		r.d.depth--
		return nil
	}
	for more := true; more; {
		if err := each(); err != nil {
			return err
		}
		var err error
		if more, err = r.d.next(closing, "expected , or "+string(closing)+" after a value"); err != nil {
			return err
		}
	}
	return nil
}

// Skip reads the next value and forgets it.
func (r *Reader) Skip() error {
	switch r.d.peek() {
	case '{':
		return r.Object(func(string) error { return r.Skip() })
	case '[':
		return r.Array(r.Skip)
	}
	_, err := r.d.value()
	return err
}

// End returns an error if anything follows the value.
func (r *Reader) End() error {
	r.d.space()
	if r.d.pos < len(r.d.data) {
		return r.d.syntaxError("data after the value")
	}
	return nil
}
