package logbook

import (
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/pyformat"
	"github.com/logbook-go/logbook/internal/value"
	"github.com/logbook-go/logbook/internal/valuewords"
)

// TemplateError reports a message template that could not be rendered. A field that
// fails appears in the message as it is written, and so does a template with a syntax
// error. The error goes to the error flag, once for each call site; each time if the
// call site is unknown.
type TemplateError struct {
	Template string
	Args     string // the attributes of the record, as key=value pairs
	Err      error  // of the first field that failed
}

// Error returns the cause, the template and the attributes.
func (e *TemplateError) Error() string {
	return fmt.Sprintf("could not format message with provided arguments: %v (msg=%q args: %s)", e.Err, e.Template, e.Args)
}

// Unwrap returns the cause.
func (e *TemplateError) Unwrap() error { return e.Err }

// Message returns the rendered message. It is rendered on the first call. A field that
// cannot be rendered appears as it is written, and a [*TemplateError] goes to the error
// flag.
func (r *Record) Message() string {
	r.alive()
	if !r.rendered {
		r.render()
	}
	return r.message
}

func (r *Record) render() {
	r.rendered = true
	if !r.expanded {
		r.named = usedAttrs{}
	}
	r.message = r.template
	if r.fargs != nil {
		r.message = sprintf(r.template, r.fargs)
	} else if t, err := r.parsed(); t != nil || err != nil {
		r.expand(t, err)
	}
	if len(r.message) > maxMessage {
		r.message = strings.ToValidUTF8(r.message[:maxMessage], "") + cutMark
	}
}

func sprintf(format string, args []any) (s string) {
	defer func() {
		if p := recover(); p != nil {
			s = format + " " + panicText(args, p)
		}
	}()
	return fmt.Sprintf(format, args...)
}

// messageBytes returns the rendered message for the formatters of this package, as
// text, or as b if that is not nil. b must not be changed, and is valid until the
// record is formatted again. It saves templates the allocation of a string.
func (r *Record) messageBytes() (text string, b []byte) {
	if r.rendered || !r.pooled || r.fargs != nil || len(r.template) > maxMessage || r.refs.Load() != 0 {
		return r.Message(), nil
	}
	t, err := r.parsed()
	if t == nil && err == nil {
		return r.template, nil
	}
	if err != nil {
		return r.Message(), nil
	}
	if !r.expanded {
		r.named = usedAttrs{}
		if r.text = r.appendTemplate(r.text[:0], t); len(r.text) > maxBuffer {
			return r.Message(), nil
		}
		r.expanded = true
	}
	return "", r.text
}

// parsed returns the message as a template, or nil if it has no braces or there are no
// attributes to name.
func (r *Record) parsed() (*pyformat.Template, error) {
	if r.literal || len(r.call) == 0 && r.scope.empty() {
		return nil, nil
	}
	return parsedTemplate(r.template)
}

func (r *Record) expand(t *pyformat.Template, err error) {
	if r.expanded {
		r.message = string(r.text)
		return
	}
	if err != nil {
		r.message = r.template
		r.failed(err)
		return
	}
	var space [256]byte
	r.message = string(r.appendTemplate(space[:0], t))
}

// failed records the first error of the template.
func (r *Record) failed(err error) {
	if r.failure == nil {
		r.failure = err
	}
}

// templateError returns the TemplateError for r.failure.
func (r *Record) templateError() *TemplateError {
	var args []byte
	eachLogged(r.scope, r.call, func(a slog.Attr) bool {
		args = appendPair(args, "", &a, nil, 0)
		return len(args) <= maxReportedArgs
	})
	return &TemplateError{r.template, cut(strings.TrimSpace(string(args)), maxReportedArgs), r.failure}
}

func (r *Record) appendTemplate(b []byte, t *pyformat.Template) []byte {
	for i := range t.Segments {
		b = append(b, t.Segments[i].Literal...)
		if f := t.Segments[i].Field; f != nil {
			b = r.appendField(b, f, i)
		}
		if len(b) > maxMessage {
			return append(b[:maxMessage], cutMark...)
		}
	}
	return b
}

