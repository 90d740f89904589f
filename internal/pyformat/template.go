package pyformat

import "strings"

// Template is a parsed string. It is immutable and safe for concurrent use.
type Template struct {
	Segments []Segment
}

// Segment is a literal and the field after it.
type Segment struct {
	Literal string // with {{ and }} replaced by single braces
	Field   *Field // nil in the last segment if the text ends in a literal
}

// Field is one replacement field.
type Field struct {
	Offset     int       // offset of the opening brace in the source
	End        int       // offset after the closing brace
	Name       string    // "record"; "" for {}, "0" for {0}
	Path       []Step    // the steps after the name
	Conversion byte      // 'r', 's', 'a', or 0
	Spec       Spec      // the empty spec if Nested is set
	Nested     *Template // a spec that contains fields: format it, then call ParseSpec
}

// IsBare reports whether the field is only a name in braces.
func (f *Field) IsBare() bool { return f.End-f.Offset == len(f.Name)+len("{}") }

// Step is one .key or [key] of a field's path.
type Step struct {
	Key   string
	Index bool // [key]
}

// Parse parses a template. Its error is a [*SyntaxError]. A spec that is invalid for
// every type is an error.
func Parse(s string) (*Template, error) {
	p := parser{src: s}
	return p.template(0, len(s))
}

// parser parses ranges of src, so that all offsets are offsets in src.
type parser struct {
	src    string
	nested bool // src is in a spec, so specs may not contain fields
}

func (p *parser) error(offset int, msg string) error {
	return &SyntaxError{Source: p.src, Offset: offset, Msg: msg}
}

func (p *parser) template(pos, end int) (*Template, error) {
	t := &Template{}
	var literal []byte
	for pos < end {
		n := strings.IndexAny(p.src[pos:end], "{}")
		if n < 0 {
			n = end - pos
		}
		literal = append(literal, p.src[pos:pos+n]...)
		if pos += n; pos == end {
			break
		}
		brace := p.src[pos]
		if pos+1 < end && p.src[pos+1] == brace {
			literal = append(literal, brace)
			pos += 2
			continue
		}
		if brace == '}' {
			return nil, p.error(pos, "single '}'")
		}
		f, err := p.field(pos, end)
		if err != nil {
			return nil, err
		}
		t.Segments = append(t.Segments, Segment{Literal: string(literal), Field: f})
		literal, pos = literal[:0], f.End
	}
	if len(literal) > 0 {
		t.Segments = append(t.Segments, Segment{Literal: string(literal)})
	}
	return t, nil
}

// field parses the field whose opening brace is at start.
func (p *parser) field(start, end int) (*Field, error) {
	unclosed := func() (*Field, error) { return nil, p.error(start, "'{' is not closed") }
	f := &Field{Offset: start, Spec: noSpec}

	pos := start + 1
name:
	for ; pos < end; pos++ {
		switch p.src[pos] {
		case '{':
			return nil, p.error(pos, "'{' in a field name")
		case '[':
			// A key may contain anything but the closing bracket.
			n := strings.IndexByte(p.src[pos:end], ']')
			if n < 0 {
				return nil, p.error(pos, "'[' is not closed")
			}
			pos += n
		case '}', ':', '!':
			break name
		}
	}
	if pos == end {
		return unclosed()
	}
	if err := p.path(f, start+1, pos); err != nil {
		return nil, err
	}

	if p.src[pos] == '!' {
		if pos+2 >= end {
			return unclosed()
		}
		f.Conversion = p.src[pos+1]
		if strings.IndexByte("rsa", f.Conversion) < 0 {
			return nil, p.error(pos+1, "unknown conversion (known: !r, !s, !a)")
		}
		pos += 2
		if p.src[pos] != ':' && p.src[pos] != '}' {
			return nil, p.error(pos, "':' or '}' must follow the conversion")
		}
	}
	if p.src[pos] == '}' {
		f.End = pos + 1
		return f, nil
	}

	pos++ // the colon
	n := specLen(p.src[pos:end])
	if n < 0 {
		return unclosed()
	}
	f.End = pos + n + 1
	return f, p.spec(f, pos, pos+n)
}

// specLen returns the length of the spec at the start of s, up to the closing brace of
// its field, or -1 if there is none.
func specLen(s string) int {
	depth := 1
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// path parses the name and the steps of f.
func (p *parser) path(f *Field, pos, end int) error {
	word := func() string {
		n := strings.IndexAny(p.src[pos:end], ".[")
		if n < 0 {
			n = end - pos
		}
		w := p.src[pos : pos+n]
		pos += n
		return w
	}
	f.Name = word()
	for pos < end {
		step := Step{Index: p.src[pos] == '['}
		at := pos
		pos++
		if step.Index {
			n := strings.IndexByte(p.src[pos:end], ']')
			step.Key = p.src[pos : pos+n] // field has found the closing bracket
			pos += n + 1
			if pos < end && p.src[pos] != '.' && p.src[pos] != '[' {
				return p.error(pos, "only '.' or '[' may follow ']'")
			}
		} else {
			step.Key = word()
		}
		if step.Key == "" {
			return p.error(at, "empty attribute")
		}
		f.Path = append(f.Path, step)
	}
	return nil
}

// spec parses the spec of f.
func (p *parser) spec(f *Field, pos, end int) error {
	text := p.src[pos:end]
	if strings.IndexByte(text, '{') >= 0 {
		if p.nested {
			return p.error(pos, "fields nest too deep")
		}
		inner := parser{src: p.src, nested: true}
		t, err := inner.template(pos, end)
		if err != nil {
			return err
		}
		if len(t.Segments) > 1 || t.Segments[0].Field != nil {
			f.Nested = t
			return nil
		}
		text = t.Segments[0].Literal // escaped braces only
	}
	spec, err := parseSpec(text)
	if err != nil {
		return p.error(min(pos+err.Offset, end), err.Msg)
	}
	f.Spec = spec
	return nil
}