// appendField appends the value of the field of segment i, or the field as it is written
// if that fails.
func (r *Record) appendField(b []byte, f *pyformat.Field, i int) []byte {
	named := r.named
	if b, done := r.appendBare(b, f); done {
		return b
	}
	out, err := r.appendValue(b, f)
	if err != nil {
		r.failed(err)
		r.named = named
		return append(b, r.template[f.Offset:f.End]...)
	}
	if len(f.Path) > 0 {
		r.named.members |= 1 << i
	}
	return out
}

// appendBare is the fast path of appendField, for a name alone in braces whose value is
// a string, an integer or a duration. done is false for other fields.
func (r *Record) appendBare(b []byte, f *pyformat.Field) (_ []byte, done bool) {
	if !f.IsBare() || f.Name == "" || f.Name[0] <= '9' {
		return b, false
	}
	v := r.use(f.Name)
	if v == nil {
		return b, false
	}
	if text, ok := valuewords.Text(v); ok {
		return append(b, text...), true
	}
	switch kind, bits, _ := valuewords.Number(v); kind {
	case slog.KindInt64:
		return encode.AppendInt(b, int64(bits)), true
	case slog.KindDuration:
		return encode.AppendDuration(b, time.Duration(bits)), true
	}
	return b, false
}

func (r *Record) appendValue(b []byte, f *pyformat.Field) ([]byte, error) {
	v, err := r.fieldValue(f)
	if err != nil {
		return b, err
	}
	spec := &f.Spec
	if f.Nested != nil {
		var text []byte
		for i := range f.Nested.Segments {
			text = append(text, f.Nested.Segments[i].Literal...)
			if inner := f.Nested.Segments[i].Field; inner != nil {
				if text, err = r.appendValue(text, inner); err != nil {
					return b, err
				}
			}
		}
		s, err := pyformat.ParseSpec(string(text))
		if err != nil {
			return b, err
		}
		spec = &s
	}
	if b, err = pyformat.Append(b, v, f.Conversion, spec); err != nil {
		return b, fmt.Errorf("{%s}: %w", f.Name, err)
	}
	return b, nil
}

// fieldValue returns the value that a field names: an attribute of the call or of With,
// the open group first, then a member of a group by dots, then an element of a map,
// slice or group by index.
func (r *Record) fieldValue(f *pyformat.Field) (slog.Value, error) {
	if f.Name == "" || f.Name[0] >= '0' && f.Name[0] <= '9' {
		return slog.Value{}, fmt.Errorf("{%s}: positional fields are not supported; name an attribute or use Infof", f.Name)
	}
	if len(f.Path) == 0 {
		if v, ok := r.findNamed(f.Name); ok {
			return v, nil
		}
		return slog.Value{}, fmt.Errorf("no attribute %q", f.Name)
	}
	dotted := 0
	for dotted < len(f.Path) && !f.Path[dotted].Index {
		dotted++
	}
	// The longest dotted name that is an attribute wins.
	for n := dotted; n >= 0; n-- {
		name := f.Name
		for _, step := range f.Path[:n] {
			name += "." + step.Key
		}
		v, ok := r.find(name)
		if !ok {
			v, ok = r.findInGroups(name)
		}
		if ok {
			return descend(v, name, f.Path[n:])
		}
	}
	return slog.Value{}, fmt.Errorf("no attribute %q", f.Name)
}

// findNamed is find for the message: it marks the attribute as used.
func (r *Record) findNamed(name string) (slog.Value, bool) {
	if v := r.use(name); v != nil {
		return *v, true
	}
	return r.find(name)
}

// use finds an attribute of the call, or of With outside groups, and marks it as used.
// It returns nil if there is none.
func (r *Record) use(name string) *slog.Value {
	for i := len(r.call) - 1; i >= 0; i-- {
		if r.call[i].Key == name {
			r.named.call |= 1 << i
			return &r.call[i].Value
		}
	}
	if r.scope == nil || len(r.scope.layers) != 1 {
		return nil
	}
	root := r.scope.rootAttrs()
	for i := len(root) - 1; i >= 0; i-- {
		if root[i].Key == name {
			r.named.root |= 1 << i
			return &root[i].Value
		}
	}
	return nil
}

// descend follows a path into groups, maps and slices.
func descend(v slog.Value, name string, path []pyformat.Step) (slog.Value, error) {
	for _, step := range path {
		next, ok := member(value.Resolve(v), step)
		if !ok {
			return slog.Value{}, fmt.Errorf("%q has no member %q", name, step.Key)
		}
		v, name = next, name+"."+step.Key
	}
	return v, nil
}

func member(v slog.Value, step pyformat.Step) (slog.Value, bool) {
	switch v.Kind() {
	case slog.KindGroup:
		return findAttr(v.Group(), step.Key)
	case slog.KindAny:
		x := reflect.ValueOf(v.Any())
		switch {
		case x.Kind() == reflect.Map && x.Type().Key().Kind() == reflect.String:
			x = x.MapIndex(reflect.ValueOf(step.Key).Convert(x.Type().Key()))
		case (x.Kind() == reflect.Slice || x.Kind() == reflect.Array) && step.Index:
			i, err := strconv.Atoi(step.Key)
			if err != nil || i < 0 || i >= x.Len() {
				return slog.Value{}, false
			}
			x = x.Index(i)
		default:
			return slog.Value{}, false
		}
		if !x.IsValid() || !x.CanInterface() {
			return slog.Value{}, false
		}
		return slog.AnyValue(x.Interface()), true
	}
	return slog.Value{}, false
}

// templates caches parsed messages, one for each hash of a string's address. Messages
// are usually constants, so a lookup need not hash the text. A message that is made at
// run time replaces another one.
var templates [256]atomic.Pointer[cachedTemplate]

// maxCachedTemplate bounds the messages that are cached. Longer ones are hardly
// constants.
const maxCachedTemplate = 4 << 10

type cachedTemplate struct {
	text     string
	template *pyformat.Template
	err      error
}

// templateSlot returns the place in the cache for a template.
func templateSlot(s string) *atomic.Pointer[cachedTemplate] {
	h := uintptr(unsafe.Pointer(unsafe.StringData(s)))
	return &templates[(h^h>>8)%uintptr(len(templates))]
}

// mayBeTemplate reports whether the cache has a template in the place for s. If not, s is
// no template, or it is its first use.
func mayBeTemplate(s string) bool { return templateSlot(s).Load() != nil }

// parsedTemplate returns the parsed template, or nil for a message without braces.
func parsedTemplate(s string) (*pyformat.Template, error) {
	slot := templateSlot(s)
	if c := slot.Load(); c != nil && c.text == s {
		return c.template, c.err
	}
	if !encode.HasByte(s, '{') {
		return nil, nil
	}
	if len(s) > maxCachedTemplate {
		return pyformat.Parse(s)
	}
	s = strings.Clone(s) // s may be part of a large text
	t, err := pyformat.Parse(s)
	slot.Store(&cachedTemplate{s, t, err})
	return t, err
}

// SetMessage replaces the rendered message. The template stays as it is.
func (r *Record) SetMessage(s string) {
	r.mutable("SetMessage")
	r.message, r.rendered, r.replaced, r.expanded = cut(s, maxMessage), true, true, false
	r.named = usedAttrs{}
	r.foreign = nil // Wire must not write the old message
}

// SetTemplate replaces the template, which some formats write in addition to the
// message. The message stays as it is. Like ReplaceAttrs, it is meant for redaction.
func (r *Record) SetTemplate(s string) {
	r.mutable("SetTemplate")
	r.Message() // renders the old template
	r.template, r.replaced = s, true
	r.named.members = 0 // they belong to the old template
	r.foreign = nil     // Wire must not write the old template
}
